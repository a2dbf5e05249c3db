import Cryptography
import Foundation

/// A timestamping authority of OpenSSL's own making (Tests/Vectors/timestamps), in a folder that goes away.
final class TestAuthority {
  struct Failed: Error { let command: [String] }

  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/colophon-authority-\(UUID().uuidString)"
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Vectors/timestamps/authority").path
    try run("/bin/bash", [script, folder], in: "/tmp")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var roots: [TimestampRoot] {
    get throws { try TimestampRoot.list(pem: [UInt8](Data(contentsOf: URL(filePath: "\(folder)/root.pem")))) }
  }

  /// The whole answer to a request.
  func answer(_ request: [UInt8]) throws -> [UInt8] {
    try Data(request).write(to: URL(filePath: "\(folder)/q.tsq"))
    let arguments = ["ts", "-reply", "-queryfile", "q.tsq", "-config", "tsa.cnf", "-out", "r.tsr"]
    try run("/usr/bin/openssl", arguments, in: folder)
    return [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/r.tsr")))
  }

  func token(_ imprint: Digest32) throws -> TimestampToken {
    let request = try TimestampRequest(imprint: imprint, nonce: 0xfedc_ba98_7654_3210)
    return try request.token(in: answer(request.der))
  }

  private func run(_ program: String, _ arguments: [String], in folder: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder)
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(command: [program] + arguments) }
  }
}
