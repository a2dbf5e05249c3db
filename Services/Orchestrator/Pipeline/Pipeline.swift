internal import Cryptography
internal import Logging
internal import MerkleLog
internal import RPC
internal import Receipts
internal import Stores

/// The way of a request from acceptance to settlement (FORMAT section 3), one function a step.
///
/// Live requests and recovery take the same steps: each makes what its state lacks durable before it goes on, so a
/// process that dies between any two of them leaves a row that another can drive to its end.
struct Pipeline: Sendable {
  let outbox: Outbox
  let peers: any Peers
  let log: LogHeadKeeper
  let models: ModelCatalog
  let registrar: Registrar
  let key: SigningKey
  let keyID: [UInt8]
  let issuer: String
  let settings: OrchestratorSettings
  let logger: Logger
  let live = LiveRows()
  /// Milliseconds since 1970.
  let now: @Sendable () -> UInt64
  let random: @Sendable (Int) throws -> [UInt8]

  /// One step. The row that it returns is the one in the outbox.
  func advance(_ row: OutboxRow, _ call: CallContext? = nil) async throws -> OutboxRow {
    switch row.state {
    // Nobody waits for this answer any more, and generating it again would not give back what was sent.
    case .accepted: try await conclude(row, .failed, code: "interrupted")
    case .executed: try await keep(row, call)
    case .kept: try await attribute(row, call)
    case .attributed: try await verify(row, call)
    case .verified: try await sign(row)
    case .signed: try await publish(row, call)
    case .published: try await settle(row, call)
    case .settled: row
    }
  }

  /// Steps until `state` is reached.
  func drive(_ row: OutboxRow, to state: OutboxState, _ call: CallContext? = nil) async throws -> OutboxRow {
    var row = row
    while row.state < state {
      try log.requireConsistent()
      row = try await advance(row, call)
    }
    return row
  }

  /// Saves the row as the result of a step that began in `old`.
  func save(_ row: OutboxRow, from old: OutboxState, head: LogHead? = nil) async throws -> OutboxRow {
    try await outbox.save(row, from: old, head: head, unixMs: now())
    return row
  }

  /// A peer's statement about this row: readable, of the kind asked for, about this receipt and this subject.
  func checked(
    _ bytes: [UInt8], _ kind: StatementKind, of row: OutboxRow, subject digest: Digest32
  ) throws -> SignedStatement {
    let signed: SignedStatement
    do { signed = try SignedStatement(bytes) } catch {
      throw PipelineError.statement(kind, why: "is refused: \(error)")
    }
    guard signed.statement.kind == kind else {
      throw PipelineError.statement(kind, why: "is of kind \(signed.statement.kind)")
    }
    guard signed.statement.subject == row.receiptID.description else {
      throw PipelineError.statement(kind, why: "is about \(signed.statement.subject), not \(row.receiptID)")
    }
    guard signed.statement.subjectDigest == digest else {
      throw PipelineError.statement(kind, why: "has another subject than this request's")
    }
    return signed
  }
}

extension OutboxRow {
  func statement(_ kind: StatementKind, else missing: PipelineError.OutboxField) throws -> [UInt8] {
    guard let bytes = statements[kind] else { throw PipelineError.incomplete(missing) }
    return bytes
  }

  var executionDigest: Digest32? { statements[.execution].map { SHA256.hash($0) } }
}
