import Codec
import Credit
import Cryptography
import HTTPTypes
import RPC
import Receipts
import Stores
import Synchronization
import Testing

@testable import OrchestratorService

@Suite("An attribution that comes after its receipt")
struct LaterAttributionTests {
  /// A suite that credits documents, and a receipt whose documents were not valued in time, or are too many.
  private func pending(
    documents: Int = 2, _ change: (inout OrchestratorSettings) -> Void = { _ in }
  ) async throws -> (World, OrchestratorService, Answer, id: String) {
    let world = try World()
    world.peers.set { state in
      state.script.creditsDocuments = true
      state.script.values = nil
      state.failuresBefore[.score] = documents > RequestedDocument.countMaxBeforeReceipt ? 0 : 1
    }
    let service = try await world.ready(change)
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body(documents))
    #expect(answer.status == 200, "\(answer.text)")
    return (world, service, answer, try #require(answer.receiptID))
  }

  private static func body(_ documents: Int) -> String {
    let list = (0..<documents).map { #"{"text":"text \#($0)","contributor":"c\#($0)"}"# }.joined(separator: ",")
    return #"{"model":"tiny-test","messages":[{"role":"user","content":"2+2?"}],"documents":[\#(list)]}"#
  }

  /// One statement of each kind about this receipt in the log, one posting, one settlement, and a bundle that shows it all.
  private func expectDone(
    _ id: String, _ world: World, _ service: OrchestratorService, scored: Bool = true, shares: [String]? = nil
  ) async throws {
    let row = try #require(try await service.pipeline.outbox.row(id))
    let later = try #require(try await service.pipeline.outbox.later(row.receiptID))
    #expect(later.step == .settled && later.openings.isEmpty && later.found.isEmpty)
    #expect((later.openingNames[.scores] != nil) == scored && (later.custody != nil) == scored)
    for statement in [later.attribution, later.custody].compactMap(\.self) {
      #expect(world.peers.log.occurrences(of: SHA256.hash(statement)) == 1)
    }
    let state = world.peers.state.withLock { $0 }
    #expect(state.posted[id] == 1 && state.settled[id] == row.index)
    #expect(try await service.pipeline.outbox.jobs.count() == 0)
    #expect(await !service.later.round(), "nothing is left to do")
    let bundle = try await service.bundle(id).body
    _ = try world.recomputed(bundle)
    #expect(
      try Bundle(bundle).registered.keys.sorted { $0.rawValue < $1.rawValue }
        == (scored ? [.attribution, .custody] : [.attribution]))
    guard let shares else { return }
    let shown = try await service.ask(.get, "/v1/attribution/\(id)").json
    #expect(shown["shares"]?.arrayValue?.compactMap { $0["contributor"]?.stringValue } == shares)
  }

  private func wait(_ world: World, _ seconds: UInt64 = 601) { world.clock.add(seconds * 1000, ordering: .relaxed) }

