import Codec
import HTTPTypes
import RPC
import Receipts
import Stores
import Testing
import Wire

@testable import OrchestratorService

@Suite("Documents of registered collections that are not found")
struct RetrievalRefusalTests {
  /// What inference or attribution says, and what the client is told.
  struct Refusal: Sendable, CustomTestStringConvertible {
    var embed: RPCError?
    var retrieve: RPCError?
    let status: Int
    let code: String
    let outcome: Outcome
    /// In the message, which names the collection too.
    let words: String

    var testDescription: String { "\(code) \(words)" }
  }

  static let refusals = [
    Refusal(
      embed: RPCError(.failedPrecondition, "x"), status: 400, code: "collections_not_offered", outcome: .refused,
      words: "no sentence encoder"),
    Refusal(
      embed: RPCError(.unavailable, "down"), status: 503, code: "collection_unavailable", outcome: .failed, words: "now"
    ),
    Refusal(
      embed: RPCError(.resourceExhausted, "many"), status: 503, code: "collection_unavailable", outcome: .failed,
      words: "now"),
    Refusal(
      retrieve: RPCError(.notFound, "No collection 'sums' is registered in the log."), status: 404,
      code: "collection_not_found", outcome: .refused, words: "is registered"),
    Refusal(
      retrieve: RPCError(.failedPrecondition, "set --collections"), status: 400, code: "collections_not_offered",
      outcome: .refused, words: "set --collections"),
    Refusal(
      retrieve: RPCError(.unavailable, "1,200 of 5,000 records embedded"), status: 503, code: "collection_not_indexed",
      outcome: .failed, words: "1,200 of 5,000 records embedded"),
    Refusal(
      retrieve: RPCError(.unavailable, "the peer that serves /x cannot be reached"), status: 503,
      code: "collection_unavailable", outcome: .failed, words: "now"),
    Refusal(
      retrieve: RPCError(.deadlineExceeded, "late"), status: 503, code: "collection_unavailable", outcome: .failed,
      words: "now"),
    Refusal(
      retrieve: RPCError(.internal, "secret"), status: 500, code: "retrieval_failed", outcome: .failed,
      words: "could not be searched"),
  ]

  @Test(
    "What is not found ends in an error that names the collection, and in a receipt that says so", arguments: refusals)
  func refused(_ refusal: Refusal) async throws {
    let world = try RetrievalTests.world()
    world.peers.set { state in
      state.script.embedRefusal = refusal.embed
      state.script.retrieveRefusal = refusal.retrieve
    }
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", RetrievalTests.body)
    #expect(answer.status == refusal.status, "\(answer.text)")
    let error = try #require(try answer.json["error"])
    let message = error["message"]?.stringValue ?? ""
    #expect(error["code"]?.stringValue == refusal.code && message.contains("sums") && message.contains(refusal.words))
    #expect(!message.contains("secret") && !message.contains("/x"))
    if refusal.status < 500 { #expect(error["type"] == "invalid_request_error") }
    if refusal.status != 500 { #expect(error["param"] == "documents[0].collection") }
    #expect((answer.headers[.retryAfter] != nil) == (refusal.status == 503))
    #expect(world.peers.calls(.generate) == 0)
    let id = try #require(answer.receiptID)
    let row = try #require(try await service.pipeline.outbox.row(id))
    #expect(row.state == .settled && row.outcome == refusal.outcome && row.errorCode == refusal.code)
    let receipt = try ReceiptPredicate(
      SignedStatement(try #require(row.statements[.receipt])).statement.predicate)
    #expect(receipt.outcome == refusal.outcome && receipt.errorCode == refusal.code && receipt.statements == nil)
  }
}
