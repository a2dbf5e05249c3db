import Codec
import Cryptography
import HTTPTypes
import Receipts
import Stores
import Testing
import Wire

@testable import OrchestratorService

@Suite("Failures and restarts")
struct RecoveryTests {
  /// The digest of the one receipt of an id, after checking that its bundle is accepted.
  private func receipt(_ id: String, _ world: World, _ service: OrchestratorService) async throws -> Digest32 {
    let bytes = try await service.bundle(id)
    #expect(bytes.status == 200, "\(bytes.text)")
    let report = BundleVerifier(policy: try world.trust()).verify(bytes.body)
    #expect(report.isAccepted, "\(report.checks)")
    return SHA256.hash(try #require(try Bundle(bytes.body).statements[.receipt]))
  }

  /// Entries beside the genesis, the model's and the policy's.
  private func receiptCount(_ world: World) -> Int { world.peers.log.count - 3 }

  @Test(
    "When a peer fails at its step the client gets an error with the id, and recovery brings one receipt",
    arguments: [FakePeers.Step.keep, .attribute, .reexecute, .append], [false, true])
  func peerFails(step: FakePeers.Step, after: Bool) async throws {
    let world = try World()
    let service = try await world.ready()
    _ = try await service.chat()
    #expect(receiptCount(world) == 1)
    world.peers.set { if after { $0.failuresAfter[step] = 1 } else { $0.failuresBefore[step] = 1 } }
    let answer = try await service.chat()
    #expect(answer.status == 503)
    #expect(answer.errorCode == "receipt_unavailable")
    let id = try #require(answer.receiptID)
    let pending = try await service.bundle(id)
    #expect(pending.status == 409 && pending.errorCode == "receipt_pending")
    await service.recovery.round()
    let digest = try await receipt(id, world, service)
    #expect(world.peers.log.occurrences(of: digest) == 1)
    #expect(receiptCount(world) == 2)
    #expect(try await service.pipeline.outbox.unfinishedCount() == 0)
  }

  @Test("A stream whose receipt fails ends in an error object, without finish chunk and without [DONE]")
  func streamFails() async throws {
    let world = try World()
    let service = try await world.ready()
    _ = try await service.chat()
    world.peers.set { $0.failuresBefore[.append] = 1 }
    let answer = try await service.chat(stream: true)
    let last = try JSON(parsing: Array(try #require(answer.events.last).utf8))
    #expect(last["error"]?["code"] == "receipt_unavailable")
    #expect(!answer.text.contains("[DONE]") && !answer.text.contains("\"receipt\""))
    await service.recovery.round()
    _ = try await receipt(try #require(answer.receiptID), world, service)
  }

  @Test("A ledger that is down does not hold the answer back, and is settled later")
  func settleLater() async throws {
    let world = try World()
    let service = try await world.ready()
    world.peers.set { $0.failuresBefore[.settle] = 1 }
    let answer = try await service.chat()
    #expect(answer.status == 200)
    let id = try #require(answer.receiptID)
    #expect(try await service.receipt(id).state == "published")
    await service.recovery.round()
    #expect(try await service.receipt(id).state == "settled")
  }

  @Test("With best_effort the answer leaves without its receipt, which follows")
  func bestEffort() async throws {
    let world = try World()
    let service = try await world.ready { $0.receipts = .bestEffort }
    _ = try await service.chat()
    world.peers.set { $0.failuresBefore[.append] = 1 }
    let answer = try await service.chat()
    #expect(answer.status == 200)
    #expect(try answer.json["receipt"]?["log"] == .null)
    await service.recovery.round()
    let bytes = try await service.bundle(try #require(answer.receiptID))
    let report = BundleVerifier(policy: try world.trust(), ownResponse: answer.body).verify(bytes.body)
    #expect(report.isAccepted, "\(report.checks)")
  }

  @Test("A process that dies in any state leaves a row that the next one finishes, once", arguments: 0...7)
  func crash(steps: Int) async throws {
    let world = try World()
    let (id, state) = try await dyingService(world, steps: steps)
    let next = try await world.ready()
    #expect(state.rawValue == OutboxState.allCases[steps].rawValue)
    let row = try #require(try await next.pipeline.outbox.row(id))
    #expect(row.state == .settled)
    #expect(row.outcome == (steps == 0 ? .failed : .answered))
    #expect(row.errorCode == (steps == 0 ? "interrupted" : nil))
    let digest = try await receipt(id, world, next)
    #expect(world.peers.log.occurrences(of: digest) == 1)
    #expect(world.peers.calls(.generate) == (steps == 0 ? 0 : 1))
    await next.recovery.round()
    #expect(world.peers.log.occurrences(of: digest) == 1)
  }

  /// Takes a request so many steps far and forgets the service.
  private func dyingService(_ world: World, steps: Int) async throws -> (String, OutboxState) {
    let pipeline = try await world.ready().pipeline
    let body = Array(OrchestratorService.chatBody().utf8)
    let model = try #require(try await pipeline.models.model(FakePeers.model))
    let live = try await pipeline.accept(
      try ChatRequest(body: body), body: body, model: model, owner: "local", nonce: [])
    var row = live.row
    if steps > 0 {
      var finished: Finished?
      for try await event in pipeline.generate(live, nil) {
        if case .finished(let last)? = event.event { finished = last }
      }
      let last = try #require(finished)
      let wire = ChatFormat(live).body(try live.choices(of: last), logprobs: nil, usage: last.usage)
      row = try await pipeline.executed(live, last, sent: .body(wire), outcome: .answered, nil)
      for _ in 1..<steps { row = try await pipeline.advance(row) }
    }
    return (row.receiptID.description, row.state)
  }

  @Test("A crash after the log took the receipt, before the outbox knew, adds nothing on repeat")
  func crashAfterAppend() async throws {
    let world = try World()
    let first = try await world.ready()
    _ = try await first.chat()
    world.peers.set { $0.failuresAfter[.append] = 1 }
    let answer = try await first.chat()
    #expect(answer.errorCode == "receipt_unavailable")
    let id = try #require(answer.receiptID)
    #expect(receiptCount(world) == 2)
    let next = try await world.ready()
    let digest = try await receipt(id, world, next)
    #expect(world.peers.log.occurrences(of: digest) == 1)
    #expect(receiptCount(world) == 2)
  }

  @Test("Recovery leaves a row alone that a live request drives")
  func liveRow() async throws {
    let world = try World()
    let service = try await world.ready()
    let pipeline = service.pipeline
    let body = Array(OrchestratorService.chatBody().utf8)
    let model = try #require(try await pipeline.models.model(FakePeers.model))
    let live = try await pipeline.accept(
      try ChatRequest(body: body), body: body, model: model, owner: "local", nonce: [])
    await service.recovery.round()
    let id = live.row.receiptID.description
    #expect(try await pipeline.outbox.row(id)?.state == .accepted)
    withExtendedLifetime(live) {}
  }

  @Test("Numbers have no gaps, whatever happens to the requests")
  func sequence() async throws {
    let world = try World()
    let service = try await world.ready()
    world.peers.set { $0.failuresBefore = [.keep: 2, .generate: 2, .append: 3] }
    let ids = try await withThrowingTaskGroup(of: String?.self) { group in
      for at in 0..<20 { group.addTask { try await service.chat(stream: at % 2 == 0).receiptID } }
      return try await group.reduce(into: []) { ids, id in id.map { ids.append($0) } }
    }
    _ = try await service.ask(.post, "/v1/chat/completions", "{")
    let next = try await world.ready()
    var numbers: [UInt64] = []
    for id in ids {
      let row = try #require(try await next.pipeline.outbox.row(id))
      #expect(row.state == .settled)
      numbers.append(row.sequence)
      _ = try await receipt(id, world, next)
    }
    #expect(numbers.sorted() == Array(1...20))
    #expect(receiptCount(world) == 20)
  }
}
