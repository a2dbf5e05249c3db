internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// A request that has its row, and what only its live task knows.
struct LiveRequest: Sendable {
  let row: OutboxRow
  /// As it is executed, once `retrieved` is here.
  var request: ChatRequest
  let body: [UInt8]
  let salts: RequestSalts
  let model: ModelCatalog.Entry
  let nonce: [UInt8]
  /// Keeps recovery away from the row for as long as this value lives.
  let hold: LiveRows.Hold?
  /// The documents of collections; nil where the request asks for none, and until they are found.
  var retrieved: Opening?
}

extension Pipeline {
  /// Step 1: id, number and row in one transaction. Nothing was sent before, and no peer called.
  func accept(
    _ request: ChatRequest, body: [UInt8], model: ModelCatalog.Entry, owner: String, nonce: [UInt8],
    verification: VerificationPolicy? = nil
  ) async throws -> LiveRequest {
    try log.requireConsistent()
    let salts = try RequestSalts(
      messageCount: request.messages.count, isRetrieving: !request.parameters.collections.isEmpty, random: random)
    let unixMs = now()
    let id = ReceiptID(unixMs: unixMs, random: try random(10))
    // Held before the row exists: recovery never sees it free.
    let hold = live.hold(id)
    let accepted = AcceptedRequest(
      receiptID: id, completionID: "chatcmpl-" + Hex.encode(try random(16)), keyID: keyID, owner: owner,
      isStreamed: request.stream, request: Commitment.make(.commitmentRequest, salt: salts.request, data: body),
      salts: salts.bytes, unixMs: unixMs,
      verification: verification ?? settings.verification(of: request.model))
    return LiveRequest(
      row: try await outbox.accept(accepted), request: request, body: body, salts: salts, model: model, nonce: nonce,
      hold: hold)
  }

  /// Step 2: the answer as it comes. Never sent twice: a second execution would be another answer.
  func generate(_ live: LiveRequest, _ call: CallContext?) -> AsyncThrowingStream<GenerateEvent, any Error> {
    peers.generate(
      GenerateRequest(
        receiptID: live.row.receiptID.description, requestBody: live.body, salts: live.salts.wire, nonce: live.nonce,
        sharingKey: Array(live.row.owner.utf8), retrieved: live.retrieved?.data ?? []),
      call)
  }
}
