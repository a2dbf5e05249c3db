import Codec
import Cryptography
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RPC
import Receipts
import Stores
import Synchronization
import Testing
import Wire

@testable import OrchestratorService

@Suite("Requests that are refused, fail or are left")
struct OutcomeTests {
  private func predicate(_ id: String, _ service: OrchestratorService) async throws -> ReceiptPredicate {
    let bundle = try Bundle(try await service.bundle(id).body)
    return try ReceiptPredicate(SignedStatement(try #require(bundle.statements[.receipt])).statement.predicate)
  }

  @Test(
    "What inference refuses is a 400 and a receipt that says refused",
    arguments: [
      (RPCError(.invalidArgument, "byte 0x04 cannot be encoded"), 400, "invalid_value", Outcome.refused),
      (RPCError(.invalidArgument, "the context limit is 2048 tokens"), 400, "context_length_exceeded", .refused),
      (RPCError(.resourceExhausted, "33 are waiting"), 429, "rate_limit_exceeded", .failed),
      (RPCError(.unavailable, "down"), 503, "inference_unavailable", .failed),
      (RPCError(.deadlineExceeded, "late"), 504, "generation_timeout", .failed),
      (RPCError(.internal, "the secret cause"), 500, "generation_failed", .failed),
    ], [false, true])
  func refused(_ case: (RPCError, Int, String, Outcome), stream: Bool) async throws {
    let world = try World()
    world.peers.set { $0.script.refusal = `case`.0 }
    let service = try await world.ready()
    let answer = try await service.chat(stream: stream)
    #expect(answer.status == `case`.1)
    #expect(answer.errorCode == `case`.2)
    #expect(!answer.text.contains("secret"))
    let id = try #require(answer.receiptID)
    let receipt = try await predicate(id, service)
    #expect(receipt.outcome == `case`.3)
    #expect(receipt.errorCode == `case`.2)
    #expect(receipt.statements == nil)
    let report = BundleVerifier(policy: try world.trust()).verify(try await service.bundle(id).body)
    #expect(report.isAccepted, "\(report.checks)")
  }

  @Test("A stream that breaks off ends in an error object, and its receipt counts the chunks that went out")
  func breaksOff() async throws {
    let world = try World()
    world.peers.set { $0.script.breaksAfter = 2 }
    let service = try await world.ready()
    let answer = try await service.chat(stream: true)
    #expect(answer.status == 200)
    #expect(answer.events.count == 4)
    #expect(try JSON(parsing: Array(answer.events[3].utf8))["error"]?["code"] == "inference_unavailable")
    let receipt = try await predicate(try #require(answer.receiptID), service)
    #expect(receipt.outcome == .failed)
    guard case .stream(let chunks, _)? = receipt.delivery else { return #expect(Bool(false), "no stream") }
    #expect(chunks == 3)
  }

  @Test("A client that leaves ends the generation, and what it was sent is signed as cancelled")
  func clientLeaves() async throws {
    let world = try World()
    let service = try await world.ready()
    let pipeline = service.pipeline
    let body = Array(OrchestratorService.chatBody(stream: true).utf8)
    let model = try #require(try await pipeline.models.model(FakePeers.model))
    let live = try await pipeline.accept(
      try ChatRequest(body: body), body: body, model: model, owner: "local", nonce: [])
    let id = live.row.receiptID.description
    let call = CallContext(logger: Logger(label: "test"), identity: CallIdentity(requestID: "r"))
    let response = try await StreamedAnswer(pipeline, live, service.slots.take(), call).response()
    let written = Written()
    await #expect(throws: ClientLeft.self) { try await response.body.write(LeavingClient(written: written, events: 3)) }
    #expect(world.peers.state.withLock { $0.cancelled } == [id])
    let receipt = try await predicate(id, service)
    #expect(receipt.outcome == .cancelled)
    guard case .stream(let chunks, _)? = receipt.delivery else { return #expect(Bool(false), "no stream") }
    #expect(chunks == 3)
    let report = BundleVerifier(policy: try world.trust(required: AnswerTests.shown))
      .verify(try await service.bundle(id).body)
    #expect(report.isAccepted, "\(report.checks)")
    let opened = try Bundle(try await service.bundle(id).body).openings[.stream]
    let sent = try StreamChain.decode(Opening(blob: try #require(opened)).data)
    #expect(sent.map { "data: " + String(decoding: $0, as: UTF8.self) + "\n\n" } == written.events)
  }

  @Test("An execution statement that commits to something else is not bound: the receipt says failed")
  func wrongExecution() async throws {
    let world = try World()
    let service = try await world.ready()
    let pipeline = service.pipeline
    let body = Array(OrchestratorService.chatBody().utf8)
    let model = try #require(try await pipeline.models.model(FakePeers.model))
    let live = try await pipeline.accept(
      try ChatRequest(body: body), body: body, model: model, owner: "local", nonce: [])
    var finished: Finished?
    for try await event in pipeline.generate(live, nil) {
      if case .finished(let last)? = event.event { finished = last }
    }
    var last = try #require(finished)
    last.tokenIDs[7] ^= 1
    await #expect(throws: PipelineError.self) {
      _ = try await pipeline.executed(live, last, sent: .body([]), outcome: .answered, nil)
    }
    #expect(try await pipeline.outbox.row(live.row.receiptID.description)?.state == .accepted)
  }
}

/// What a client got before it left.
final class Written: @unchecked Sendable {
  // Written by the one task that writes the body, read after it ended.
  var events: [String] = []
}

/// Takes so many events and is gone.
struct LeavingClient: ResponseBodyWriter {
  let written: Written
  let events: Int

  mutating func write(_ buffer: ByteBuffer) async throws {
    guard written.events.count < events else { throw IOError(errnoCode: 32, reason: "broken pipe") }
    written.events.append(String(buffer: buffer))
  }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
