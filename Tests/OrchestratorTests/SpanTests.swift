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

@Suite("Spans of the answer in registered texts, and their credit")
struct SpanTests {
  private static let body = #"{"model":"tiny-test","messages":[{"role":"user","content":"2+2?"}],"max_tokens":16}"#
  private static let attributed: [Check.Name] = [.signatures, .binding, .content, .inclusion, .attribution, .custody]

  /// Of the answer `Two plus "two" is four.`: its last two words are carol's.
  private static func spans(start: Int = 3) throws -> [UInt8] {
    let registry: JSON = [
      "size": "1", "root": .string("sha256:" + String(repeating: "0", count: 64)),
      "records": .string("sha256:" + String(repeating: "1", count: 64)),
    ]
    let line: JSON = [
      "asset": "sums", "choice": 0, "class": .string("sha256:" + String(repeating: "2", count: 64)), "committed": "0",
      "contributor": "carol", "length": 2, "start": .integer(start), "tokens": 2,
    ]
    return try JCS.encode(["registry": registry, "spans": [line]])
  }

  private func world(_ spans: [UInt8]) throws -> World {
    let world = try World()
    world.peers.set { state in
      state.script.creditsSpans = true
      state.script.spans = spans
    }
    return world
  }

  private func shares(_ id: String, _ service: OrchestratorService) async throws -> [String: String] {
    let found = try await service.ask(.get, "/v1/attribution/\(id)")
    #expect(found.status == 200, "\(found.text)")
    var shares: [String: String] = [:]
    for share in try found.json["shares"]?.arrayValue ?? [] {
      shares[share["contributor"]?.stringValue ?? ""] = share["amount_nano"]?.stringValue
    }
    return shares
  }

