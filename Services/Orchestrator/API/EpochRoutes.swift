internal import Codec
internal import Cryptography
internal import Hummingbird
internal import MerkleLog
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores
internal import Wire

/// `GET /v1/receipts/{id}/epoch`, the proof that a receipt is counted, and `GET /v1/epochs`, all that was signed. They
/// show no content, only numbers and digests.
struct EpochRoutes: Sendable {
  static let listMax = 256

  let pipeline: Pipeline
  let receipts: ReceiptRoutes

  func proof(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    _ = try Caller(request, keys: pipeline.settings.apiKeys)
    let row = try await receipts.row(context)
    let outbox = pipeline.outbox
    guard
      let epoch = try await outbox.epochs(keyID: row.keyID, from: row.sequence, limit: 1).first,
      epoch.first <= row.sequence, epoch.index != nil
    else {
      var error = APIError(
        .conflict, code: "epoch_pending", "Receipt \(row.receiptID) is not counted by an epoch yet; ask again later.")
      error.receiptID = row.receiptID
      error.retryAfterSeconds = 60
      throw error
    }
    let digests = try await outbox.receipts(keyID: row.keyID, of: epoch)
    guard let path = EpochPredicate.path(to: row.sequence, first: epoch.first, receipts: digests) else {
      throw OutboxError.unreadable(receiptID: row.receiptID.description, column: "sequence")
    }
    let tlog: TlogProof
    do {
      let inclusion = try await pipeline.peers.inclusion(SHA256.hash(epoch.statement).bytes, context.callContext())
      tlog = try receipts.readable(inclusion).0
    } catch is RPCError {
      throw APIError(.serviceUnavailable, code: "storage_unavailable", "Storage cannot be reached now.")
    }
    let proof = EpochProof(
      receiptID: row.receiptID, sequence: row.sequence, receipt: digests[Int(row.sequence - epoch.first)], path: path,
      epoch: epoch.statement, tlogProof: String(decoding: tlog.encoded, as: UTF8.self))
    return Response(.ok, json: proof.json)
  }

  /// Those of the present key, in order. Query `from`: the number of a receipt, 1 unless given.
  func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    _ = try Caller(request, keys: pipeline.settings.apiKeys)
    let text = request.uri.queryParameters.get("from") ?? "1"
    guard let from = UInt64(text) else {
      throw APIError(
        .badRequest, code: "invalid_value", "'from' must be the number of a receipt.", parameter: "from")
    }
    let epochs = try await pipeline.outbox.epochs(keyID: pipeline.keyID, from: from, limit: Self.listMax)
    let list = epochs.map { epoch -> JSON in
      [
        "first": .decimal(epoch.first), "last": .decimal(epoch.last),
        "log_index": epoch.index.map { .decimal($0) } ?? .null,
        "statement": .string(Base64.encode(epoch.statement)),
      ]
    }
    return Response(
      .ok, json: ["object": "list", "data": .array(list), "has_more": .bool(epochs.count == Self.listMax)])
  }
}
