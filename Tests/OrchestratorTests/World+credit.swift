import Codec
import Foundation
import HTTPTypes
import Receipts
import Testing

@testable import OrchestratorService

/// What tests of credit share.
extension World {
  /// A file with these API keys, one a line.
  func keys(_ text: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = "\(folder)/keys"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// What one who wants to know whom the answer is credited to says of its bundle, which must be accepted.
  func recomputed(
    _ bundle: [UInt8], ownResponse: [UInt8]? = nil, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> VerificationReport {
    let attributed: [Check.Name] = [.signatures, .binding, .content, .inclusion, .attribution, .custody]
    let report = BundleVerifier(policy: try trust(required: attributed), ownResponse: ownResponse).verify(bundle)
    #expect(report.isAccepted, "\(what): \(report.checks)", sourceLocation: sourceLocation)
    return report
  }

  /// Without the opening of what the credit follows from it is not checked, and nothing else is amiss.
  func expectClosed(
    _ opening: CommittedField, of bundle: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var closed = try Bundle(bundle)
    closed.openings[opening] = nil
    let report = BundleVerifier(policy: try trust()).verify(try closed.encoded())
    #expect(
      report[.attribution]?.state == .notChecked && report[.content]?.state == .pass, sourceLocation: sourceLocation)
  }
}

extension OrchestratorService {
  /// Whom a receipt credits.
  func paid(_ id: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Set<String> {
    let found = try await ask(.get, "/v1/attribution/\(id)")
    #expect(found.status == 200, "\(found.text)", sourceLocation: sourceLocation)
    return Set(try found.json["shares"]?.arrayValue?.compactMap { $0["contributor"]?.stringValue } ?? [])
  }
}

extension HTTPFields {
  /// Of a key that begins with `name`, in a file of ``World/keys(_:)``.
  static func bearer(_ name: String) -> HTTPFields { [.authorization: "Bearer \(name)-key-of-16-or-more"] }
}
