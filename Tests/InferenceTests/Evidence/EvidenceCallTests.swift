import Cryptography
import Foundation
import RPC
import Receipts
import ServiceKit
import Testing
import Wire

@testable import Exact
@testable import InferenceService

/// Evidence as the service's callers see it.
@Suite struct EvidenceCallTests {
  private static func service(_ bench: EvidenceBench, models: TemporaryFolder) async throws -> InferenceService {
    try await InferenceService(
      settings: InferenceSettings(models: models.path, threads: 2), issuer: "https://inference.example",
      key: EvidenceParts.key.get(), evidence: bench.evidence(epochMs: 1 << 40))
  }

  @Test("GetReport gives a document of the execution key for the nonce, and names what is wrong with a call")
  func report() async throws {
    let (bench, folder) = (EvidenceBench(), try TemporaryFolder())
    let service = try await Self.service(bench, models: folder)
    func ask(_ nonce: [UInt8]) async throws -> AttestationReport {
      try await service.report(GetReportRequest(nonce: nonce), InferenceFixture.call())
    }
    let answer = try await ask(Array(1...32))
    let (keyID, key) = (try EvidenceParts.keyID(), try EvidenceParts.key.get().publicKey)
    let document = try EvidenceDocument(answer.document)
    #expect(document.nonce.bytes == Array(1...32) && document.keyID == keyID)
    #expect(answer.publicKey == key.raw)
    #expect(answer.issuer == "https://inference.example")
    for nonce in [[], Array(1...31), Array(1...33), Array("epoch/v1".utf8) + Array(1...24)] {
      await expect(code: .invalidArgument, "nonce") { try await ask(nonce) }
    }
    bench.set { $0.providerError = EvidenceFailure.refused("a secret of the machine") }
    await expect(code: .unavailable, "the hardware gives no evidence now") { try await ask(Array(1...32)) }
    bench.set { $0.providerError = EngineThread.Full(waiting: 8) }
    await expect(code: .resourceExhausted, "8 requests are waiting") { try await ask(Array(1...32)) }
  }

  @Test("a service without evidence says so, and its statements name none")
  func none() async throws {
    let service = try await InferenceFixture.shared()
    await expect(code: .failedPrecondition, "no evidence of trusted hardware") {
      try await service.report(GetReportRequest(nonce: Array(1...32)), InferenceFixture.call())
    }
    #expect(service.evidenceChecks.isEmpty)
    let finished = try await InferenceFixture.generate(
      service, InferenceFixture.request(InferenceFixture.body(#""max_tokens":1"#))
    ).finished
    let predicate = try SignedStatement(finished.executionStatement).statement.predicate
    #expect(try ExecutionPredicate(predicate).evidence == nil)
  }

  @Test("an execution names the document that is kept; where none can be kept nothing is generated")
  func executions() async throws {
    let (bench, folder) = (EvidenceBench(), try TemporaryFolder())
    try InferenceFixture.add(InferenceFixture.manifest(), to: folder)
    bench.set { $0.nowMs = UnixTime.nowMs() }
    let service = try await Self.service(bench, models: folder)
    let request = try InferenceFixture.request(InferenceFixture.body(#""max_tokens":1"#))
    bench.set { $0.keepError = RPCError(.unavailable, "storage is down") }
    await expect(code: .unavailable, "could not be made and kept") {
      try await InferenceFixture.generate(service, request)
    }
    #expect(await Readiness(service.evidenceChecks).faults().map(\.name) == ["evidence"])
    bench.set { $0.keepError = nil }
    #expect(await Readiness(service.evidenceChecks).faults().isEmpty)
    let signed = try SignedStatement(try await InferenceFixture.generate(service, request).finished.executionStatement)
    let execution = try ExecutionPredicate(signed.statement.predicate)
    let document = try EvidenceDocument(
      try #require(execution.evidence.flatMap { name in bench.get { $0.kept[name] } }))
    #expect(document.keyID.bytes == signed.keyID)
    #expect(document.nonce.epoch?.contains(execution.startedUnixMs) == true)
  }

  @Test("settings that contradict one another stop the start, and collateral is read of a folder")
  func settings() throws {
    let table = SettingsTable(service: "inference", defaultPort: 0, settings: InferenceService.settings)
    func read(_ arguments: String...) throws -> EvidenceSettings {
      try EvidenceSettings(table.resolve(arguments: arguments, environment: [:]))
    }
    #expect(try read().kind == nil)
    let given = try read("--evidence", "sev-snp", "--storage-url", "http://127.0.0.1:1", "--evidence-epoch", "90s")
    #expect(given.kind == .sevSNP && given.epochMs == 90_000 && given.tsmFolder == TSMReport.defaultFolder)
    #expect(throws: SettingsError.unset(name: "storage-url")) { try read("--evidence", "tdx") }
    #expect(throws: SettingsError.self) { try read("--evidence-epoch", "1h") }
    #expect(throws: SettingsError.self) { try read("--evidence-tsm", "/x") }
    #expect(throws: SettingsError.self) { try read("--evidence", "sgx") }
    #expect(throws: SettingsError.self) {
      try read("--evidence", "tdx", "--storage-url", "http://127.0.0.1:1", "--evidence-epoch", "999ms")
    }

    let folder = try TemporaryFolder()
    func collateral(_ path: String) throws -> [[UInt8]] {
      try read(
        "--evidence", "tdx", "--storage-url", "http://127.0.0.1:1", "--evidence-collateral", path
      ).readCollateral()
    }
    let certificate = try EvidenceParts.vector("sev-snp/virtee_milan_vcek.der")
    try Data(certificate).write(to: URL(filePath: "\(folder.path)/b.der"))
    try Data([1]).write(to: URL(filePath: "\(folder.path)/.hidden"))
    #expect(try collateral(folder.path) == [certificate])
    try Data([1]).write(to: URL(filePath: "\(folder.path)/a"))
    #expect(throws: EvidenceFailure.self) { try collateral(folder.path) }
    #expect(throws: EvidenceFailure.self) { try collateral("\(folder.path)/gone") }
  }
}
