public import Cryptography
internal import GRDB
public import Receipts

/// Which blobs are kept under which rule, and the custody statements that say so.
public final class CustodyStore: Sendable {
  private let database: SQLiteDatabase

  /// `database` must have ``StorageSchema/migrations``.
  public init(_ database: SQLiteDatabase) { self.database = database }

  /// The custody statement already signed for this receipt and subject.
  public func statement(of receipt: ReceiptID, subject: Digest32) async throws -> [UInt8]? {
    try await database.read { db in try Self.statement(db, receipt, subject) }
  }

  /// Records blobs and the statement that was signed over them in one transaction, unless there is a statement for this
  /// receipt and subject already: returns the one that holds. The blobs must be durable before.
  public func record(
    _ statement: [UInt8], of receipt: ReceiptID, subject: Digest32, blobs: [CustodyPredicate.KeptBlob]
  ) async throws -> [UInt8] {
    try await database.write { db in
      if let first = try Self.statement(db, receipt, subject) { return first }
      for blob in blobs { try Self.insert(db, blob) }
      try db.execute(
        sql: "INSERT INTO custody (receipt_id, subject, statement) VALUES (?, ?, ?)",
        arguments: [receipt.description, subject.row, statement.row])
      return statement
    }
  }

  /// The rules that keep a blob; none when it was never recorded.
  public func retention(of name: BlobName) async throws -> Set<RetentionClass> {
    try await database.read { db in
      let words = try String.fetchAll(
        db, sql: "SELECT retention FROM blob WHERE digest = ?", arguments: [name.digest.row])
      return Set(words.compactMap { RetentionClass(rawValue: $0) })
    }
  }

  static func insert(_ db: Database, _ blob: CustodyPredicate.KeptBlob) throws {
    try db.execute(
      sql: "INSERT INTO blob (digest, retention, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      arguments: [blob.name.row, blob.retention.rawValue, Int64(clamping: blob.bytes)])
  }

  private static func statement(_ db: Database, _ receipt: ReceiptID, _ subject: Digest32) throws -> [UInt8]? {
    let row = try Row.fetchOne(
      db, sql: "SELECT statement FROM custody WHERE receipt_id = ? AND subject = ?",
      arguments: [receipt.description, subject.row])
    return try row?.bytes("statement")
  }
}