  @Test("Who brought the words is credited, and the bundle recomputes it")
  func credited() async throws {
    let world = try world(Self.spans())
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body)
    #expect(answer.status == 200, "\(answer.text)")
    let id = try #require(answer.receiptID)
    let paid = try await shares(id, service)
    #expect(Set(paid.keys) == ["alice", "carol", "unattributed"])
    let credit = try #require(try answer.json["receipt"]?["credit"])
    #expect(credit["spans"]?.arrayValue?.count == 1 && credit["documents"] == nil)
    #expect(credit["spans"]?[0]?["contributor"] == "carol" && credit["spans"]?[0]?["start"] == 3)
    #expect(credit["shares"] == (try await service.ask(.get, "/v1/attribution/\(id)").json["shares"]))
    let bytes = try await service.bundle(id).body
    let report = BundleVerifier(policy: try world.trust(required: Self.attributed), ownCopy: answer.body).verify(bytes)
    #expect(report.isAccepted, "\(report.checks)")
    #expect(report[.attribution]?.detail.contains("2 of 5 words said to stand in registered texts") == true)
    var closed = try Bundle(bytes)
    closed.openings[.spans] = nil
    let shown = BundleVerifier(policy: try world.trust()).verify(try closed.encoded())
    #expect(shown[.attribution]?.state == .notChecked && shown[.content]?.state == .pass)
  }

  @Test("A contributor sees its own lines with their proofs; the owner sees all")
  func shown() async throws {
    let world = try world(Self.spans())
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
      #expect(try found.json["span_proofs"]?.arrayValue?.count == count, "\(key)")
      #expect(try found.json["spans"]?["tokens"] == 5)
    }
    let row = try #require(try await service.pipeline.outbox.row(id))
    let statement = try #require(row.statements[.attribution])
    world.peers.set {
      $0.credits = [CreditedAmount(entry: 3, receiptID: id, amountNano: 5, attributionStatement: statement)]
    }
    let own = try await service.ask(.get, "/v1/contributors/carol/statement", headers: bearer("carol"))
    let proof = try #require(try own.json["lines"]?[0]?["span_proofs"]?.arrayValue?.first)
    let stated = try #require(try AttributionPredicate(SignedStatement(statement).statement.predicate).spans)
    try LineProof<SpanLine>(proof).verify(stated)
    let other = try await service.ask(.get, "/v1/contributors/bob/statement", headers: bearer("bob"))
    #expect(try other.json["lines"]?[0]?["span_proofs"]?.arrayValue?.isEmpty == true)
  }

  @Test("What is not found in time comes later, by the log that the receipt has seen, with a custody of its own")
  func late() async throws {
    // Attribution does not answer in time, or not even which policy it applies.
    for step in [FakePeers.Step.spans, .policy] {
      let world = try world(Self.spans())
      world.peers.set { $0.failuresBefore[step] = 1 }
      let service = try await world.ready()
      let answer = try await service.ask(.post, "/v1/chat/completions", Self.body)
      #expect(try answer.status == 200 && answer.json["receipt"]?["attribution"] == "pending", "\(answer.text)")
      let id = try #require(answer.receiptID)
      #expect(try await service.ask(.get, "/v1/attribution/\(id)").status == 409)
      #expect(world.peers.calls(.attribute) == 0)
      #expect(await service.later.round())
      #expect(try await Set(shares(id, service).keys) == ["alice", "carol", "unattributed"])
      let row = try #require(try await service.pipeline.outbox.row(id))
      #expect(world.peers.state.withLock { $0.spansAsked.last } == row.index)
      let bytes = try await service.bundle(id).body
      let report = BundleVerifier(policy: try world.trust(required: Self.attributed)).verify(bytes)
      #expect(report.isAccepted, "\(report.checks)")
      #expect(report[.attribution]?.detail.contains("in a later statement") == true)
      let bundle = try Bundle(bytes)
      #expect(bundle.openings[.spans] != nil && Set(bundle.registered.keys) == [.attribution, .custody])
      let shown = try await service.ask(.get, "/v1/attribution/\(id)")
      #expect(try shown.json["span_proofs"]?.arrayValue?.count == 1)
    }
  }

  @Test("A process that dies after it found the spans is followed by one that goes on with them", arguments: 0...5)
  func crash(steps: Int) async throws {
    let world = try world(Self.spans())
    world.peers.set { $0.failuresBefore[.spans] = 1 }
    let first = try await world.ready()
    let id = try #require(try await first.ask(.post, "/v1/chat/completions", Self.body).receiptID)
    let row = try #require(try await first.pipeline.outbox.row(id))
    var later = try #require(try await first.pipeline.outbox.later(row.receiptID))
    for _ in 0..<steps { later = try await first.pipeline.advance(later, row) }
    let next = try await world.ready()
    #expect(await next.later.round() == (steps < 5))
    #expect(world.peers.calls(.spans) == 2 && world.peers.calls(.score) == 0)
    #expect(world.peers.state.withLock { $0.posted[id] } == 1)
    #expect(try await Set(shares(id, next).keys) == ["alice", "carol", "unattributed"])
    let report = BundleVerifier(policy: try world.trust(required: Self.attributed)).verify(
      try await next.bundle(id).body)
    #expect(report.isAccepted, "\(report.checks)")
  }

  @Test("Spans that are not of the answer, or in no log, are unattributed, and the receipt does not wait")
  func notFound() async throws {
    for (name, spans, isLater) in [
      ("no log", [], false), ("no answer's", try Self.spans(start: 4), true), ("no spans", Array("{}".utf8), true),
    ] {
      let world = try world(spans)
      let service = try await world.ready()
      let answer = try await service.ask(.post, "/v1/chat/completions", Self.body)
      #expect(answer.status == 200, "\(name): \(answer.text)")
      let id = try #require(answer.receiptID)
      #expect(await service.later.round() == isLater, "\(name)")
      #expect(try await Set(shares(id, service).keys) == ["alice", "unattributed"], "\(name)")
      let bytes = try await service.bundle(id).body
      let report = BundleVerifier(policy: try world.trust(required: Self.attributed)).verify(bytes)
      #expect(report.isAccepted, "\(name): \(report.checks)")
    }
  }

  @Test("The text of an answer goes to attribution only where the policy looks for spans")
  func unasked() async throws {
    let world = try world(Self.spans())
    world.peers.set { $0.script.creditsSpans = false }
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body)
    #expect(answer.status == 200 && world.peers.calls(.spans) == 0)
    #expect(try answer.json["receipt"]?["credit"] == nil)
    let found = try await service.ask(.get, "/v1/attribution/\(try #require(answer.receiptID))")
    #expect(try found.json["spans"] == .null && found.json["span_proofs"]?.arrayValue?.isEmpty == true)
  }
}
