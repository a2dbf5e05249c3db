public import Cryptography
internal import GRDB
public import Receipts

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension Outbox {
  /// The row with this receipt id or chat completion id, or nil.
  public func row(_ id: String) async throws -> OutboxRow? {
    try await database.read { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM outbox WHERE receipt_id = ? OR completion_id = ?", arguments: [id, id]
      ).map { try Self.row(db, $0) }
    }
  }

  /// Ids of rows that are not settled, oldest first.
  public func unfinished(limit: Int) async throws -> [ReceiptID] {
    try await database.read { db in
      try String.fetchAll(
        db, sql: "SELECT receipt_id FROM outbox WHERE state <> 'settled' ORDER BY accepted_unix_ms LIMIT ?",
        arguments: [limit]
      ).compactMap { ReceiptID($0) }
    }
  }

  /// How many rows are not settled.
  public func unfinishedCount() async throws -> Int {
    try await database.read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox WHERE state <> 'settled'") ?? 0
    }
  }

  /// The log index of a statement that was registered by itself (a model's, a policy's); nil when it was not.
  public func registration(of digest: Digest32) async throws -> UInt64? {
    try await database.read { db in
      try Int64.fetchOne(db, sql: "SELECT log_index FROM statement WHERE digest = ?", arguments: [Data(digest.bytes)])
        .map { UInt64($0) }
    }
  }

  /// Remembers where a statement is in the log.
  public func register(_ bytes: [UInt8], kind: StatementKind, index: UInt64, head: LogHead?) async throws {
    try await database.write { db in
      try db.execute(
        sql: """
          INSERT INTO statement (digest, kind, bytes, log_index) VALUES (?, ?, ?, ?)
          ON CONFLICT (digest) DO UPDATE SET log_index = excluded.log_index
          """, arguments: [Data(SHA256.hash(bytes).bytes), kind.rawValue, Data(bytes), Int64(index)])
      if let head { try Self.keep(db, head) }
    }
  }

  private static func row(_ db: Database, _ columns: Row) throws -> OutboxRow {
    let id: String = columns["receipt_id"]
    func unreadable(_ column: String) -> OutboxError { .unreadable(receiptID: id, column: column) }
    guard let receiptID = ReceiptID(id) else { throw unreadable("receipt_id") }
    guard let request = digest(columns["request"]) else { throw unreadable("request") }
    guard let state = OutboxState(rawValue: columns["state"]) else { throw unreadable("state") }
    let outcome: String? = columns["outcome"]
    let salts: Data? = columns["salts"]
    let index: Int64? = columns["log_index"]
    let key: Data = columns["key_id"]
    var row = OutboxRow(
      receiptID: receiptID, completionID: columns["completion_id"], keyID: [UInt8](key),
      sequence: UInt64(columns["sequence"] as Int64), owner: columns["owner"], isStreamed: columns["is_streamed"],
      request: request, acceptedUnixMs: UInt64(columns["accepted_unix_ms"] as Int64), state: state,
      outcome: outcome.flatMap(Outcome.init(rawValue:)), errorCode: columns["error_code"],
      salts: salts.map { [UInt8]($0) }, statements: [:], openingNames: [:], openings: [:],
      delivery: nil, priceNano: UInt64(columns["price_nano"] as Int64), index: index.map { UInt64($0) })
    guard (outcome == nil) == (row.outcome == nil) else { throw unreadable("outcome") }
    if let bytes: Data = columns["delivery_digest"] {
      guard let digest = digest(bytes) else { throw unreadable("delivery_digest") }
      let chunks: Int64? = columns["delivery_chunks"]
      row.delivery = chunks.map { .stream(chunks: UInt64($0), head: digest) } ?? .body(digest)
    }
    let statements = try Row.fetchAll(
      db,
      sql: """
        SELECT outbox_statement.kind, statement.bytes FROM outbox_statement JOIN statement USING (digest)
        WHERE receipt_id = ?
        """, arguments: [id])
    for statement in statements {
      guard let kind = StatementKind(rawValue: statement["kind"]) else { throw unreadable("kind") }
      row.statements[kind] = [UInt8](statement["bytes"] as Data)
    }
    let openings = try Row.fetchAll(
      db, sql: "SELECT field, digest, blob FROM outbox_opening WHERE receipt_id = ?", arguments: [id])
    for opening in openings {
      guard let field = CommittedField(opening["field"]), let name = digest(opening["digest"]) else {
        throw unreadable("field")
      }
      row.openingNames[field] = name
      let blob: Data? = opening["blob"]
      row.openings[field] = blob.map { [UInt8]($0) }
    }
    return row
  }

  static func digest(_ data: Data) -> Digest32? { try? Digest32([UInt8](data)) }
}
