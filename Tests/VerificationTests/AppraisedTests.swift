import Codec
import Cryptography
import Foundation
import Logging
import RPC
import Receipts
import ServiceKit
import Testing

@testable import VerificationService

/// What a verdict says of the evidence that an execution names. What an appraisal comes to is EvidenceTests' business.
@Suite struct AppraisedTests {
  private let folder: TemporaryFolder
  private var policy: String { "\(folder.path)/tee.json" }

  init() throws {
    folder = try TemporaryFolder()
    try say(#"{"kinds":["simulated"]}"#)
  }

  private func say(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: policy)) }

  private func made(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    return "\(folder.path)/\(name)"
  }

  private func service(
    collateral: String? = nil, _ blob: @escaping @Sendable (Digest32) async throws -> [UInt8]
  ) async throws -> VerificationService {
    try VerificationService(
      settings: try await VerificationFixture.suite().verification.settings, issuer: "https://verification.example",
      key: .generate(), log: nil, queue: nil,
      appraiser: EvidenceAppraiser(path: policy, collateral: collateral, blob: blob))
  }

  /// An execution that names simulated evidence which no root signed, and began a minute ago.
  private func attested() async throws -> (execution: Execution, document: [UInt8]) {
    var execution = try await Execution(VerificationFixture.body(#""max_tokens":3,"temperature":0"#))
    let began = execution.predicate.startedUnixMs - 60_000
    let document = try EvidenceDocument(
      kind: .simulated, keyID: Digest32(COSEKey(execution.key.publicKey).keyID),
      nonce: EvidenceNonce(fromUnixMs: began, toUnixMs: began + 1), evidence: [1, 2, 3]
    ).encoded()
    try execution.forge {
      $0.evidence = SHA256.hash(document)
      $0.startedUnixMs = began
    }
    return (execution, document)
  }

  @Test("a verdict says what its operator's policy of that moment makes of the evidence")
  func appraised() async throws {
    let (execution, document) = try await attested()
    let service = try await service { digest in
      guard digest == SHA256.hash(document) else { throw RPCError(.notFound, "no blob") }
      return document
    }
    let verdict = try await VerificationFixture.reexecute(execution, by: service)
    #expect(verdict.predicate.result == .pass && verdict.isSigned)
    let appraisal = try #require(verdict.predicate.appraisal)
    #expect(appraisal.evidence == SHA256.hash(document) && appraisal.result.kind == "simulated")
    #expect(appraisal.result.status == .contraindicated)
    #expect(appraisal.result.time == Int64(execution.predicate.startedUnixMs / 1000))
    // Nothing is said of kinds that the policy does not name, nor where no evidence is.
    try say(#"{"kinds":["tdx"]}"#)
    #expect(try await VerificationFixture.reexecute(execution, by: service).predicate.appraisal == nil)
    try say(#"{"kinds":["simulated"]}"#)
    #expect(try await VerificationFixture.reexecute(execution, by: service).predicate.appraisal != nil)
    let plain = try await Execution(VerificationFixture.body(#""max_tokens":3,"temperature":0"#))
    #expect(try await VerificationFixture.reexecute(plain, by: service).predicate.appraisal == nil)
  }

  @Test("evidence that is gone or unreadable leaves the verdict without it; a storage in trouble leaves no verdict yet")
  func missing() async throws {
    let execution = try await attested().execution
    for failure in [RPCError(.notFound, "gone"), nil] {
      let service = try await service { _ in
        if let failure { throw failure }
        return [1, 2, 3]
      }
      let verdict = try await VerificationFixture.reexecute(execution, by: service)
      #expect(verdict.predicate.result == .pass && verdict.predicate.appraisal == nil)
    }
    let down = try await service { _ in throw RPCError(.unavailable, "storage is down") }
    let error = await #expect(throws: RPCError.self) { try await VerificationFixture.reexecute(execution, by: down) }
    #expect(error?.code == .unavailable)
  }

  @Test("a policy that cannot be read stops the start, and later the verdict")
  func unreadable() async throws {
    let (execution, document) = try await attested()
    let service = try await service { _ in document }
    for text in ["", #"{"kinds":["sgx"]}"#, #"{"tee":{"kinds":[]}}"#] {
      try say(text)
      await #expect(throws: ReceiptError.self) { try await VerificationFixture.reexecute(execution, by: service) }
      await #expect(throws: ReceiptError.self) { try await self.service { _ in document } }
    }
  }

  @Test(
    "with a folder of collateral a verdict that supersedes is as of its own time, and every other of the execution's")
  func later() async throws {
    let (execution, document) = try await attested()
    let began = Int64(execution.predicate.startedUnixMs / 1000)
    let superseded = Superseded(number: 1, verdict: SHA256.hash([1]), reason: "newer TCB info")
    for collateral in [nil, try made("collateral")] as [String?] {
      let service = try await service(collateral: collateral) { _ in document }
      func time(_ superseded: Superseded?) async throws -> Int64 {
        let (_, predicate) = try await service.verdict(
          on: ExecutionEvidence(execution.request), superseding: superseded, Logger(label: "test"))
        return try #require(predicate.appraisal).result.time
      }
      #expect(try await time(nil) == began)
      let later = try await time(superseded)
      #expect(collateral == nil ? later == began : later >= began + 60)
    }
  }

  @Test("a folder of collateral that cannot be read, or holds what is none, stops the start, and later the verdict")
  func unreadableCollateral() async throws {
    let (execution, document) = try await attested()
    let collateral = try made("collateral")
    let service = try await service(collateral: collateral) { _ in document }
    _ = try await VerificationFixture.reexecute(execution, by: service)
    try Data("none".utf8).write(to: URL(fileURLWithPath: "\(collateral)/x.crl"))
    let error = await #expect(throws: SettingsError.self) {
      try await VerificationFixture.reexecute(execution, by: service)
    }
    #expect(error.map { "\($0)".contains("x.crl") } == true)
    await #expect(throws: SettingsError.self) { try await self.service(collateral: collateral) { _ in document } }
    await #expect(throws: FileError.self) {
      try await self.service(collateral: "\(folder.path)/none") { _ in document }
    }
  }
}
