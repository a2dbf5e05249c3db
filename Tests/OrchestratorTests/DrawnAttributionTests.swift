import Codec
import Credit
import Cryptography
import Foundation
import HTTPTypes
import RPC
import Receipts
import Stores
import Synchronization
import Testing
import Wire

@testable import OrchestratorService

@Suite("The credit of more documents than can be enumerated")
struct DrawnAttributionTests {
  /// A receipt of so many documents, behind the draw of its epoch.
  private func pending(
    documents: Int = 13, isDrawn: Bool = true, _ change: (inout OrchestratorSettings) -> Void = { _ in }
  ) async throws -> (World, OrchestratorService, Answer, FakeEpoch, id: String) {
    let world = try World()
    world.peers.set { $0.script.creditsDocuments = true }
    let epoch = try world.peers.beginEpoch()
    if !isDrawn { world.peers.set { $0.verdict.drawStatement = [] } }
    let service = try await world.ready(change)
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body(documents))
    #expect(answer.status == 200, "\(answer.text)")
    return (world, service, answer, epoch, try #require(answer.receiptID))
  }

  private static func body(_ documents: Int) -> String {
    let list = (0..<documents).map { #"{"text":"text \#($0)","contributor":"c\#($0 % 5)"}"# }.joined(separator: ",")
    return #"{"model":"tiny-test","messages":[{"role":"user","content":"2+2?"}],"documents":[\#(list)]}"#
  }

  private func wait(_ world: World, _ seconds: UInt64 = 601) { world.clock.add(seconds * 1000, ordering: .relaxed) }

  private func expectDone(_ id: String, _ world: World, _ service: OrchestratorService) async throws {
    let row = try #require(try await service.pipeline.outbox.row(id))
    let later = try #require(try await service.pipeline.outbox.later(row.receiptID))
    #expect(later.step == .settled && later.found.isEmpty && later.openingNames[.scores] != nil)
    let state = world.peers.state.withLock { $0 }
    #expect(state.posted[id] == 1 && state.settled[id] == row.index)
    #expect(try await service.pipeline.outbox.jobs.count() == 0)
    let bundle = try await service.bundle(id).body
    _ = try world.recomputed(bundle)
    #expect(Set(try Bundle(bundle).registered.keys) == [.draw, .reveal, .custody, .attribution])
  }

  @Test("It is said to be approximate, waits for the seed of its epoch as long as that takes, and then comes")
  func comes() async throws {
    let (world, service, answer, epoch, id) = try await pending { $0.creditAttempts = 2 }
    let credit = try #require(try answer.json["receipt"]?["credit"])
    #expect(credit["attribution"] == "pending" && credit["approximate"] == true && credit["method"] == .null)
    #expect(world.peers.calls(.score) == 0)
    // Verification is told of it, so that the epoch ends; what waits has not failed, however often it is looked at.
    for _ in 0..<5 {
      #expect(await service.later.round())
      #expect(try await service.pipeline.outbox.jobs.count() == 1)
      #expect(await !service.later.round(), "not before its time")
      wait(world, 2)
    }
    #expect(world.peers.state.withLock { $0.enlisted[id] != nil } && world.peers.calls(.score) == 0)
    try world.peers.reveal(epoch)
    #expect(await service.later.round())
    try await expectDone(id, world, service)
    let shown = try await service.ask(.get, "/v1/attribution/\(id)").json
    let approximate = try #require(shown["scores"]?["approximate"])
    #expect(shown["approximate"] == true && approximate["permutations"] == 8)
    #expect(
      approximate["reveal"]?.stringValue == SHA256.hash(world.peers.state.withLock { $0.verdict.revealStatement }).named
    )
    #expect(shown["documents"]?.arrayValue?.count == 13 && shown["settled"] == true)
    let asked = world.peers.state.withLock { $0.setsAsked }
    #expect(asked.dropLast().allSatisfy { $0 == 16 } && asked.reduce(0, +) <= 2 + 8 * 12)
    // Each document adds the same: eight permutations give each 8,000.
    let scores = shown["documents"]?.arrayValue?.compactMap { $0["line"]?["score"]?.stringValue }
    #expect(scores == Array(repeating: "8000", count: 13))
  }

  @Test("Of up to 12 documents nothing is drawn, and nothing said of it")
  func exact() async throws {
    let (world, service, answer, _, id) = try await pending(documents: 7)
    #expect(try answer.json["receipt"]?["credit"]?["approximate"] == nil)
    world.peers.set { $0.script.values = nil }
    #expect(await service.later.round())
    let shown = try await service.ask(.get, "/v1/attribution/\(id)").json
    #expect(shown["approximate"] == false && shown["scores"]?["approximate"] == nil)
    #expect(world.peers.state.withLock { $0.enlisted.isEmpty && $0.setsAsked.isEmpty })
    #expect(try Set(Bundle(try await service.bundle(id).body).registered.keys) == [.custody, .attribution])
  }

  @Test("A process that dies between any two steps is followed by one that goes on", arguments: 0...5)
  func crash(steps: Int) async throws {
    let (world, first, _, epoch, id) = try await pending()
    try world.peers.reveal(epoch)
    let row = try #require(try await first.pipeline.outbox.row(id))
    var later = try #require(try await first.pipeline.outbox.later(row.receiptID))
    for _ in 0..<steps { later = try await first.pipeline.advance(later, row) }
    let next = try await world.ready()
    #expect(await next.later.round() == (steps < 5))
    try await expectDone(id, world, next)
  }

