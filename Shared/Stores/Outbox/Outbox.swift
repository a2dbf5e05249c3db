internal import Cryptography
public import MerkleLog
internal import Receipts

/// What the orchestrator must not forget: a row for each accepted request, the statements it holds, and the log's head.
///
/// A row changes only by ``save(_:from:head:unixMs:)``, which compares the state it is in: of two tasks that drive one
/// row, one wins.
public struct Outbox: Sendable {
  let database: any RowDatabase
  /// One for each attribution that comes after its receipt, until it is settled.
  public let jobs: JobQueue

  /// Opens or makes the database. Errors: those of ``DatabaseLocation``.
  public init(_ location: DatabaseLocation) async throws {
    database = try await location.open(Self.schema)
    jobs = JobQueue(database)
  }

  /// Gives a request its number and makes its row, in one transaction: numbers have no gaps.
  public func accept(_ request: AcceptedRequest) async throws -> OutboxRow {
    // The counter's row stays locked until the commit: numbers follow each other, and one that is undone comes again.
    try await database.write(.rowLocks) { db in
      let next: Int64? = try db.value(
        """
        INSERT INTO issuing_key (key_id, next_sequence) VALUES (?, 2)
        ON CONFLICT (key_id) DO UPDATE SET next_sequence = issuing_key.next_sequence + 1 RETURNING next_sequence - 1
        """, [request.keyID])
      guard let next, next > 0 else { throw OutboxError.unreadable(receiptID: "-", column: "next_sequence") }
      let row = request.row(sequence: UInt64(next))
      try db.run(
        """
        INSERT INTO outbox (receipt_id, completion_id, key_id, sequence, owner, is_streamed, request, accepted_unix_ms,
          updated_unix_ms, state, salts, price_nano, verification) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'accepted', ?, 0, ?)
        """,
        [
          row.receiptID.description, row.completionID, row.keyID, next, row.owner, row.isStreamed, row.request,
          Int64(request.unixMs), Int64(request.unixMs), request.salts, request.verification?.text,
        ])
      return row
    }
  }

  /// Writes what a step added to a row, if the row is still in the state `old`. Errors: ``OutboxError/moved``.
  ///
  /// - Parameter head: the log's head that came with the step, kept in the same transaction.
  public func save(_ row: OutboxRow, from old: OutboxState, head: LogHead? = nil, unixMs: UInt64) async throws {
    // The state is compared by the statement that changes it.
    try await database.write(.rowLocks) { db in
      try Self.update(db, row, from: old, unixMs: unixMs)
      let id = row.receiptID.description
      let statements = row.statements.map { (kind: $0.key.rawValue, bytes: $0.value, digest: SHA256.hash($0.value)) }
      try db.batch(
        "INSERT INTO statement (digest, kind, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        statements.map { [$0.digest, $0.kind, $0.bytes] })
      try db.batch(
        "INSERT INTO outbox_statement (receipt_id, kind, digest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        statements.map { [id, $0.kind, $0.digest] })
      if old == .accepted {
        try db.batch(
          "INSERT INTO outbox_opening (receipt_id, field, digest, blob) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
          row.openingNames.map { [id, $0.key.description, $0.value, row.openings[$0.key]] })
      }
      if row.state >= .published, old < .published {
        try db.run("UPDATE outbox_opening SET blob = NULL WHERE receipt_id = ?", [id])
        if row.isAttributionPending { try Self.awaitAttribution(db, id, unixMs: unixMs) }
      }
      if let head { try Self.keep(db, head) }
    }
  }

  private static func update(
    _ db: any RowTransaction, _ row: OutboxRow, from old: OutboxState, unixMs: UInt64
  ) throws {
    var chunks: Int64?
    var digest: Digest32?
    switch row.delivery {
    case .body(let wire)?: digest = wire
    case .stream(let count, let head)?: (chunks, digest) = (Int64(count), head)
    case nil: break
    }
    let changed = try db.run(
      """
      UPDATE outbox SET state = ?, outcome = ?, error_code = ?, salts = ?, delivery_chunks = ?, delivery_digest = ?,
        price_nano = ?, log_index = ?, attribution = ?, updated_unix_ms = ? WHERE receipt_id = ? AND state = ?
      """,
      [
        row.state.rawValue, row.outcome?.rawValue, row.errorCode, row.state < .published ? row.salts : nil, chunks,
        digest, Int64(row.priceNano), row.index.map { Int64($0) },
        row.isAttributionPending ? LaterAttribution.pending : nil, Int64(unixMs), row.receiptID.description,
        old.rawValue,
      ])
    guard changed == 1 else { throw OutboxError.moved(receiptID: row.receiptID.description, expected: old) }
  }
}
