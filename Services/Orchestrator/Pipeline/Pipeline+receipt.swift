internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension Pipeline {
  /// Step 7: the receipt's bytes, durable before the log sees them.
  func sign(_ row: OutboxRow) async throws -> OutboxRow {
    let execution = SHA256.hash(try row.statement(.execution, else: .execution))
    func digest(_ kind: StatementKind) -> Digest32? { row.statements[kind].map { SHA256.hash($0) } }
    let statements = ReceiptPredicate.Statements(
      execution: execution, custody: digest(.custody), attribution: digest(.attribution), verdict: digest(.verdict))
    return try await sign(row, statements: statements, from: .verified)
  }

  /// A request that was accepted and never executed: its receipt says why.
  func conclude(_ row: OutboxRow, _ outcome: Outcome, code: String, sent: StreamChain? = nil) async throws -> OutboxRow
  {
    var row = row
    row.outcome = outcome
    row.errorCode = code
    row.delivery = sent.map { .stream(chunks: $0.chunks, head: $0.head) }
    return try await sign(row, statements: nil, from: .accepted)
  }

  private func sign(
    _ row: OutboxRow, statements: ReceiptPredicate.Statements?, from old: OutboxState
  ) async throws -> OutboxRow {
    var row = row
    let predicate = ReceiptPredicate(
      receiptID: row.receiptID, outcome: row.outcome ?? .failed, sequence: row.sequence, request: row.request,
      statements: statements, delivery: row.delivery, errorCode: row.errorCode, priceNano: row.priceNano,
      acceptedUnixMs: row.acceptedUnixMs,
      verification: statements == nil || policy(of: row) == .always ? nil : policy(of: row),
      isAttributionPending: statements != nil && row.isAttributionPending)
    let statement = Statement(
      kind: .receipt, issuer: issuer, subject: row.receiptID.description, subjectDigest: predicate.subjectDigest,
      issuedAt: Int64(now() / 1000), predicate: predicate.json)
    row.statements[.receipt] = try SignedStatement(signing: statement, with: key).bytes
    row.state = .signed
    return try await save(row, from: old)
  }

  /// Step 8: into the log. The same bytes have one index for ever, so a repeat after a crash adds nothing.
  func publish(_ row: OutboxRow, _ call: CallContext?) async throws -> OutboxRow {
    var row = row
    let receipt = try row.statement(.receipt, else: .receipt)
    let inclusion = try await peers.append(receipt, call)
    let head = try log.verified(inclusion, entry: SHA256.hash(receipt))
    row.index = inclusion.index
    row.openings = [:]
    row.salts = nil
    row.state = .published
    return try await save(row, from: .signed, head: head)
  }

  /// Step 9: what was pending in the ledger is settled, and verification told of what may be drawn. A request that was
  /// never executed has no shares, and nothing to draw; shares that come later are settled then.
  func settle(_ row: OutboxRow, _ call: CallContext?) async throws -> OutboxRow {
    var row = row
    if row.statements[.attribution] != nil {
      guard let index = row.index else { throw PipelineError.incomplete(.index) }
      let digest = SHA256.hash(try row.statement(.receipt, else: .receipt))
      try await peers.settle(
        SettleRequest(receiptID: row.receiptID.description, receiptDigest: digest.bytes, index: index), call)
    }
    if case .sample = policy(of: row), row.statements[.execution] != nil {
      try await enlist(row, call)
    }
    row.state = .settled
    return try await save(row, from: .published)
  }

  /// Verification that keeps no queue draws nothing: then its receipts say `not_checked`, and no row waits for it.
  private func enlist(_ row: OutboxRow, _ call: CallContext?) async throws {
    do { try await peers.enlist(try verdictRequest(row), call) } catch let error as RPCError
      where error.saysNobodyDraws
    {
      logger.error("nobody draws this receipt", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
    }
  }

  /// What verification needs to know for a later verdict on a row that is in the log.
  func verdictRequest(_ row: OutboxRow) throws -> VerdictRequest {
    guard let index = row.index else { throw PipelineError.incomplete(.index) }
    return VerdictRequest(
      receiptStatement: try row.statement(.receipt, else: .receipt),
      custodyStatement: try row.statement(.custody, else: .custody), index: index)
  }
}

extension RPCError {
  /// Of verification that keeps no queue.
  var saysNobodyDraws: Bool { code == .failedPrecondition || code == .unimplemented }
}