  @Test("What was valued is not valued again, but for another sample")
  func progress() async throws {
    for isOwn in [true, false] {
      let (world, service, _, epoch, id) = try await pending()
      try world.peers.reveal(epoch)
      let row = try #require(try await service.pipeline.outbox.row(id))
      var later = try #require(try await service.pipeline.outbox.later(row.receiptID))
      let sample = try #require(
        try await service.pipeline.sample(of: row, by: isOwn ? FakePeers.documentPolicy : Self.policy(9)))
      let values = try sample.drawn(documents: 13).coalitions.prefix(32).map {
        Int64($0.documents.count) * 1_000 - 400_000
      }
      later.found = DocumentScores.data(values, of: sample)
      try await service.pipeline.outbox.save(later, from: .waiting)
      let next = try await world.ready()
      #expect(await next.later.round())
      try await expectDone(id, world, next)
      let all = try #require(try await service.pipeline.sample(of: row, by: FakePeers.documentPolicy))
      let count = try all.drawn(documents: 13).coalitions.count
      #expect(world.peers.state.withLock { $0.setsAsked }.reduce(0, +) == count - (isOwn ? 32 : 0))
    }
  }

  private static func policy(_ permutations: Int) throws -> AttributionPolicy {
    try AttributionPolicy(
      id: "p",
      roles: [
        PolicyRole(
          role: "r", basisPoints: 10_000, method: .contextShapleyBy(ContextParameters(permutations: permutations)))
      ])
  }

  @Test("A call that fails is made again later", arguments: [FakePeers.Step.enlist, .verdict, .score, .attribute])
  func fails(step: FakePeers.Step) async throws {
    let (world, service, _, epoch, id) = try await pending()
    try world.peers.reveal(epoch)
    world.peers.set { $0.failuresBefore[step] = 1 }
    #expect(await service.later.round())
    #expect(try await service.pipeline.outbox.jobs.count() == 1)
    wait(world, 2)
    #expect(await service.later.round())
    try await expectDone(id, world, service)
  }

  @Test("A reveal that is not of the receipt's epoch, or not in the log, is not drawn by")
  func lies() async throws {
    let edits: [@Sendable (inout RevealPredicate) -> Void] = [
      { $0.seed = SHA256.hash([1]).bytes }, { $0.number = 1 }, { $0.draw = SHA256.hash([1]) }, { $0.last = 1 },
      { _ in },
    ]
    for (at, edit) in edits.enumerated() {
      let (world, service, _, epoch, id) = try await pending()
      try world.peers.reveal(epoch, isLogged: at < 4, edit: edit)
      #expect(await service.later.round())
      let row = try #require(try await service.pipeline.outbox.row(id))
      await #expect(throws: (any Error).self, "\(at)") {
        try await service.pipeline.sample(of: row, by: FakePeers.documentPolicy)
      }
      #expect(world.peers.calls(.score) == 0 && world.peers.state.withLock { $0.posted.isEmpty }, "\(at)")
    }
  }

  @Test("A receipt of no epoch is tried as often as any, and then its documents are unattributed")
  func noEpoch() async throws {
    let (world, service, _, _, id) = try await pending(isDrawn: false) { $0.creditAttempts = 2 }
    for _ in 0..<2 {
      #expect(world.peers.state.withLock { $0.posted.isEmpty })
      #expect(await service.later.round())
      wait(world)
    }
    let shown = try await service.ask(.get, "/v1/attribution/\(id)").json
    #expect(shown["shares"]?.arrayValue?.compactMap { $0["contributor"]?.stringValue } == ["alice", "unattributed"])
  }

  @Test("Where nobody draws, more documents than can be enumerated are refused before they cost anything")
  func refused() async throws {
    let world = try World()
    world.peers.set { state in
      state.script.creditsDocuments = true
      state.statusRefusal = RPCError(.failedPrecondition, "no log")
    }
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body(13))
    #expect(answer.status == 400 && answer.errorCode == "documents_not_drawn" && answer.receiptID == nil)
    #expect(try answer.json["error"]?["param"] == "documents")
    world.peers.set { $0.statusRefusal = RPCError(.unavailable, "not now") }
    #expect(try await service.ask(.post, "/v1/chat/completions", Self.body(13)).status == 200)
    world.peers.set { state in
      state.statusRefusal = RPCError(.failedPrecondition, "no log")
      state.script.creditsDocuments = false
    }
    #expect(try await service.ask(.post, "/v1/chat/completions", Self.body(13)).status == 200, "nobody is credited")
    // Verification that draws no more leaves those that wait unattributed.
    let (other, later, _, _, id) = try await pending()
    other.peers.set { $0.enlistRefusal = RPCError(.failedPrecondition, "no log") }
    #expect(await later.later.round())
    let shown = try await later.ask(.get, "/v1/attribution/\(id)").json
    #expect(shown["shares"]?.arrayValue?.compactMap { $0["contributor"]?.stringValue } == ["alice", "unattributed"])
  }
}
