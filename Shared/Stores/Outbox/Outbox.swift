internal import Cryptography
internal import GRDB
internal import Receipts

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What the orchestrator must not forget: a row for each accepted request, the statements it holds, and the log's head.
///
/// A row changes only by ``save(_:from:head:unixMs:)``, which compares the state it is in: of two tasks that drive one
/// row, one wins.
public struct Outbox: Sendable {
  let database: SQLiteDatabase

  /// Opens or makes the database. Errors: those of ``SQLiteDatabase``.
  public init(path: String) async throws {
    database = try SQLiteDatabase(path: path, migrations: Self.migrations)
    // Openings are content: once dropped, no free page may still hold them.
    try await database.write { db in try db.execute(sql: "PRAGMA secure_delete = ON") }
  }

  /// Gives a request its number and makes its row, in one transaction: numbers have no gaps.
  public func accept(_ request: AcceptedRequest) async throws -> OutboxRow {
    try await database.write { db in
      let next = try Int64.fetchOne(
        db,
        sql: """
          INSERT INTO issuing_key (key_id, next_sequence) VALUES (?, 2)
          ON CONFLICT (key_id) DO UPDATE SET next_sequence = next_sequence + 1 RETURNING next_sequence - 1
          """, arguments: [Data(request.keyID)])
      guard let next, next > 0 else { throw OutboxError.unreadable(receiptID: "-", column: "next_sequence") }
      let row = request.row(sequence: UInt64(next))
      try db.execute(
        sql: """
          INSERT INTO outbox (receipt_id, completion_id, key_id, sequence, owner, is_streamed, request, accepted_unix_ms,
            updated_unix_ms, state, salts, price_nano) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'accepted', ?, 0)
          """,
        arguments: [
          row.receiptID.description, row.completionID, Data(row.keyID), next, row.owner, row.isStreamed,
          Data(row.request.bytes), Int64(request.unixMs), Int64(request.unixMs), Data(request.salts),
        ])
      return row
    }
  }

  /// Writes what a step added to a row, if the row is still in the state `old`. Errors: ``OutboxError/moved``.
  ///
  /// - Parameter head: the log's head that came with the step, kept in the same transaction.
  public func save(_ row: OutboxRow, from old: OutboxState, head: LogHead? = nil, unixMs: UInt64) async throws {
    try await database.write { db in
      try Self.update(db, row, from: old, unixMs: unixMs)
      let id = row.receiptID.description
      for (kind, bytes) in row.statements {
        let digest = Data(SHA256.hash(bytes).bytes)
        try db.execute(
          sql: "INSERT INTO statement (digest, kind, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
          arguments: [digest, kind.rawValue, Data(bytes)])
        try db.execute(
          sql: "INSERT INTO outbox_statement (receipt_id, kind, digest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
          arguments: [id, kind.rawValue, digest])
      }
      if old == .accepted {
        for (field, name) in row.openingNames {
          try db.execute(
            sql: "INSERT INTO outbox_opening (receipt_id, field, digest, blob) VALUES (?, ?, ?, ?)",
            arguments: [id, field.description, Data(name.bytes), row.openings[field].map { Data($0) }])
        }
      }
      if row.state >= .published, old < .published {
        try db.execute(sql: "UPDATE outbox_opening SET blob = NULL WHERE receipt_id = ?", arguments: [id])
      }
      if let head { try Self.keep(db, head) }
    }
  }

  private static func update(_ db: Database, _ row: OutboxRow, from old: OutboxState, unixMs: UInt64) throws {
    var chunks: Int64?
    var digest: Data?
    switch row.delivery {
    case .body(let wire)?: digest = Data(wire.bytes)
    case .stream(let count, let head)?: (chunks, digest) = (Int64(count), Data(head.bytes))
    case nil: break
    }
    try db.execute(
      sql: """
        UPDATE outbox SET state = ?, outcome = ?, error_code = ?, salts = ?, delivery_chunks = ?, delivery_digest = ?,
          price_nano = ?, log_index = ?, updated_unix_ms = ? WHERE receipt_id = ? AND state = ?
        """,
      arguments: [
        row.state.rawValue, row.outcome?.rawValue, row.errorCode,
        row.state < .published ? row.salts.map { Data($0) } : nil, chunks, digest, Int64(row.priceNano),
        row.index.map { Int64($0) }, Int64(unixMs), row.receiptID.description, old.rawValue,
      ])
    guard db.changesCount == 1 else {
      throw OutboxError.moved(receiptID: row.receiptID.description, expected: old)
    }
  }
}
