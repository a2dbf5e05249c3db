import Codec
import Cryptography
import HTTPTypes
import Receipts
import Testing

@testable import OrchestratorService

@Suite("Registered records near to the answer, and their credit")
struct NearestTests {
  @Test("Who brought the records is credited, and the bundle recomputes it")
  func credited() async throws {
    let world = try Found.nearest.world()
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Found.body)
    #expect(answer.status == 200, "\(answer.text)")
    let shown = try #require(try answer.json["receipt"]?["credit"]?["nearest"])
    #expect(shown["method"] == "knn-shapley/1" && shown["classes"] == 2 && shown["lines"] == 1)
    #expect(shown["best"]?[0]?["contributor"] == "carol")
    let id = try #require(answer.receiptID)
    #expect(try await service.paid(id) == Found.nearest.paid)
    let bytes = try await service.bundle(id).body
    let report = try world.recomputed(bytes, ownResponse: answer.body)
    #expect(report[.attribution]?.detail.contains("1 classes said to be near to the answer") == true)
    try world.expectClosed(.nearest, of: bytes)
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
