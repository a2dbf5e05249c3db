import Codec
import Cryptography
import Dispatch
import Exact
import RPC
import Receipts
import Synchronization
import Testing
import Wire

@testable import InferenceService

@Suite struct GenerateTests {
  @Test("an answer streams as text, and its last event opens every commitment that the statement signs")
  func answer() async throws {
    let service = try await InferenceFixture.shared()
    let request = try InferenceFixture.request(InferenceFixture.body())
    let (deltas, finished) = try await InferenceFixture.generate(service, request)
    #expect(try deltas.map(\.text).joined() == finished.choice.text)
    #expect(deltas.allSatisfy { !$0.text.isEmpty && $0.choice == 0 && $0.tokens > 0 })
    #expect(finished.finishReason == "length" && finished.completionTokens == 12)

    let statement = try SignedStatement(finished.executionStatement)
    #expect(statement.isSigned(by: service.signer.key.publicKey))
    #expect(statement.statement.kind == .execution && statement.statement.subject == request.receiptID)
    #expect(statement.statement.issuer == "https://inference.example")
    let execution = try ExecutionPredicate(statement.statement.predicate)
    let salts = try #require(request.salts)
    #expect(try Opening(salt: salts.request, data: request.requestBody).commitment(for: .request) == execution.request)
    let message = Array(#"{"role":"user","content":"Name three rivers."}"#.utf8)
    #expect(
      try Opening(salt: salts.messages[0], data: message).commitment(for: .message(0)) == execution.messages[0])
    #expect(try Opening(salt: salts.content, data: finished.content).commitment(for: .content) == execution.content)
    #expect(try Opening(salt: salts.tokens, data: finished.tokenIDs).commitment(for: .tokens) == execution.tokens)
    #expect(statement.statement.subjectDigest == execution.content)
    #expect(Array(finished.activationList.suffix(32)) == execution.activation.bytes)
    #expect(finished.activationList.count == 12 * 32)
    #expect(execution.nonce == Base64URL.encode([1, 2, 3]) && execution.finishReason == .length)
    #expect(execution.manifest.bytes == finished.manifestDigest)
    #expect(execution.startedUnixMs <= execution.endedUnixMs)
    let content = try AnswerContent(finished.content)
    #expect(try content.choices.map(\.text) == [finished.choice.text])
    let tokens = try TokenIDs.decode(finished.tokenIDs)
    #expect(try service.models.models[0].model.text(of: tokens[0]) == finished.choice.text)
    let chat = try ChatRequest(body: request.requestBody)
    #expect(execution.parameters.follow(from: chat.parameters, room: 2048 - Int(finished.promptTokens)))
  }

  @Test("the same request with the same seed gives the same tokens, and a drawn seed is recorded")
  func seeds() async throws {
    let service = try await InferenceFixture.shared()
    func run(_ rest: String) async throws -> (Finished, EffectiveParameters) {
      let finished = try await InferenceFixture.generate(
        service, InferenceFixture.request(InferenceFixture.body(rest))
      ).finished
      let statement = try SignedStatement(finished.executionStatement)
      return (finished, try ExecutionPredicate(statement.statement.predicate).parameters)
    }
    let (drawn, parameters) = try await run(#""max_tokens":8"#)
    #expect(parameters.seedDrawn)
    let (again, given) = try await run(#""max_tokens":8,"seed":\#(parameters.seed)"#)
    #expect(again.tokenIDs == drawn.tokenIDs && !given.seedDrawn)
  }

  @Test("a cancelled generation ends signed, with what it has")
  func cancelled() async throws {
    let service = try await InferenceFixture.shared()
    let request = try InferenceFixture.request(InferenceFixture.body(#""max_tokens":1500,"temperature":0"#))
    let (deltas, finished) = try await InferenceFixture.generate(service, request) { count in
      if count == 2 { #expect(service.running.cancel(request.receiptID)) }
    }
    #expect(finished.finishReason == "cancelled" && finished.completionTokens < 1500)
    #expect(try deltas.map(\.text).joined() == finished.choice.text)
    #expect(!service.running.cancel(request.receiptID))
  }

  @Test("a caller that leaves ends its generation, and the next is served")
  func leaving() async throws {
    let service = try await InferenceFixture.shared()
    let request = try InferenceFixture.request(InferenceFixture.body(#""max_tokens":1900,"temperature":0"#))
    await #expect(throws: InferenceFixture.Missing.self) {
      try await service.generate(request, InferenceFixture.call()) { _ in
        throw InferenceFixture.Missing(description: "the socket is closed")
      }
    }
    let task = Task {
      try await InferenceFixture.generate(
        service, InferenceFixture.request(InferenceFixture.body(#""max_tokens":1900,"temperature":0"#))
      ).finished
    }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    _ = try await InferenceFixture.generate(
      service, InferenceFixture.request(InferenceFixture.body(#""max_tokens":1"#)))
  }

  @Test("what would wait too long is refused, and a receipt is generated once at a time", .timeLimit(.minutes(5)))
  func queue() async throws {
    let folder = try TemporaryFolder()
    try InferenceFixture.add(InferenceFixture.manifest(), to: folder)
    let service = try await InferenceFixture.service(
      folder, serving: ServingLimits(waitingMax: 1, sequencesMax: 1))
    let scheduler = try #require(service.schedulers.values.first)
    let long = InferenceFixture.body(#""max_tokens":1900,"temperature":0"#, text: "What is the capital of France?")
    // Whoever has the one place keeps it until the test lets go, however slow this machine is: the engine's own thread
    // waits inside its first event.
    let gate = DispatchSemaphore(value: 0)
    let isOpen = Atomic(false)
    let holder = try PreparedRequest(InferenceFixture.request(long), models: service.models, contextTokensMax: nil)
    let held = AsyncStream<Void>.makeStream()
    func open() {
      isOpen.store(true, ordering: .sequentiallyConsistent)
      gate.signal()
    }
    defer { open() }
    try scheduler.submit(
      ServingRequest(prompt: holder.prompt, choices: holder.choices) { isOpen.load(ordering: .sequentiallyConsistent) }
    ) { _ in
      guard !isOpen.load(ordering: .sequentiallyConsistent) else { return }
      held.continuation.finish()
      gate.wait()
    }
    for await _ in held.stream {}

    let waiting = try InferenceFixture.request(long)
    async let answer = InferenceFixture.generate(service, waiting).finished
    while scheduler.report.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
    await expect(code: .resourceExhausted, "1 requests are waiting") {
      try await InferenceFixture.generate(service, InferenceFixture.request(long))
    }
    await expect(code: .alreadyExists, waiting.receiptID) { try await InferenceFixture.generate(service, waiting) }
    #expect(service.running.cancel(waiting.receiptID))
    open()
    #expect(try await answer.finishReason == "cancelled")
  }
}

/// Expects an `RPCError` of a code whose message holds a text.
func expect(
  code: RPCCode, _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any
) async {
  do {
    _ = try await body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as RPCError {
    #expect(error.code == code && error.message.contains(text), "\(error)", sourceLocation: sourceLocation)
  } catch { Issue.record("threw \(error)", sourceLocation: sourceLocation) }
}
