public import Cryptography
public import Receipts

/// Which blobs are kept under which rule, and the custody statements that say so.
public final class CustodyStore: Sendable {
  private let database: any RowDatabase

  /// `database` must have ``StorageSchema/schema``.
  public init(_ database: any RowDatabase) { self.database = database }

  /// The custody statement already signed for this receipt and subject.
  public func statement(of receipt: ReceiptID, subject: Digest32) async throws -> [UInt8]? {
    try await database.read { db in try Self.statement(db, receipt, subject) }
  }

  /// Records blobs and the statement that was signed over them in one transaction, unless there is a statement for this
  /// receipt and subject already: returns the one that holds. The blobs must be durable before.
  public func record(
    _ statement: [UInt8], of receipt: ReceiptID, subject: Digest32, blobs: [CustodyPredicate.KeptBlob]
  ) async throws -> [UInt8] {
    try await database.write(.serializable, repeatable: true) { db in
      if let first = try Self.statement(db, receipt, subject) { return first }
      try Self.insert(db, blobs)
      try db.run(
        "INSERT INTO custody (receipt_id, subject, statement) VALUES (?, ?, ?)",
        [receipt.description, subject, statement])
      return statement
    }
  }

  /// The rules that keep a blob; none when it was never recorded.
  public func retention(of name: BlobName) async throws -> Set<RetentionClass> {
    try await database.read { db in
      let rows = try db.rows("SELECT retention FROM blob WHERE digest = ?", [name.digest])
      return Set(try rows.compactMap { RetentionClass(rawValue: try $0.first()) })
    }
  }

  static func insert(_ db: any RowTransaction, _ blobs: [CustodyPredicate.KeptBlob]) throws {
    try db.batch(
      "INSERT INTO blob (digest, retention, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      blobs.map { [$0.name, $0.retention.rawValue, Int64(clamping: $0.bytes)] })
  }

  private static func statement(_ db: any RowTransaction, _ receipt: ReceiptID, _ subject: Digest32) throws -> [UInt8]?
  {
    try db.value("SELECT statement FROM custody WHERE receipt_id = ? AND subject = ?", [receipt.description, subject])
  }
}
