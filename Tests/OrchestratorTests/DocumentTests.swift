import Codec
import Credit
import Cryptography
import HTTPTypes
import Receipts
import Stores
import Testing
import Wire

@testable import OrchestratorService

@Suite("Documents in the prompt, and their credit")
struct DocumentTests {
  static let body =
    #"{"model":"tiny-test","messages":[{"role":"user","content":"2+2?"}],"max_tokens":16,"documents":["#
    + #"{"id":"first","text":"Two and two is four.","contributor":"ada","asset":"sums"},{"text":"Rain.","contributor":"bob"}]}"#

  private func answered(
    _ world: World, _ service: OrchestratorService, headers: HTTPFields = [:]
  ) async throws -> Answer {
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body, headers: headers)
    #expect(answer.status == 200, "\(answer.text)")
    return answer
  }

  @Test("Scores follow from the values, are shown with the answer, and the bundle recomputes them")
  func scored() async throws {
    let world = try World()
    world.peers.set { $0.script.creditsDocuments = true }
    let service = try await world.ready()
    let answer = try await answered(world, service)
    let credit = try #require(try answer.json["receipt"]?["credit"])
    #expect(credit["method"] == "context-shapley/1")
    // v(all) - v(none) is 350,000: ada alone adds 300,000 and last 250,000; bob 100,000 and 50,000.
    #expect(credit["documents"]?[0] == ["id": "first", "index": 0, "contributor": "ada", "score": "550000"])
    #expect(credit["documents"]?[1] == ["index": 1, "contributor": "bob", "score": "150000"])
    let shares = try #require(credit["shares"]?.arrayValue)
    #expect(shares.compactMap { $0["contributor"]?.stringValue } == ["alice", "ada", "bob"].sorted())
    let bytes = try await service.bundle(try #require(answer.receiptID)).body
    let report = try world.recomputed(bytes, ownResponse: answer.body)
    #expect(report[.attribution]?.detail.contains("scores of 2 documents") == true)
    try world.expectClosed(.scores, of: bytes)
  }

  @Test("A stream says the same on its last chunk")
  func streamed() async throws {
    let world = try World()
    world.peers.set { $0.script.creditsDocuments = true }
    let service = try await world.ready()
    let answer = try await service.ask(
      .post, "/v1/chat/completions", Self.body.replacing(#""max_tokens":16"#, with: #""stream":true"#))
    let finish = try #require(answer.events.first { $0.contains(#""receipt""#) })
    let credit = try JSON(parsing: Array(finish.utf8))["receipt"]?["credit"]
    #expect(credit?["documents"]?[0]?["score"] == "550000")
  }

  @Test("What no policy credits is not scored")
  func unscored() async throws {
    let world = try World()
    let service = try await world.ready()
    let plain = try await answered(world, service)
    #expect(try plain.json["receipt"]?["credit"]?["method"] == .null)
    #expect(try plain.json["receipt"]?["attribution"] == nil && plain.json["receipt"]?["credit"]?["attribution"] == nil)
    #expect(world.peers.calls(.score) == 0 && world.peers.calls(.attribute) == 1)
    #expect(await !service.later.round())
  }

  /// What the shares of a receipt are once its attribution has come, and the verifier's word on its bundle.
  private func later(_ answer: Answer, _ world: World, _ service: OrchestratorService) async throws -> [String] {
    #expect(try answer.json["receipt"]?["attribution"] == "pending")
    #expect(await service.later.round())
    let id = try #require(answer.receiptID)
    _ = try world.recomputed(try await service.bundle(id).body)
    let shown = try await service.ask(.get, "/v1/attribution/\(id)").json
    return shown["shares"]?.arrayValue?.compactMap { $0["contributor"]?.stringValue } ?? []
  }

  @Test(
    "Values that are not of these documents are no scores, then and later",
    arguments: [[-1], [0, 0, 0, 1], [-9, -8, -7]])
  func wrongValues(_ values: [Int64]) async throws {
    let world = try World()
    world.peers.set { state in
      state.script.creditsDocuments = true
      state.script.values = values
    }
    let service = try await world.ready()
    let answer = try await answered(world, service)
    #expect(try answer.json["receipt"]?["credit"]?["method"] == .null)
    #expect(try await later(answer, world, service) == ["alice", "unattributed"])
  }

  /// Rain is carol's, whoever bob says that he is.
  private static func ownership(_ text: String, sums: String = "ada") throws -> [UInt8] {
    try JCS.encode([
      "registry": ["size": "1", "root": .string("sha256:" + String(repeating: "0", count: 64))],
      "owners": [
        ["asset": "sums", "contributor": .string(sums), "ownership": "claimed"],
        [
          "asset": "weather", "class": .string("sha256:\(SHA256.hash(Array(text.utf8)).hex)"), "committed": "0",
          "contributor": "carol", "ownership": "registered",
        ],
      ],
    ])
  }

  @Test("Who owns a document in the log is credited, whatever the asker says, and the bundle recomputes it")
  func owned() async throws {
    let world = try World()
    let ownership = try Self.ownership("Rain.")
    world.peers.set { state in
      state.script.creditsDocuments = true
      state.script.ownership = ownership
    }
    let service = try await world.ready()
    let answer = try await answered(world, service)
    let credit = try #require(try answer.json["receipt"]?["credit"])
    #expect(credit["documents"]?[0]?["ownership"] == "claimed" && credit["documents"]?[0]?["contributor"] == "ada")
    #expect(
      credit["documents"]?[1]
        == ["index": 1, "contributor": "carol", "ownership": "registered", "score": "150000"])
    let shares = try #require(credit["shares"]?.arrayValue)
    #expect(shares.compactMap { $0["contributor"]?.stringValue } == ["ada", "alice", "carol"])
    let bytes = try await service.bundle(try #require(answer.receiptID)).body
    let report = try world.recomputed(bytes, ownResponse: answer.body)
    #expect(report[.attribution]?.detail.contains("1 of them said to be registered") == true)
  }

  @Test(
    "An ownership that cannot be of these documents credits nobody", arguments: [("Sun.", "ada"), ("Rain.", "eve")])
  func wrongOwnership(_ text: String, _ sums: String) async throws {
    let world = try World()
    let ownership = try Self.ownership(text, sums: sums)
    world.peers.set { state in
      state.script.creditsDocuments = true
      state.script.ownership = ownership
    }
    let service = try await world.ready()
    let answer = try await answered(world, service)
    #expect(try answer.json["receipt"]?["credit"]?["method"] == .null)
    #expect(try await later(answer, world, service) == ["alice", "unattributed"])
  }

  @Test("Where attribution cannot say who owns what, the receipt does not wait, and says so")
  func ownersUnknown() async throws {
    let world = try World()
    world.peers.set { state in
      state.script.creditsDocuments = true
      state.failuresBefore[.owners] = 1
    }
    let service = try await world.ready()
    let answer = try await answered(world, service)
    let credit = try #require(try answer.json["receipt"]?["credit"])
    #expect(credit["method"] == .null && credit["attribution"] == "pending" && credit["shares"] == [])
    #expect(try await later(answer, world, service) == ["ada", "alice", "bob"])
  }

  @Test("A contributor sees its own lines with their proofs; the owner sees all, and others only the shares")
  func shown() async throws {
    let world = try World()
    world.peers.set { $0.script.creditsDocuments = true }
    let path = try world.keys(
      "client-key-of-16-or-more\nbob-key-of-16-or-more contributor=bob\nother-key-of-16-or-more\n")
    let service = try await world.ready { settings in settings.apiKeys = try? APIKeys(file: path) }
    let answer = try await answered(world, service, headers: .bearer("client"))
    let id = try #require(answer.receiptID)
    func documents(_ key: String) async throws -> [Int64?] {
      let found = try await service.ask(.get, "/v1/attribution/\(id)", headers: .bearer(key))
      #expect(found.status == 200, "\(found.text)")
      #expect(try found.json["shares"]?.arrayValue?.count == 3)
      return try found.json["documents"]?.arrayValue?.map { $0["line"]?["document"]?.intValue } ?? []
    }
    #expect(try await documents("client") == [0, 1])
    #expect(try await documents("bob") == [1])
    #expect(try await documents("other") == [])

    let row = try #require(try await service.pipeline.outbox.row(id))
    let statement = try #require(row.statements[.attribution])
    world.peers.set {
      $0.credits = [
        CreditedAmount(entry: 3, receiptID: id, amountNano: 5, attributionStatement: statement, logIndex: 9)
      ]
    }
    let own = try await service.ask(.get, "/v1/contributors/bob/statement", headers: .bearer("bob"))
    #expect(own.status == 200, "\(own.text)")
    let line = try #require(try own.json["lines"]?[0])
    #expect(try own.json["next"] == "3" && line["amount_nano"] == "5" && line["log_index"] == "9")
    let proof = try #require(line["documents"]?.arrayValue?.first)
    #expect(line["documents"]?.arrayValue?.count == 1)
    let stated = try #require(try AttributionPredicate(SignedStatement(statement).statement.predicate).scores)
    try LineProof<ScoreLine>(proof).verify(stated)
    #expect(throws: ReceiptError.self) {
      var forged = try LineProof<ScoreLine>(proof)
      forged.line = ScoreLine(document: 1, source: forged.line.source, score: forged.line.score + 1)
      try forged.verify(stated)
    }
    for (key, path, status) in [
      ("other", "bob/statement", 403), ("bob", "ada/statement", 403), ("bob", "b%20b/statement", 400),
      ("bob", "bob/statement?after=-1", 400),
    ] {
      let refused = try await service.ask(.get, "/v1/contributors/\(path)", headers: .bearer(key))
      #expect(refused.status == status, "\(path)")
    }
    #expect(try await service.ask(.get, "/v1/attribution/nothing", headers: .bearer("bob")).status == 404)
    #expect(try await service.ask(.get, "/v1/contributors/bob/statement").status == 401)
  }

  @Test("A key that is neither KEY nor KEY contributor=ID is refused with its number")
  func badKeys() throws {
    let world = try World()
    for line in [
      "a-key-of-16-or-more owner=x", "a-key-of-16-or-more contributor=", "a-key-of-16-or-more contributor=a b",
    ] {
      let path = try world.keys("good-key-of-16-or-more\n\(line)\n")
      let error = #expect(throws: APIKeysError.self) { try APIKeys(file: path) }
      #expect(error?.description.contains("key 2") == true)
    }
  }
}