  @Test("The answer says that it is pending, nothing is posted, and soon the bundle has it and the ledger too")
  func comes() async throws {
    let (world, service, answer, id) = try await pending()
    let receipt = try #require(try answer.json["receipt"])
    #expect(receipt["attribution"] == "pending" && receipt["credit"]?["attribution"] == "pending")
    #expect(receipt["credit"]?["documents"]?[1] == ["index": 1, "contributor": "c1", "score": .null])
    #expect(try await service.pipeline.outbox.row(id)?.state == .settled)
    #expect(world.peers.calls(.attribute) == 0 && world.peers.calls(.settle) == 0)
    #expect(try await service.ask(.get, "/v1/receipts/\(id)").json["attribution"] == "pending")
    let early = try await service.ask(.get, "/v1/attribution/\(id)")
    #expect(early.status == 409 && early.errorCode == "attribution_pending" && early.headers[.retryAfter] != nil)
    let closed = BundleVerifier(policy: try world.trust(required: [.attribution]))
      .verify(try await service.bundle(id).body)
    #expect(closed[.attribution]?.state == .notChecked && !closed.isAccepted)
    #expect(closed.checks.allSatisfy { $0.state != .fail }, "\(closed.checks)")

    #expect(await service.later.round())
    try await expectDone(id, world, service, shares: ["alice", "c0", "c1"])
    let row = try #require(try await service.pipeline.outbox.row(id))
    #expect(world.peers.state.withLock { $0.ownersAsked } == [try #require(row.index)])
    let view = try await service.ask(.get, "/v1/receipts/\(id)").json
    let shown = try await service.ask(.get, "/v1/attribution/\(id)").json
    let statement = try Base64.decode(try #require(shown["statement"]?.stringValue))
    #expect(view["attribution"]?.stringValue == SHA256.hash(statement).named && view["shares"] == shown["shares"])
    #expect(shown["settled"] == true && shown["documents"]?.arrayValue?.count == 2)
    #expect(try #require(shown["attribution_index"]?.decimalValue) > #require(row.index))
  }

  @Test("Who does not own the receipt is shown the shares, and a contributor its own lines")
  func strangers() async throws {
    let (world, service, _, id) = try await pending()
    #expect(await service.later.round())
    #expect(try Bundle(try await service.bundle(id).body).openings[.scores] != nil)
    let path = try world.keys("other-key-of-16-or-more\nada-key-of-16-or-more contributor=c1\n")
    let keyed = try await world.ready { $0.apiKeys = try? APIKeys(file: path) }
    for (key, lines) in [("other", 0), ("ada", 1)] {
      let bundle = try Bundle(try await keyed.bundle(id, headers: .bearer(key)).body)
      #expect(bundle.openings.isEmpty && bundle.registered.count == 2)
      let shown = try await keyed.ask(.get, "/v1/attribution/\(id)", headers: .bearer(key)).json
      #expect(shown["documents"]?.arrayValue?.count == lines && shown["shares"]?.arrayValue?.count == 3)
    }
  }

  @Test(
    "More than 6 documents are never valued before the receipt, and a part at a time then; more than 256 are refused")
  func many() async throws {
    let (world, service, answer, id) = try await pending(documents: 7)
    #expect(try answer.json["receipt"]?["attribution"] == "pending" && world.peers.calls(.score) == 0)
    #expect(await service.later.round())
    try await expectDone(id, world, service, shares: ["alice"] + (0..<7).map { "c\($0)" })
    #expect(world.peers.state.withLock { $0.partsAsked } == (0..<8).map { UInt32(16 * $0) })
    let refused = try await service.ask(.post, "/v1/chat/completions", Self.body(257))
    #expect(refused.status == 400 && refused.text.contains("the limit of 256"))
  }

  @Test("A process that dies between any two steps is followed by one that goes on", arguments: 0...5)
  func crash(steps: Int) async throws {
    let (world, first, _, id) = try await pending()
    let row = try #require(try await first.pipeline.outbox.row(id))
    var later = try #require(try await first.pipeline.outbox.later(row.receiptID))
    for _ in 0..<steps { later = try await first.pipeline.advance(later, row) }
    #expect(later.step == LaterAttribution.Step.allCases[steps])
    let next = try await world.ready()
    let isLeft = await next.later.round()
    #expect(isLeft == (steps < 5))
    try await expectDone(id, world, next, shares: ["alice", "c0", "c1"])
  }

  @Test(
    "A call that fails, or whose answer is lost, is made again later, and nothing is there twice",
    arguments: [FakePeers.Step.policy, .blob, .score, .owners, .attribute, .keep, .append, .settle].map { ($0, false) }
      + [.attribute, .keep, .append, .settle].map { ($0, true) })
  func fails(step: FakePeers.Step, after: Bool) async throws {
    let (world, service, _, id) = try await pending()
    // The first statement that is appended is the policy's, for which nothing waits.
    let times = step == .append ? 2 : 1
    world.peers.set { if after { $0.failuresAfter[step] = times } else { $0.failuresBefore[step] = times } }
    #expect(await service.later.round())
    #expect(try await service.pipeline.outbox.jobs.count() == 1)
    #expect(await !service.later.round(), "not before its time")
    wait(world, 2)
    let next = try await world.ready()
    #expect(await next.later.round())
    try await expectDone(id, world, next, shares: ["alice", "c0", "c1"])
  }

  @Test("What was valued is not valued again by the process that follows")
  func progress() async throws {
    let (world, service, _, id) = try await pending(documents: 8)
    world.peers.set { $0.failuresAfter[.score] = 0 }
    let row = try #require(try await service.pipeline.outbox.row(id))
    var later = try #require(try await service.pipeline.outbox.later(row.receiptID))
    let values = DocumentScores.data((0..<32).map { Int64(-400_000 - $0) })
    later.found = values
    try await service.pipeline.outbox.save(later, from: .waiting)
    let next = try await world.ready()
    #expect(await next.later.round())
    #expect(world.peers.state.withLock { $0.partsAsked }.first == 32)
    try await expectDone(id, world, next)
  }

  @Test("Where documents can have no scores, what the policy gives them is unattributed, at once")
  func hopeless() async throws {
    for erased in [CommittedField.request, .tokens] {
      let (world, service, _, id) = try await pending()
      let name = try #require(try await service.pipeline.outbox.row(id)?.openingNames[erased])
      world.peers.set { $0.blobs[name] = nil }
      #expect(await service.later.round())
      let receipt = try #require(ReceiptID(id))
      let later = try #require(try await service.pipeline.outbox.later(receipt))
      #expect(later.step == .settled && later.openingNames.isEmpty)
    }
    let (world, service, _, id) = try await pending()
    world.peers.set { $0.script.values = [-1, -2, -3, 4] }
    #expect(await service.later.round())
    try await expectDone(id, world, service, scored: false, shares: ["alice", "unattributed"])
  }

  @Test("Attempts are bounded: then the documents are unattributed, and the ledger settles")
  func attempts() async throws {
    let (world, service, _, id) = try await pending { $0.creditAttempts = 3 }
    world.peers.set { $0.failuresBefore[.score] = 99 }
    for _ in 0..<3 {
      #expect(world.peers.state.withLock { $0.posted.isEmpty })
      #expect(await service.later.round())
      wait(world)
    }
    try await expectDone(id, world, service, scored: false, shares: ["alice", "unattributed"])
  }

  @Test("A policy that cannot be had leaves it pending; one that credits no documents any more asks for no scores")
  func policies() async throws {
    let world = try World()
    let service = try await world.ready()
    world.peers.set { $0.failuresBefore[.policy] = 1 }
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body(2))
    #expect(try answer.json["receipt"]?["attribution"] == "pending")
    #expect(await service.later.round())
    #expect(world.peers.calls(.score) == 0)
    try await expectDone(try #require(answer.receiptID), world, service, scored: false)
  }

  @Test("Of two that drive one attribution, one wins each step")
  func race() async throws {
    let (_, service, _, id) = try await pending()
    let row = try #require(try await service.pipeline.outbox.row(id))
    let later = try #require(try await service.pipeline.outbox.later(row.receiptID))
    _ = try await service.pipeline.advance(later, row)
    await #expect(throws: OutboxError.laterMoved(receiptID: id, expected: .waiting)) {
      try await service.pipeline.advance(later, row)
    }
  }

  @Test("A log that is refused is not written to")
  func refusedLog() async throws {
    let (world, _, _, _) = try await pending()
    try world.peers.log.rewrite()
    let next = try await world.ready()
    #expect(await !next.later.round() && next.pipeline.log.refusal != nil)
  }
}
