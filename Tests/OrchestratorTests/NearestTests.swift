import Codec
import Credit
import Cryptography
import Foundation
import HTTPTypes
import Receipts
import Stores
import Synchronization
import Testing
import Wire

@testable import OrchestratorService

@Suite("Registered records near to the answer, and their credit")
struct NearestTests {
  private static let body = #"{"model":"tiny-test","messages":[{"role":"user","content":"2+2?"}],"max_tokens":16}"#
  private static let attributed: [Check.Name] = [.signatures, .binding, .content, .inclusion, .attribution, .custody]

  /// One class of carol's records.
  private static func nearest(queries: [JSON] = ["0102"]) throws -> [UInt8] {
    let registry: JSON = [
      "size": "1", "root": .string("sha256:" + String(repeating: "0", count: 64)),
      "records": .string("sha256:" + String(repeating: "1", count: 64)),
    ]
    let line: JSON = [
      "asset": "sums", "class": .string("sha256:" + String(repeating: "2", count: 64)), "committed": "0",
      "contributor": "carol", "score": "1099511627776",
    ]
    return try JCS.encode([
      "classes": 2, "encoder": .string("sha256:" + String(repeating: "3", count: 64)), "lines": [line],
      "method": "knn-shapley/1", "queries": .array(queries), "registry": registry,
    ])
  }

  private func world(_ nearest: [UInt8]) throws -> World {
    let world = try World()
    world.peers.set { state in
      state.script.creditsNearest = true
      state.script.nearest = nearest
    }
    return world
  }

  private func paid(_ id: String, _ service: OrchestratorService) async throws -> Set<String> {
    let found = try await service.ask(.get, "/v1/attribution/\(id)")
    #expect(found.status == 200, "\(found.text)")
    return Set(try found.json["shares"]?.arrayValue?.compactMap { $0["contributor"]?.stringValue } ?? [])
  }

