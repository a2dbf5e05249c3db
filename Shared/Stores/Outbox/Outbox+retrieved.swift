internal import Cryptography
public import Receipts

extension Outbox {
  /// Keeps what was retrieved for a request, before it is executed: content that is nowhere else. Kept again, it is there
  /// once; the blob goes with the others when the receipt is published.
  public func keep(retrieved blob: [UInt8], of id: ReceiptID) async throws {
    _ = try await database.write(.rowLocks, repeatable: true) { db in
      try db.run(
        "INSERT INTO outbox_opening (receipt_id, field, digest, blob) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [id.description, CommittedField.retrieved.description, SHA256.hash(blob), blob])
    }
  }
}
