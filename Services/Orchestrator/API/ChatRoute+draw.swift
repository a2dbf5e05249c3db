internal import Credit
internal import HTTPTypes
internal import RPC
internal import Receipts
internal import Wire

extension ChatRoute {
  /// The credit of more documents than can be enumerated follows from a draw of verification's: where nobody draws, and the
  /// policy would credit them, such a request is refused before it costs anything. Verification that cannot be asked now will
  /// be asked later.
  func requireDraw(_ chat: ChatRequest, _ call: CallContext) async throws {
    let count = chat.parameters.collections.reduce(chat.parameters.documents.count) { $0 + $1.count }
    guard count > ContextShapley.exactCountMax else { return }
    // Of no receipt: the policy of now, and whether there is a queue.
    let id = ReceiptID(unixMs: pipeline.now(), random: [UInt8](repeating: 0, count: 10))
    guard let policy = await pipeline.policyToCredit(id, call), policy.creditsDocuments else { return }
    do { _ = try await pipeline.peers.verdict(GetVerdictRequest(receiptID: id.description), call) } catch {
      guard (error as? RPCError)?.saysNobodyDraws == true else { return }
      throw APIError(
        .badRequest, code: "documents_not_drawn",
        "documents has \(count): more than \(ContextShapley.exactCountMax) are credited by a draw, and verification here "
          + "draws nothing, as it follows no log. Give the nearest \(ContextShapley.exactCountMax).",
        parameter: "documents")
    }
  }
}
