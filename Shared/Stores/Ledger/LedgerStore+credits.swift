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
  /// Entries whose credits are listed in one transaction.
  private static let listEntriesMax: Int64 = 4_096

  /// The receipts that credit one contributor, in the order in which they were posted; nothing at the end.
  ///
  /// Errors: ``LedgerError/damaged(_:)``.
  public func credits(of contributor: String, afterEntry number: UInt64) async throws -> [ContributorCredit] {
    guard let number = Int64(exactly: number) else { return [] }
    while try await database.write(Self.writes, repeatable: true, { db in try Self.listCredits(db) }) {}
    return try await database.read { db in
      try db.rows(
        """
        SELECT credit.entry_id, entry.receipt_id, posting.amount_nano, attribution.statement, settlement.log_index
        FROM credit JOIN posting ON posting.entry_id = credit.entry_id AND posting.account = credit.account
        JOIN entry ON entry.id = credit.entry_id
        JOIN attribution ON attribution.receipt_id = entry.receipt_id
        LEFT JOIN settlement ON settlement.receipt_id = entry.receipt_id
        WHERE credit.account = ? AND credit.entry_id > ? AND entry.event = 'pending'
        ORDER BY credit.entry_id LIMIT ?
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

  /// Lists what the next entries credit. False when all are listed.
  private static func listCredits(_ db: any RowTransaction) throws -> Bool {
    let listed: Int64 = try db.value("SELECT entry_id FROM credit_listed") ?? 0
    let last: Int64 = try db.value("SELECT coalesce(max(id), 0) FROM entry") ?? 0
    guard listed < last else { return false }
    let end = min(last, listed + listEntriesMax)
    try db.run(
      """
      INSERT INTO credit (account, entry_id) SELECT account, entry_id FROM posting
      WHERE entry_id > ? AND entry_id <= ? AND amount_nano > 0 AND account LIKE 'pending:%'
      """, [listed, end])
    try db.run("UPDATE credit_listed SET entry_id = ?", [end])
    return end < last
  }
}