  @Test("Who brought the records is credited, and the bundle recomputes it")
  func credited() async throws {
    let world = try world(Self.nearest())
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body)
    #expect(answer.status == 200, "\(answer.text)")
    let shown = try #require(try answer.json["receipt"]?["credit"]?["nearest"])
    #expect(shown["method"] == "knn-shapley/1" && shown["classes"] == 2 && shown["lines"] == 1)
    #expect(shown["best"]?[0]?["contributor"] == "carol")
    let id = try #require(answer.receiptID)
    #expect(try await paid(id, service) == ["alice", "carol"])
    let bytes = try await service.bundle(id).body
    let report = BundleVerifier(policy: try world.trust(required: Self.attributed), ownCopy: answer.body).verify(bytes)
    #expect(report.isAccepted, "\(report.checks)")
    #expect(report[.attribution]?.detail.contains("1 classes said to be near to the answer") == true)
    var closed = try Bundle(bytes)
    closed.openings[.nearest] = nil
    let hidden = BundleVerifier(policy: try world.trust()).verify(try closed.encoded())
    #expect(hidden[.attribution]?.state == .notChecked && hidden[.content]?.state == .pass)
  }

  @Test("A contributor sees its own lines with their proofs; the owner sees all")
  func shown() async throws {
    let world = try world(Self.nearest())
    try FileManager.default.createDirectory(atPath: world.folder, withIntermediateDirectories: true)
    let path = "\(world.folder)/keys"
    let lines = ["client", "carol contributor=carol", "bob contributor=bob"].map { line in
      let words = line.split(separator: " ", maxSplits: 1)
      return "\(words[0])-key-of-16-or-more" + (words.count > 1 ? " \(words[1])" : "")
    }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    let service = try await world.ready { settings in settings.apiKeys = try? APIKeys(file: path) }
    func bearer(_ key: String) -> HTTPFields { [.authorization: "Bearer \(key)-key-of-16-or-more"] }
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body, headers: bearer("client"))
    let id = try #require(answer.receiptID)
    for (key, count) in [("client", 1), ("carol", 1), ("bob", 0)] {
      let found = try await service.ask(.get, "/v1/attribution/\(id)", headers: bearer(key))
      #expect(try found.json["nearest_proofs"]?.arrayValue?.count == count, "\(key)")
      #expect(try found.json["nearest"]?["classes"] == 2)
    }
    let row = try #require(try await service.pipeline.outbox.row(id))
    let statement = try #require(row.statements[.attribution])
    world.peers.set {
      $0.credits = [CreditedAmount(entry: 3, receiptID: id, amountNano: 5, attributionStatement: statement)]
    }
    let own = try await service.ask(.get, "/v1/contributors/carol/statement", headers: bearer("carol"))
    let proof = try #require(try own.json["lines"]?[0]?["nearest_proofs"]?.arrayValue?.first)
    #expect(try own.json["lines"]?[0]?["nearest_count"] == 1)
    let stated = try #require(try AttributionPredicate(SignedStatement(statement).statement.predicate).nearest)
    try LineProof<NearestLine>(proof).verify(stated)
    let other = try await service.ask(.get, "/v1/contributors/bob/statement", headers: bearer("bob"))
    #expect(try other.json["lines"]?[0]?["nearest_proofs"]?.arrayValue?.isEmpty == true)
  }

  @Test("What is not found in time comes later, by the log that the receipt has seen, with a custody of its own")
  func late() async throws {
    for step in [FakePeers.Step.nearest, .policy] {
      let world = try world(Self.nearest())
      world.peers.set { $0.failuresBefore[step] = 1 }
      let service = try await world.ready()
      let answer = try await service.ask(.post, "/v1/chat/completions", Self.body)
      #expect(try answer.status == 200 && answer.json["receipt"]?["attribution"] == "pending", "\(answer.text)")
      let id = try #require(answer.receiptID)
      #expect(world.peers.calls(.attribute) == 0)
      #expect(await service.later.round())
      #expect(try await paid(id, service) == ["alice", "carol"])
      let row = try #require(try await service.pipeline.outbox.row(id))
      #expect(world.peers.state.withLock { $0.nearestAsked.last } == row.index)
      let bytes = try await service.bundle(id).body
      let report = BundleVerifier(policy: try world.trust(required: Self.attributed)).verify(bytes)
      #expect(report.isAccepted, "\(report.checks)")
      #expect(report[.attribution]?.detail.contains("in a later statement") == true)
      let bundle = try Bundle(bytes)
      #expect(bundle.openings[.nearest] != nil && Set(bundle.registered.keys) == [.attribution, .custody])
      let shown = try await service.ask(.get, "/v1/attribution/\(id)")
      #expect(try shown.json["nearest_proofs"]?.arrayValue?.count == 1)
    }
  }

  @Test("A process that dies after it found the records is followed by one that goes on with them", arguments: 0...5)
  func crash(steps: Int) async throws {
    let world = try world(Self.nearest())
    world.peers.set { $0.failuresBefore[.nearest] = 1 }
    let first = try await world.ready()
    let id = try #require(try await first.ask(.post, "/v1/chat/completions", Self.body).receiptID)
    let row = try #require(try await first.pipeline.outbox.row(id))
    var later = try #require(try await first.pipeline.outbox.later(row.receiptID))
    for _ in 0..<steps { later = try await first.pipeline.advance(later, row) }
    let next = try await world.ready()
    #expect(await next.later.round() == (steps < 5))
    #expect(world.peers.calls(.nearest) == 2 && world.peers.state.withLock { $0.posted[id] } == 1)
    #expect(try await paid(id, next) == ["alice", "carol"])
  }

  @Test("Records that could not be near to the answer are unattributed, and the receipt does not wait")
  func notFound() async throws {
    for (name, nearest) in [
      ("no answer's", try Self.nearest(queries: ["01", "02"])), ("nothing", []), ("no records", Array("{}".utf8)),
    ] {
      let world = try world(nearest)
      let service = try await world.ready()
      let answer = try await service.ask(.post, "/v1/chat/completions", Self.body)
      #expect(answer.status == 200, "\(name): \(answer.text)")
      let id = try #require(answer.receiptID)
      #expect(await service.later.round(), "\(name)")
      #expect(try await paid(id, service) == ["alice", "unattributed"], "\(name)")
      let bytes = try await service.bundle(id).body
      let report = BundleVerifier(policy: try world.trust(required: Self.attributed)).verify(bytes)
      #expect(report.isAccepted, "\(name): \(report.checks)")
    }
  }

  @Test("The text of an answer goes to attribution only where the policy credits nearest records")
  func unasked() async throws {
    let world = try world(Self.nearest())
    world.peers.set { $0.script.creditsNearest = false }
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body)
    #expect(answer.status == 200 && world.peers.calls(.nearest) == 0)
    let found = try await service.ask(.get, "/v1/attribution/\(try #require(answer.receiptID))")
    #expect(try found.json["nearest"] == .null && found.json["nearest_proofs"]?.arrayValue?.isEmpty == true)
  }

  @Test("Of many lines the best are shown, of equal ones the first")
  func best() {
    let scores: [Int64] = [5, -7, 9, 5, 1 << 60]
    let lines = scores.enumerated().map { at, score in
      NearestLine(
        line: at, record: SHA256.hash([UInt8(at)]), committed: 0, contributor: "carol", asset: "sums", score: score)
    }
    #expect(lines.best(4).map(\.line) == [4, 2, 0, 3] && lines.best(9).map(\.line) == [4, 2, 0, 3, 1])
    #expect(lines.best(0).isEmpty)
  }
}
