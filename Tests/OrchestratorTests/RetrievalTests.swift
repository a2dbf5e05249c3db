import Codec
import Cryptography
import HTTPTypes
import RPC
import Receipts
import Stores
import Testing
import Wire

@testable import OrchestratorService

@Suite("Documents of registered collections")
struct RetrievalTests {
  static let body =
    #"{"model":"tiny-test","messages":[{"role":"user","content":"2+2?"}],"max_tokens":16,"documents":["#
    + #"{"collection":"sums","count":1},{"id":"mine","text":"Rain.","contributor":"bob"}]}"#
  static let text = "Two and two is four."

  private static func record(_ text: String, asset: String = "sums") -> CollectionRecord {
    CollectionRecord(
      text: text, contributor: "ada", asset: asset, record: SHA256.hash(Array(text.utf8)).bytes)
  }

  static func world() throws -> World {
    let world = try World()
    world.peers.set { state in
      state.script.creditsDocuments = true
      state.script.records = ["sums": [Self.record(Self.text), Self.record("One.")]]
    }
    return world
  }

  @Test("The nearest record is retrieved, committed to, kept and credited, and the bundle recomputes it")
  func answered() async throws {
    let world = try Self.world()
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body)
    #expect(answer.status == 200, "\(answer.text)")
    let credit = try #require(try answer.json["receipt"]?["credit"])
    let digest = SHA256.hash(Array(Self.text.utf8)).named
    #expect(
      credit["documents"]?[0]
        == [
          "index": 0, "contributor": "ada", "asset": "sums", "record": .string(digest), "score": "550000",
        ])
    #expect(credit["documents"]?[1] == ["id": "mine", "index": 1, "contributor": "bob", "score": "150000"])
    let bytes = try await service.bundle(try #require(answer.receiptID)).body
    _ = try world.recomputed(bytes, ownResponse: answer.body)
    let bundle = try Bundle(bytes)
    let opening = try Opening(blob: try #require(bundle.openings[.retrieved]))
    #expect(
      try RetrievedDocument.list(opening.data) == [
        RetrievedDocument(item: 0, asset: "sums", contributor: "ada", text: Self.text)
      ])
    let row = try #require(try await service.pipeline.outbox.row(answer.receiptID ?? ""))
    #expect(row.openingNames[.retrieved] != nil && row.openings.isEmpty, "what was retrieved goes with the openings")
    // Its owner is shown the lines again, which needs what was retrieved.
    let shown = try await service.ask(.get, "/v1/attribution/\(row.receiptID)")
    #expect(try shown.json["documents"]?[0]?["line"]?["asset"] == "sums", "\(shown.text)")
  }

  @Test("A stream says the same on its last chunk")
  func streamed() async throws {
    let world = try Self.world()
    let service = try await world.ready()
    let answer = try await service.ask(
      .post, "/v1/chat/completions", Self.body.replacing(#""max_tokens":16"#, with: #""stream":true"#))
    let finish = try #require(answer.events.first { $0.contains(#""receipt""#) })
    let credit = try JSON(parsing: Array(finish.utf8))["receipt"]?["credit"]
    #expect(credit?["documents"]?[0]?["asset"] == "sums")
  }

  @Test("Records that are none of the collection are not executed", arguments: [[], ["other"], ["sums", "sums"]])
  func wrongRecords(_ assets: [String]) async throws {
    let world = try Self.world()
    let records = assets.map { Self.record(Self.text, asset: $0) }
    world.peers.set { $0.script.records["sums"] = records }
    let service = try await world.ready()
    let body = Self.body.replacing(#""count":1"#, with: #""count":2"#)
    let answer = try await service.ask(.post, "/v1/chat/completions", body)
    #expect(answer.status == 500 && world.peers.calls(.generate) == 0, "\(answer.text)")
    let row = try #require(try await service.pipeline.outbox.row(answer.receiptID ?? ""))
    #expect(row.outcome == .failed)
  }

  @Test("Records that are too long for one request together are refused, and nothing of them is kept or executed")
  func tooLong() async throws {
    let world = try Self.world()
    let records = (0..<70).map { Self.record("\($0) " + String(repeating: "x", count: 65_000)) }
    world.peers.set { $0.script.records["sums"] = records }
    let service = try await world.ready()
    let body = Self.body.replacing(#""count":1"#, with: #""count":70"#)
    let answer = try await service.ask(.post, "/v1/chat/completions", body)
    #expect(answer.status == 400 && answer.text.contains("above the limit of 4194304"), "\(answer.text)")
    let row = try #require(try await service.pipeline.outbox.row(answer.receiptID ?? ""))
    #expect(row.outcome == .refused && row.openingNames.isEmpty && world.peers.calls(.generate) == 0)
  }

  @Test("What is retrieved is durable before the request is executed, and gone when it was not")
  func durable() async throws {
    let world = try Self.world()
    world.peers.set { $0.script.refusal = RPCError(.internal, "broken") }
    let service = try await world.ready()
    let body = Array(Self.body.utf8)
    let model = try #require(try await service.pipeline.models.model("tiny-test"))
    let live = try await service.pipeline.accept(
      try ChatRequest(asked: body), body: body, model: model, owner: "local", nonce: [])
    #expect(try await service.pipeline.outbox.row(live.row.receiptID.description)?.openings.isEmpty == true)
    let found = try await service.pipeline.retrieve(live, nil)
    let kept = try #require(try await service.pipeline.outbox.row(live.row.receiptID.description))
    let retrieved = try #require(found.retrieved)
    #expect(kept.state == .accepted && kept.openings == [.retrieved: retrieved.blob])
    #expect(found.request.parameters.documents.map(\.text) == [Self.text, "Rain."])
    // The same again, as after an answer that was lost.
    try await service.pipeline.outbox.keep(retrieved: [1], of: live.row.receiptID)
    #expect(try await service.pipeline.outbox.row(live.row.receiptID.description)?.openings == kept.openings)
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body)
    #expect(answer.status == 500)
    let row = try #require(try await service.pipeline.outbox.row(answer.receiptID ?? ""))
    #expect(row.state == .settled && row.openings.isEmpty)
  }

  @Test("A request without collections asks nobody, and one that names them wrongly is not accepted")
  func unasked() async throws {
    let world = try Self.world()
    let service = try await world.ready()
    let plain = try await service.ask(.post, "/v1/chat/completions", DocumentTests.body)
    #expect(plain.status == 200 && world.peers.calls(.embed) == 0 && world.peers.calls(.retrieve) == 0)
    let wrong = Self.body.replacing(#""count":1"#, with: #""count":257"#)
    let refused = try await service.ask(.post, "/v1/chat/completions", wrong)
    #expect(refused.status == 400 && refused.receiptID == nil)
    #expect(try refused.json["error"]?["param"] == "documents[0].count")
  }

  @Test("A long question is cut between two characters")
  func longQuestion() async throws {
    let world = try Self.world()
    let service = try await world.ready()
    let long = String(repeating: "é", count: 40_000)
    let answer = try await service.ask(
      .post, "/v1/chat/completions", Self.body.replacing("2+2?", with: "x" + long))
    #expect(answer.status == 200, "\(answer.text.prefix(300))")
  }

  @Test("An execution that commits to other documents than were retrieved is not bound")
  func otherCommitment() async throws {
    let world = try Self.world()
    let service = try await world.ready()
    let body = Array(Self.body.utf8)
    let model = try #require(try await service.pipeline.models.model("tiny-test"))
    var live = try await service.pipeline.retrieve(
      service.pipeline.accept(
        try ChatRequest(asked: body), body: body, model: model, owner: "local", nonce: []), nil)
    let honest = try #require(live.retrieved)
    var finished: Finished?
    for try await event in service.pipeline.generate(live, nil) {
      if case .finished(let end)? = event.event { finished = end }
    }
    live.retrieved = try Opening(salt: honest.salt, data: honest.data + [0x20])
    let (other, end) = (live, try #require(finished))
    await #expect(throws: PipelineError.self) {
      try await service.pipeline.executed(other, end, sent: .body([1]), outcome: .answered, nil)
    }
  }
}
