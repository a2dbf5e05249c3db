import Cryptography
import Exact
import Foundation
import Receipts
import Testing
import Wire

@testable import InferenceService
@testable import VerificationService

@Suite struct VerdictTests {
  private func expectFail(
    _ execution: Execution, _ text: String, position: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let verdict = try await VerificationFixture.reexecute(execution)
    #expect(verdict.predicate.result == .fail && verdict.isSigned, sourceLocation: sourceLocation)
    #expect(
      verdict.predicate.finding.contains(text), "\(verdict.predicate.finding)", sourceLocation: sourceLocation)
    #expect(!verdict.response.agrees && verdict.response.finding == verdict.predicate.finding)
    if let position { #expect(verdict.predicate.firstPosition == position, sourceLocation: sourceLocation) }
    #expect(verdict.response.firstPosition.map { Int($0) } == verdict.predicate.firstPosition)
  }

  @Test(
    "an honest answer passes on scalar kernels and one thread",
    arguments: [#""max_tokens":12,"temperature":0"#, #""max_tokens":16,"temperature":1.3,"top_p":0.9,"seed":7"#])
  func honest(parameters: String) async throws {
    let execution = try await Execution(VerificationFixture.body(parameters))
    let folder = try await VerificationFixture.suite().folder
    let scalar = try VerificationFixture.verification(
      VerificationSettings(models: folder.path, kernel: .scalar, threads: 1))
    let verdict = try await VerificationFixture.reexecute(execution, by: scalar)
    #expect(verdict.predicate.result == .pass && verdict.response.agrees && verdict.isSigned)
    #expect(verdict.predicate.positions == (try execution.tokens.count) && verdict.predicate.finding.isEmpty)
    #expect(verdict.statement.statement.kind == .verdict)
    #expect(verdict.statement.statement.issuer == "https://verification.example")
    #expect(verdict.statement.statement.subject == execution.predicate.receiptID.description)
    #expect(verdict.statement.statement.subjectDigest == (try execution.statement.digest))
    #expect(verdict.predicate.execution == (try execution.statement.digest))
  }

  @Test("a later verdict is about the receipt")
  func later() async throws {
    var execution = try await Execution()
    execution.receiptDigest = SHA256.hash([1]).bytes
    let verdict = try await VerificationFixture.reexecute(execution)
    #expect(verdict.statement.statement.subjectDigest.bytes == execution.receiptDigest)
    #expect(verdict.predicate.execution == (try execution.statement.digest))
  }

  @Test("a cancelled answer passes as what it is")
  func cancelled() async throws {
    let execution = try await Execution(
      // This model never ends that answer by itself, so the cancellation cannot come too late on a busy machine.
      VerificationFixture.body(#""max_tokens":1500,"temperature":0"#, text: "What is the capital of France?"),
      cancelAfter: 3)
    #expect(execution.predicate.finishReason == .cancelled)
    #expect(try await VerificationFixture.reexecute(execution).predicate.result == .pass)
  }

  @Test("a wrong token is caught and named")
  func wrongToken() async throws {
    var execution = try await Execution()
    var tokens = try execution.tokens
    tokens[5] = tokens[5] == 1000 ? 1001 : 1000
    let model = try await VerificationFixture.suite().inference.models.models[0].model
    try execution.replace(tokens: tokens, text: model.text(of: tokens))
    try await expectFail(execution, "the token at position 5 is not what the sampler picks", position: 5)
  }

  @Test("text that the tokens do not spell is caught")
  func text() async throws {
    var execution = try await Execution()
    try execution.replace(tokens: execution.tokens, text: "Rhine")
    try await expectFail(execution, "the text is not what the tokens spell")
  }

  @Test("each changed parameter is caught and named")
  func parameters() async throws {
    let honest = try await Execution(
      VerificationFixture.body(#""max_tokens":12,"temperature":0.8,"top_p":0.9,"top_k":40,"seed":5"#))
    for (name, edit) in [
      ("temperature", { $0.temperature = Real(0.7, literal: "0.7") }), ("top_p", { $0.topP = Real(1, literal: "1") }),
      ("top_k", { $0.topK = 0 }), ("min_p", { $0.minP = Real(0.5, literal: "0.5") }), ("seed", { $0.seed = 6 }),
      ("max_tokens", { $0.maxTokens = 13 }), ("ignored", { $0.ignored = ["user"] }),
      ("presence_penalty", { $0.presencePenalty = Real(1, literal: "1") }),
      ("frequency_penalty", { $0.frequencyPenalty = Real(1, literal: "1") }),
      ("repetition_penalty", { $0.repetitionPenalty = Real(1.5, literal: "1.5") }),
      ("logit_bias", { $0.logitBias = [LogitBias(token: 1, bias: Real(1, literal: "1"))] }), ("stop", { $0.stops = 1 }),
      ("response_format", { $0.format = "json_object" }), ("top_logprobs", { $0.topLogprobs = 1 }),
    ] as [(String, (inout EffectiveParameters) -> Void)] {
      var execution = honest
      try execution.forge { edit(&$0.parameters) }
      try await expectFail(execution, "not the parameters that the request leads to: \(name)")
    }
    var drawn = try await Execution(VerificationFixture.body(#""max_tokens":24,"temperature":1.5"#))
    try drawn.forge { $0.parameters.seed ^= 1 }
    try await expectFail(drawn, "is not what the sampler picks")
  }

  @Test("an altered chain head, a stated count and a stated end are caught")
  func statement() async throws {
    let honest = try await Execution()
    var head = honest
    try head.forge { predicate in
      var bytes = predicate.activation.bytes
      bytes[0] ^= 1
      predicate.activation = try Digest32(bytes)
    }
    try await expectFail(head, "the signed head is not that of the activation chain")
    var prompt = honest
    try prompt.forge { $0.promptTokens += 1 }
    try await expectFail(prompt, "are stated")
    var count = honest
    try count.forge { $0.completionTokens += 1 }
    try await expectFail(count, "13 are stated")
    var end = honest
    try end.forge { $0.finishReason = .stop }
    try await expectFail(end, "ends for another reason")
    let model = try await VerificationFixture.suite().inference.models.models[0].model
    try end.replace(tokens: end.tokens, text: model.text(of: end.tokens))
    try await expectFail(end, "the finish reason is stop, but the tokens end by length")
    var message = honest
    try message.replace(.message(0), Array(#"{"role":"user","content":"Else"}"#.utf8))
    try await expectFail(message, "message 0 is not the one in the request")
    var request = honest
    try request.replace(.request, Array("{".utf8))
    try await expectFail(request, "the request is not one that can be executed")
  }

  @Test("an executor with one weight nibble changed is caught by re-execution alone, with the position named")
  func weight() async throws {
    let path = try VerificationFixture.realModelPath()
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let tensor = try #require(GGUFFile.open(path: path).tensor(named: "blk.11.attn_output.weight"))
    bytes[tensor.offset + 4] ^= 0x01  // behind the two scales of the first block
    let weights = try TemporaryFolder()
    let forged = "\(weights.path)/forged.gguf"
    try Data(bytes).write(to: URL(fileURLWithPath: forged))
    let folder = try VerificationFixture.folder(weights: forged)
    var execution = try await Execution(on: VerificationFixture.inference(folder))
    let honest = try await VerificationFixture.suite().inference.models.models[0]
    execution.modelStatement = honest.statement.bytes
    try execution.forge { $0.manifest = honest.manifestDigest }
    let verdict = try await VerificationFixture.reexecute(execution)
    #expect(verdict.predicate.result == .fail)
    #expect(verdict.predicate.firstPosition == 0 && verdict.predicate.finding.contains("at position 0"))
    withExtendedLifetime(weights) {}
  }
}
