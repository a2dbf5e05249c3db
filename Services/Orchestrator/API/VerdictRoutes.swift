internal import Codec
internal import Cryptography
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import MerkleLog
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores
internal import Wire

/// `POST /v1/receipts/{id}/verdict`: its owner asks that an answer be executed again. The verdict comes later, stands in the
/// log by itself, and is then part of the receipt's bundle.
struct VerdictRoutes: Sendable {
  let pipeline: Pipeline
  let receipts: ReceiptRoutes

  /// Answers 202 while the verdict is to come, and 200 once it is in the log. Asking again changes nothing.
  func ask(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
    let caller = try Caller(request, keys: pipeline.settings.apiKeys)
    let row = try await receipts.row(context)
    guard caller.owner == row.owner else {
      throw refusal(.forbidden, "not_owner", "Only who asked the question may have its answer verified.", row)
    }
    guard row.state >= .published else {
      var error = refusal(.conflict, "receipt_pending", "It is not in the log yet; ask again soon.", row)
      error.retryAfterSeconds = 1
      throw error
    }
    guard row.statements[.execution] != nil else {
      throw refusal(.conflict, "nothing_executed", "Nothing was executed, so there is nothing to verify.", row)
    }
    if let verdict = row.statements[.verdict] { return try answer(row, "bound", verdict, refusal: "") }
    guard pipeline.policy(of: row) != .never else {
      throw refusal(.conflict, "verification_none", "It was asked for with verification 'none'.", row)
    }
    let status: VerdictStatus
    do {
      status = try await pipeline.peers.requestVerdict(try pipeline.verdictRequest(row), context.callContext())
    } catch let error as RPCError {
      context.logger.error(
        "no verdict can be asked for", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      throw APIError(.serviceUnavailable, code: "verification_unavailable", "Verification cannot be reached now.")
    }
    return try answer(row, status.state, status.verdictStatement, refusal: status.refusal)
  }

  private func refusal(_ status: HTTPResponse.Status, _ code: String, _ why: String, _ row: OutboxRow) -> APIError {
    var error = APIError(status, code: code, "Receipt \(row.receiptID): \(why)")
    error.receiptID = row.receiptID
    return error
  }

  private func answer(
    _ row: OutboxRow, _ state: String, _ verdict: [UInt8], refusal: String
  ) throws -> Response {
    let predicate = verdict.isEmpty ? nil : try VerdictPredicate(SignedStatement(verdict).statement.predicate)
    let json: JSON = [
      "receipt_id": .string(row.receiptID.description), "object": "verdict", "state": .string(state),
      "result": predicate.map { .string($0.result.rawValue) } ?? .null,
      "finding": predicate.map { .string($0.finding) } ?? .null,
      "refusal": refusal.isEmpty ? .null : .string(refusal),
      "verdict": verdict.isEmpty ? .null : .string(SHA256.hash(verdict).named),
    ]
    var response = Response(verdict.isEmpty ? .accepted : .ok, json: json)
    response.headers[.xReceiptID] = row.receiptID.description
    return response
  }
}

extension ReceiptRoutes {
  /// What the log has by itself about the row's verification, each with its proof. What cannot be had now is left out and
  /// said in the log: the bundle then shows less, never more.
  func registered(_ row: OutboxRow, _ context: ServiceRequestContext) async -> [StatementKind: RegisteredStatement] {
    guard row.statements[.execution] != nil, row.statements[.verdict] == nil, let index = row.index else { return [:] }
    var found: [StatementKind: RegisteredStatement] = [:]
    do {
      let call = context.callContext()
      let status = try await pipeline.peers.verdict(
        GetVerdictRequest(receiptID: row.receiptID.description, index: index), call)
      var statements = [(StatementKind.verdict, status.verdictStatement)]
      if case .sample = pipeline.policy(of: row) {
        statements += [(.draw, status.drawStatement), (.reveal, status.revealStatement)]
      }
      for (kind, statement) in statements where !statement.isEmpty {
        let inclusion = try await pipeline.peers.inclusion(SHA256.hash(statement).bytes, call)
        found[kind] = RegisteredStatement(statement: statement, tlogProof: try readable(inclusion).0.encoded)
      }
    } catch {
      context.logger.warning(
        "a bundle shows nothing of later verdicts", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      return [:]
    }
    return found
  }
}
