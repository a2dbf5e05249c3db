internal import Credit

/// What one contributor is credited of one receipt.
public struct ContributorCredit: Sendable, Equatable {
  /// Number of the pending entry.
  public let entry: UInt64
  public let receiptID: String
  public let amountNano: UInt64
  /// The signed attribution statement.
  public let statement: [UInt8]
  /// Of the receipt; nil before it is settled.
  public let logIndex: UInt64?
}

extension LedgerStore {
  /// Credits of one page: with a statement of the largest size each, they still fit one answer.
  public static let pageCreditsMax = 32

  /// The receipts that credit one contributor, in the order in which they were posted; nothing at the end.
  ///
  /// Errors: ``LedgerError/damaged(_:)``.
  public func credits(of contributor: String, afterEntry number: UInt64) async throws -> [ContributorCredit] {
    guard let number = Int64(exactly: number) else { return [] }
    return try await database.read { db in
      try db.rows(
        """
        SELECT posting.entry_id, entry.receipt_id, posting.amount_nano, attribution.statement, settlement.log_index
        FROM posting JOIN entry ON entry.id = posting.entry_id
        JOIN attribution ON attribution.receipt_id = entry.receipt_id
        LEFT JOIN settlement ON settlement.receipt_id = entry.receipt_id
        WHERE posting.account = ? AND posting.entry_id > ? AND entry.event = 'pending'
        ORDER BY posting.entry_id LIMIT ?
        """, [Account.pending(contributor).description, number, Int64(Self.pageCreditsMax)]
      ).map { row in
        let nano: Int64 = try row["amount_nano"]
        let entry: Int64 = try row["entry_id"]
        guard nano > 0, entry > 0 else { throw LedgerError.damaged("entry \(entry) credits \(nano)") }
        let index: Int64? = try row["log_index"]
        return ContributorCredit(
          entry: UInt64(entry), receiptID: try row["receipt_id"], amountNano: UInt64(nano),
          statement: try row["statement"], logIndex: index.map { UInt64($0) })
      }
    }
  }
}
