import Codec
import Cryptography
import Exact
import Foundation
import RPC
import Receipts
import Testing
import Wire

@testable import InferenceService
@testable import VerificationService

@Suite struct HostileEvidenceTests {
  private func refused(
    _ code: RPCCode, _ text: String, _ request: ReexecuteRequest, by service: VerificationService? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let verifier = if let service { service } else { try await VerificationFixture.suite().verification }
    do {
      _ = try await verifier.reexecute(request, VerificationFixture.call())
      Issue.record("a verdict was signed", sourceLocation: sourceLocation)
    } catch let error as RPCError {
      #expect(error.code == code && error.message.contains(text), "\(error)", sourceLocation: sourceLocation)
    }
  }

  @Test("pieces that do not fit together get a code and a reason, and no verdict")
  func pieces() async throws {
    let execution = try await Execution()
    let honest = try execution.request
    func edited(_ edit: (inout ReexecuteRequest) throws -> Void) rethrows -> ReexecuteRequest {
      var request = honest
      try edit(&request)
      return request
    }
    try await refused(.invalidArgument, "the execution statement", edited { $0.executionStatement = [] })
    try await refused(.invalidArgument, "the execution statement", edited { $0.executionStatement.removeLast() })
    try await refused(
      .invalidArgument, "is of kind model", edited { $0.executionStatement = $0.modelStatement })
    try await refused(.invalidArgument, "the model statement", edited { $0.modelStatement = [1, 2, 3] })
    try await refused(.invalidArgument, "the opening tokens is missing", edited { $0.openings.removeLast() })
    try await refused(.invalidArgument, "is opened twice", edited { $0.openings.append($0.openings[0]) })
    try await refused(
      .invalidArgument, "is of nothing", edited { $0.openings[0].field = "wire" })
    try await refused(
      .invalidArgument, "does not open",
      edited { request in
        let index = try #require(request.openings.firstIndex { $0.field == "content" })
        request.openings[index].blob[0] ^= 1
      })
    try await refused(
      .invalidArgument, "above the limit of",
      edited { request in
        request.openings = Array(repeating: request.openings[0], count: 1030)
      })
    try await refused(.invalidArgument, "states another length", edited { $0.openings[0].blob.append(0) })
    try await refused(.invalidArgument, "receipt_digest has 1 bytes", edited { $0.receiptDigest = [1] })
    var foreign = execution
    try foreign.forge { $0.profile = "opaque/1" }
    try await refused(.failedPrecondition, "opaque/1", foreign.request)
    var manifest = execution
    try manifest.forge { $0.manifest = SHA256.hash([9]) }
    try await refused(.invalidArgument, "the model statement has the manifest", manifest.request)
    #expect(try await VerificationFixture.reexecute(execution).response.agrees)
  }

  @Test("a model that is not here, or is here with another file, gives no verdict")
  func models() async throws {
    let execution = try await Execution()
    let empty = try TemporaryFolder()
    let without = try VerificationFixture.verification(VerificationSettings(models: empty.path))
    try await refused(.failedPrecondition, "has a model with the manifest", execution.request, by: without)
    let folder = try VerificationFixture.folder(weights: VerificationFixture.realModelPath())
    try FileManager.default.removeItem(atPath: "\(folder.path)/model/model.gguf")
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(folder.path)/model/model.gguf"))
    let other = try VerificationFixture.verification(VerificationSettings(models: folder.path))
    try await refused(.failedPrecondition, "the model in model cannot be used", execution.request, by: other)
  }

  @Test("with a registration policy only listed keys are accepted, under their own issuer")
  func keys() async throws {
    let suite = try await VerificationFixture.suite()
    let execution = try await Execution()
    let file = "\(suite.folder.path)/registration.json"
    func write(issuer: String, key: VerifyingKey, kind: String) throws {
      let names = #""iss":"\#(issuer)","kid":"sha256:\#(COSEKey(key).thumbprint.hex)""#
      let text = #"[{\#(names),"key":"\#(Base64.encode(key.raw))","kinds":["\#(kind)"]}]"#
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }
    let key = execution.key.publicKey
    try write(issuer: "https://inference.example", key: key, kind: "execution")
    let verifier = try VerificationFixture.verification(
      VerificationSettings(models: suite.folder.path, threads: 2, registrationPolicy: file))
    #expect(try await VerificationFixture.reexecute(execution, by: verifier).response.agrees)
    for (issuer, other, kind) in [
      ("https://inference.example", try SigningKey.generate().publicKey, "execution"),
      ("https://else.example", key, "execution"), ("https://inference.example", key, "verdict"),
    ] {
      try write(issuer: issuer, key: other, kind: kind)
      try await refused(.permissionDenied, "registration policy", execution.request, by: verifier)
    }
    #expect(throws: (any Error).self) {
      try VerificationFixture.verification(VerificationSettings(models: "x", registrationPolicy: "/nowhere"))
    }
  }

  @Test("a full queue is refused with a reason")
  func queue() async throws {
    let execution = try await Execution()
    let suite = try await VerificationFixture.suite()
    let verifier = try VerificationFixture.verification(
      VerificationSettings(models: suite.folder.path, waitingMax: 0))
    let gate = DispatchSemaphore(value: 0)
    try verifier.engine.submit { gate.wait() }
    try await refused(.resourceExhausted, "waiting", execution.request, by: verifier)
    gate.signal()
  }
}
