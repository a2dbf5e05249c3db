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
  ///
  /// With a body `{"supersedes": digest, "reason": text}` the verdict of that digest, which must be the one in force, is made
  /// again and superseded.
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
    let again = try await again(request)
    if let verdict = row.statements[.verdict], again == nil { return try await bound(row, verdict, context) }
    guard row.statements[.verdict] != nil || pipeline.policy(of: row) != .never else {
      throw refusal(.conflict, "verification_none", "It was asked for with verification 'none'.", row)
    }
    let status: VerdictStatus
    do {
      var asked = try pipeline.verdictRequest(row)
      (asked.supersedes, asked.reason) = (again?.verdict.bytes ?? [], again?.reason ?? "")
      status = try await pipeline.peers.requestVerdict(asked, context.callContext())
    } catch let error as RPCError where error.code == .failedPrecondition && again != nil {
      throw refusal(.conflict, "not_in_force", error.message, row)
    } catch let error as RPCError {
      context.logger.error(
        "no verdict can be asked for", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      throw APIError(.serviceUnavailable, code: "verification_unavailable", "Verification cannot be reached now.")
    }
    // Who asks for the first verdict is told of the one that holds now.
    let shown = again == nil ? status.supersedingStatements.last ?? status.verdictStatement : status.verdictStatement
    return try answer(row, status.state, shown, refusal: status.refusal)
  }

  /// The verdict that a receipt binds, or the one that has taken its place, as far as verification can be asked.
  private func bound(_ row: OutboxRow, _ verdict: [UInt8], _ context: ServiceRequestContext) async throws -> Response {
    let request = GetVerdictRequest(receiptID: row.receiptID.description)
    let status = try? await pipeline.peers.verdict(request, context.callContext())
    return try answer(row, "bound", status?.supersedingStatements.last ?? verdict, refusal: "")
  }

  /// Nil for a request without a body. Errors: 400.
  private func again(_ request: Request) async throws -> (verdict: Digest32, reason: String)? {
    let body = Array(try await request.body.collect(upTo: 4096).readableBytesView)
    guard !body.isEmpty else { return nil }
    guard let json = try? JSON(parsing: body), let members = json.objectValue,
      members.allSatisfy({ ["supersedes", "reason"].contains($0.name) }),
      let verdict = json["supersedes"]?.stringValue.flatMap({ Digest32(named: $0) }),
      let reason = json["reason"]?.stringValue, (1...Superseded.reasonBytesMax).contains(reason.utf8.count)
    else {
      throw APIError(
        .badRequest, code: "invalid_verdict_request",
        "The body must be empty, or {\"supersedes\": \"sha256:...\", \"reason\": \"1 to 1024 bytes, public\"}.")
    }
    return (verdict, reason)
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
  ///
  /// - Parameter later: its later attribution, once it is in the log: where its scores were drawn, the draw is shown too.
  func registered(
    _ row: OutboxRow, _ later: LaterAttribution?, _ context: ServiceRequestContext
  ) async -> (first: [StatementKind: RegisteredStatement], superseding: [RegisteredStatement]) {
    guard row.statements[.execution] != nil, let index = row.index else { return ([:], []) }
    let isBound = row.statements[.verdict] != nil
    var found: [StatementKind: RegisteredStatement] = [:]
    var superseding: [RegisteredStatement] = []
    do {
      let call = context.callContext()
      let status = try await pipeline.peers.verdict(
        GetVerdictRequest(receiptID: row.receiptID.description, index: index), call)
      func proven(_ statement: [UInt8]) async throws -> RegisteredStatement {
        let inclusion = try await pipeline.peers.inclusion(SHA256.hash(statement).bytes, call)
        return RegisteredStatement(statement: statement, tlogProof: try readable(inclusion).0.encoded)
      }
      var statements = isBound ? [] : [(StatementKind.verdict, status.verdictStatement)]
      let isSampled = if case .sample = pipeline.policy(of: row) { true } else { false }
      let reveal = status.revealStatement
      // Of another draw, which only restored rows could have, nothing is shown: what is signed stays, and is not checked.
      if try isSampled || (!reveal.isEmpty && later?.drawnBy == SHA256.hash(reveal)) {
        statements += [(.draw, status.drawStatement), (.reveal, status.revealStatement)]
      }
      for (kind, statement) in statements where !statement.isEmpty {
        found[kind] = try await proven(statement)
      }
      if isBound || found[.verdict] != nil {
        for statement in status.supersedingStatements { superseding.append(try await proven(statement)) }
      }
    } catch {
      context.logger.warning(
        "a bundle shows nothing of later verdicts", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      return ([:], [])
    }
    return (found, superseding)
  }
}

extension LaterAttribution {
  /// Digest of the reveal that its scores were drawn by; nil where they were not.
  var drawnBy: Digest32? {
    get throws {
      guard let attribution else { return nil }
      return try AttributionPredicate(SignedStatement(attribution).statement.predicate).scores?.approximate?.reveal
    }
  }
}
