import Codec
import HTTPTypes
import Receipts
import Stores
import Synchronization
import Testing
import Wire

@testable import OrchestratorService

@Suite("What is found in the text of an answer, and its credit")
struct FoundTests {
  @Test("A contributor sees its own lines with their proofs; the owner sees all", arguments: Found.allCases)
  func shown(_ found: Found) async throws {
    let world = try found.world()
    let path = try world.keys(
      "client-key-of-16-or-more\ncarol-key-of-16-or-more contributor=carol\nbob-key-of-16-or-more contributor=bob\n")
    let service = try await world.ready { settings in settings.apiKeys = try? APIKeys(file: path) }
    let answer = try await service.ask(.post, "/v1/chat/completions", Found.body, headers: .bearer("client"))
    let id = try #require(answer.receiptID)
    for (key, count) in [("client", 1), ("carol", 1), ("bob", 0)] {
      let shown = try await service.ask(.get, "/v1/attribution/\(id)", headers: .bearer(key)).json
      #expect(shown[found.proofs]?.arrayValue?.count == count, "\(key)")
      #expect(found.isStated(shown))
    }
    let row = try #require(try await service.pipeline.outbox.row(id))
    let statement = try #require(row.statements[.attribution])
    world.peers.set {
      $0.credits = [CreditedAmount(entry: 3, receiptID: id, amountNano: 5, attributionStatement: statement)]
    }
    let own = try await service.ask(.get, "/v1/contributors/carol/statement", headers: .bearer("carol")).json
    let proof = try #require(own["lines"]?[0]?[found.proofs]?.arrayValue?.first)
    #expect(own["lines"]?[0]?["nearest_count"] == (found == .nearest ? 1 : 0))
    try found.verify(proof, statement)
    let other = try await service.ask(.get, "/v1/contributors/bob/statement", headers: .bearer("bob")).json
    #expect(other["lines"]?[0]?[found.proofs]?.arrayValue?.isEmpty == true)
  }

  @Test(
    "What is not found in time comes later, by the log that the receipt has seen, with a custody of its own",
    arguments: Found.allCases)
  func late(_ found: Found) async throws {
    // Attribution does not answer in time, or not even which policy it applies.
    for step in [found.step, .policy] {
      let world = try found.world()
      world.peers.set { $0.failuresBefore[step] = 1 }
      let service = try await world.ready()
      let answer = try await service.ask(.post, "/v1/chat/completions", Found.body)
      #expect(try answer.status == 200 && answer.json["receipt"]?["attribution"] == "pending", "\(answer.text)")
      let id = try #require(answer.receiptID)
      #expect(try await service.ask(.get, "/v1/attribution/\(id)").status == 409)
      #expect(world.peers.calls(.attribute) == 0)
      #expect(await service.later.round())
      #expect(try await service.paid(id) == found.paid)
      let row = try #require(try await service.pipeline.outbox.row(id))
      #expect(found.sizeAsked(world) == row.index)
      let bytes = try await service.bundle(id).body
      #expect(try world.recomputed(bytes)[.attribution]?.detail.contains("in a later statement") == true)
      let bundle = try Bundle(bytes)
      #expect(bundle.openings[found.opening] != nil && Set(bundle.registered.keys) == [.attribution, .custody])
      let shown = try await service.ask(.get, "/v1/attribution/\(id)")
      #expect(try shown.json[found.proofs]?.arrayValue?.count == 1)
    }
  }

  @Test(
    "A process that dies after it found them is followed by one that goes on with them",
    arguments: Found.allCases, 0...5)
  func crash(_ found: Found, steps: Int) async throws {
    let world = try found.world()
    world.peers.set { $0.failuresBefore[found.step] = 1 }
    let first = try await world.ready()
    let id = try #require(try await first.ask(.post, "/v1/chat/completions", Found.body).receiptID)
    let row = try #require(try await first.pipeline.outbox.row(id))
    var later = try #require(try await first.pipeline.outbox.later(row.receiptID))
    for _ in 0..<steps { later = try await first.pipeline.advance(later, row) }
    let next = try await world.ready()
    #expect(await next.later.round() == (steps < 5))
    #expect(world.peers.calls(found.step) == 2 && world.peers.calls(.score) == 0)
    #expect(world.peers.state.withLock { $0.posted[id] } == 1)
    #expect(try await next.paid(id) == found.paid)
    _ = try world.recomputed(try await next.bundle(id).body)
  }

  @Test("What cannot be of the answer is unattributed, and the receipt does not wait", arguments: Found.allCases)
  func notFound(_ found: Found) async throws {
    for (name, bytes, isLater) in try found.unsound() {
      let world = try found.world(bytes)
      let service = try await world.ready()
      let answer = try await service.ask(.post, "/v1/chat/completions", Found.body)
      #expect(answer.status == 200, "\(name): \(answer.text)")
      let id = try #require(answer.receiptID)
      #expect(await service.later.round() == isLater, "\(name)")
      #expect(try await service.paid(id) == ["alice", "unattributed"], "\(name)")
      _ = try world.recomputed(try await service.bundle(id).body, name)
    }
  }

  @Test("The text of an answer goes to attribution only where the policy credits it", arguments: Found.allCases)
  func unasked(_ found: Found) async throws {
    let world = try found.world(isCredited: false)
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Found.body)
    #expect(answer.status == 200 && world.peers.calls(found.step) == 0)
    #expect(try answer.json["receipt"]?["credit"] == nil)
    let shown = try await service.ask(.get, "/v1/attribution/\(try #require(answer.receiptID))").json
    #expect(shown[found.rawValue] == .null && shown[found.proofs]?.arrayValue?.isEmpty == true)
  }
}
