internal import Codec
internal import Credit
internal import Cryptography
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores
internal import Wire

/// `GET /v1/attribution/{receipt}` and `GET /v1/contributors/{id}/statement`: who earned what, each number with the signed
/// statement that it stands in. A contributor is shown the scores of its own documents, the spans of its own texts and what
/// its records near to the answer earned, each with its path to the signed root, and nobody else's.
struct CreditRoutes: Sendable {
  let pipeline: Pipeline
  let receipts: ReceiptRoutes

  /// The shares of one receipt, for anybody who may use the API. Its owner sees the scores of all documents.
  func attribution(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    let caller = try Caller(request, keys: pipeline.settings.apiKeys)
    let row = try await receipts.row(context)
    guard let credit = try await receipts.credit(of: row) else { throw notAttributed(row) }
    let bytes = credit.attribution
    let signed = try SignedStatement(bytes)
    let predicate = try AttributionPredicate(signed.statement.predicate)
    let scores = predicate.scores == nil ? nil : try await scores(of: row, context)
    var response = Response(
      .ok,
      json: [
        "object": "attribution", "receipt_id": .string(row.receiptID.description),
        "settled": .bool(credit.isSettled), "log_index": row.index.map { .decimal($0) } ?? .null,
        "attribution_index": try await index(of: credit),
        "price_nano": .decimal(predicate.priceNano), "policy": .string(predicate.policy.named),
        "shares": OutboxRow.shares(bytes), "scores": signed.statement.predicate["scores"] ?? .null,
        "approximate": .bool(predicate.scores?.approximate != nil),
        "documents": .array(
          proofs(scores) { caller.owner == row.owner || caller.isContributor($0.source.contributor) }),
        "spans": signed.statement.predicate["spans"] ?? .null,
        "span_proofs": try await spanProofs(predicate, of: row, context) {
          caller.owner == row.owner || caller.isContributor($0.contributor)
        },
        "nearest": signed.statement.predicate["nearest"] ?? .null,
        "nearest_proofs": try await nearestProofs(predicate, of: row, context) {
          caller.owner == row.owner || caller.isContributor($0.contributor)
        }.proofs,
        "statement": .string(Base64.encode(bytes)),
      ])
    response.headers[.xReceiptID] = row.receiptID.description
    return response
  }

  private func notAttributed(_ row: OutboxRow) -> APIError {
    var error =
      row.isAttributionPending
      ? APIError(
        .conflict, code: "attribution_pending",
        "Receipt \(row.receiptID): its credit is still being computed; ask again later.")
      : APIError(
        row.outcome != nil && row.statements[.execution] == nil ? .notFound : .conflict, code: "not_attributed",
        "Receipt \(row.receiptID): its price is not shared, or not yet.")
    if row.isAttributionPending { error.retryAfterSeconds = 5 }
    error.receiptID = row.receiptID
    return error
  }

  /// Of the attribution's own entry in the log; null where the receipt binds it.
  private func index(of credit: CreditOfReceipt) async throws -> JSON {
    guard credit.later != nil else { return .null }
    return try await pipeline.outbox.registration(of: SHA256.hash(credit.attribution)).map { .decimal($0) } ?? .null
  }

  /// What one contributor was credited, receipt by receipt, a page at a time.
  func statement(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    let caller = try Caller(request, keys: pipeline.settings.apiKeys)
    let id = context.parameters.get("id")?.removingPercentEncoding ?? ""
    guard CreditID.isValid(id) else {
      throw APIError(
        .badRequest, code: "invalid_value",
        "The id must be 1 to \(CreditID.byteCountMax) printable ASCII characters without spaces.", parameter: "id")
    }
    guard caller.owner == Caller.local || caller.isContributor(id) else {
      throw APIError(
        .forbidden, code: "not_contributor", "A statement is shown to the contributor alone, by a key that is its own.")
    }
    let text = request.uri.queryParameters.get("after") ?? "0"
    guard let after = UInt64(text), text.utf8.elementsEqual("\(after)".utf8) else {
      throw APIError(
        .badRequest, code: "invalid_value", "after must be the decimal number of an entry.", parameter: "after")
    }
    let call = context.callContext()
    do {
      let balance = try await pipeline.peers.balance(of: id, call)
      let page = try await pipeline.peers.credits(ListCreditsRequest(contributor: id, afterEntry: after), call)
      var lines: [JSON] = []
      for credit in page { lines.append(try await line(credit, of: id, context)) }
      return Response(
        .ok,
        json: [
          "object": "contributor_statement", "contributor": .string(id),
          "pending_nano": .decimal(balance.pendingNano), "settled_nano": .decimal(balance.settledNano),
          "lines": .array(lines), "next": page.last.map { .decimal($0.entry) } ?? .null,
        ])
    } catch let error as RPCError {
      context.logger.error("no statement of a contributor", metadata: ["error": "\(error)"])
      throw APIError(
        .serviceUnavailable, code: "attribution_unavailable", "Attribution or storage cannot be reached now.")
    }
  }

  private func line(
    _ credit: CreditedAmount, of id: String, _ context: ServiceRequestContext
  ) async throws -> JSON {
    var (scores, spans, nearest): (DocumentScores?, JSON, (proofs: JSON, count: Int)) = (nil, [], ([], 0))
    let predicate = try AttributionPredicate(SignedStatement(credit.attributionStatement).statement.predicate)
    // Another orchestrator of the same ledger may have the request.
    if predicate.scores != nil || predicate.spans != nil || predicate.nearest != nil,
      let row = try await pipeline.outbox.row(credit.receiptID)
    {
      if predicate.scores != nil { scores = try await self.scores(of: row, context) }
      spans = try await spanProofs(predicate, of: row, context) { $0.contributor.utf8.elementsEqual(id.utf8) }
      nearest = try await nearestProofs(predicate, of: row, context, countMax: Self.nearestCountMax) {
        $0.contributor.utf8.elementsEqual(id.utf8)
      }
    }
    return [
      "entry": .decimal(credit.entry), "receipt_id": .string(credit.receiptID),
      "amount_nano": .decimal(credit.amountNano), "log_index": credit.logIndex.map { .decimal($0) } ?? .null,
      "documents": .array(proofs(scores) { $0.source.contributor.utf8.elementsEqual(id.utf8) }),
      "span_proofs": spans, "nearest_proofs": nearest.proofs, "nearest_count": .integer(nearest.count),
      "attribution": .string(Base64.encode(credit.attributionStatement)),
    ]
  }

  /// Nil where an opening was erased: what is signed stays, and nobody can be shown what is behind it.
  private func scores(of row: OutboxRow, _ context: ServiceRequestContext) async throws -> DocumentScores? {
    let call = context.callContext()
    guard let scores = try await receipts.creditOpening(.scores, of: row, call),
      let request = try await receipts.opening(.request, of: row, call)
    else { return nil }
    let retrieved = try await receipts.opening(.retrieved, of: row, call)
    guard (retrieved == nil) == (row.openingNames[.retrieved] == nil) else { return nil }
    return try DocumentScores(opened: scores, request: request, retrieved: retrieved)
  }

  private func proofs(_ scores: DocumentScores?, _ isShown: (ScoreLine) -> Bool) -> [JSON] {
    guard let scores else { return [] }
    return scores.lines.filter(isShown).compactMap { scores.proof(of: $0.document)?.json }
  }
}
