import Codec
import HTTPTypes
import Receipts
import Testing

@testable import OrchestratorService

@Suite("Spans of the answer in registered texts, and their credit")
struct SpanTests {
  @Test("Who brought the words is credited, and the bundle recomputes it")
  func credited() async throws {
    let world = try Found.spans.world()
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Found.body)
    #expect(answer.status == 200, "\(answer.text)")
    let id = try #require(answer.receiptID)
    #expect(try await service.paid(id) == Found.spans.paid)
    let credit = try #require(try answer.json["receipt"]?["credit"])
    #expect(credit["spans"]?.arrayValue?.count == 1 && credit["documents"] == nil)
    #expect(credit["spans"]?[0]?["contributor"] == "carol" && credit["spans"]?[0]?["start"] == 3)
    #expect(credit["shares"] == (try await service.ask(.get, "/v1/attribution/\(id)").json["shares"]))
    let bytes = try await service.bundle(id).body
    let report = try world.recomputed(bytes, ownResponse: answer.body)
    #expect(report[.attribution]?.detail.contains("2 of 5 words said to stand in registered texts") == true)
    try world.expectClosed(.spans, of: bytes)
  }
}
