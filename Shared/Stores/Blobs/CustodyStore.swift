public import Cryptography
public import Receipts

/// The custody statements of storage, and that each keeps its blobs.
public final class CustodyStore: Sendable {
  private let database: any RowDatabase

  /// `database` must have ``StorageSchema/schema``.
  public init(_ database: any RowDatabase) { self.database = database }

  /// The custody statement already signed for this receipt and subject.
  public func statement(of receipt: ReceiptID, subject: Digest32) async throws -> [UInt8]? {
    try await database.read { db in try Self.statement(db, receipt, subject) }
  }

  /// Refers to blobs and records the statement that was signed over them in one transaction, unless there is a statement
  /// for this receipt and subject already: returns the one that holds. The blobs must be durable before.
  ///
  /// Errors: ``BlobError/moving(_:)`` when one of them may have been removed since it was put, ``BlobError/erased(_:)``.
  ///
  /// - Parameters:
  ///   - generation: of the put (``PutBlobs/generation``).
  ///   - unixMs: when their retention begins.
  public func record(
    _ statement: [UInt8], of receipt: ReceiptID, subject: Digest32, blobs: [CustodyPredicate.KeptBlob],
    generation: UInt64, unixMs: Int64
  ) async throws -> [UInt8] {
    try await database.write(.serializable, repeatable: true) { db in
      if let first = try Self.statement(db, receipt, subject) { return first }
      for blob in blobs {
        try BlobCatalogue.hold(
          db, blob.name, bytes: blob.bytes,
          .init(retention: blob.retention, holder: "custody:\(receipt)", sinceUnixMs: unixMs), generation: generation)
      }
      try db.run(
        "INSERT INTO custody (receipt_id, subject, statement) VALUES (?, ?, ?)",
        [receipt.description, subject, statement])
      return statement
    }
  }

  private static func statement(_ db: any RowTransaction, _ receipt: ReceiptID, _ subject: Digest32) throws -> [UInt8]?
  {
    try db.value("SELECT statement FROM custody WHERE receipt_id = ? AND subject = ?", [receipt.description, subject])
  }
}
