internal import Credit
internal import Cryptography
internal import Receipts

/// What an audit counted.
public struct LedgerAudit: Equatable, Sendable {
  /// Receipts attributed.
  public internal(set) var receipts = 0
  /// Of those, in the log.
  public internal(set) var settled = 0
  public internal(set) var entries = 0
  public internal(set) var postings = 0
  public internal(set) var accounts = 0
}

/// How far an audit goes.
public enum LedgerAuditDepth: String, CaseIterable, Sendable {
  /// Every entry and every balance, against each other.
  case postings
  /// Also every posted entry against the shares that its statement signs.
  case statements
}

extension LedgerStore {
  /// Recomputes the whole ledger from its postings, over one snapshot.
  ///
  /// Every receipt's entries follow the rules, one by one; what is pending is its price; all of it is settled at once, under
  /// the escrow of its policy; every entry follows from those before it in the chain; no payout takes more than was there;
  /// every balance is the sum of its postings, and there are no others.
  ///
  /// Errors: ``LedgerError/damaged(_:)`` with the first contradiction.
  public func audit(_ depth: LedgerAuditDepth) async throws -> LedgerAudit {
    try await database.read { db in
      var audit = LedgerAudit()
      let next = try db.cursor(
        """
        SELECT attribution.receipt_id, owner, price_nano, attribution.statement, settlement.log_index, escrow_days,
          escrow.until_day
        FROM attribution JOIN policy ON policy.digest = attribution.policy
        LEFT JOIN settlement ON settlement.receipt_id = attribution.receipt_id
        LEFT JOIN escrow ON escrow.receipt_id = attribution.receipt_id
        """, [])
      while let row = try next() { try Self.audit(db, row, depth, &audit) }
      try Self.close(db, Self.book(db), &audit)
      return audit
    }
  }

  /// One receipt by its own entries.
  private static func audit(
    _ db: any RowTransaction, _ row: SQLRow, _ depth: LedgerAuditDepth, _ audit: inout LedgerAudit
  ) throws {
    let text: String = try row["receipt_id"]
    guard let id = ReceiptID(text) else { throw LedgerError.damaged("'\(text)' is attributed and is no receipt") }
    let (price, owner): (Int64, String) = (try row["price_nano"], try row["owner"])
    let isSettled = (try row["log_index"] as Int64?) != nil
    audit.receipts += 1
    audit.settled += isSettled ? 1 : 0
    let pending: LedgerEntry?
    let history: ReceiptHistory
    do {
      pending = try entry(db, key: LedgerEntry.key(.pending, text))
      history = try self.history(db, id).history
    } catch let error as CreditError { throw LedgerError.damaged("receipt \(id): \(error)") }
    guard -Int128(pending?.postings.first?.amountNano ?? 0) == Int128(price), price == 0 || history.owner == owner
    else {
      throw LedgerError.damaged("what is pending for receipt \(id) is not its price of \(price)")
    }
    if price > 0 { try Self.checkStage(history.stage, id, isSettled: isSettled, row) }
    if depth == .statements {
      do {
        let signed = try SignedStatement(try row["statement"] as [UInt8])
        let due = try LedgerRules.pending(owner: owner, shares: AttributionPredicate(signed.statement.predicate).shares)
        guard due == pending?.postings ?? [] else {
          throw LedgerError.damaged("receipt \(id) is posted with other shares than its statement signs")
        }
      } catch let error as ReceiptError { throw LedgerError.damaged("the statement of receipt \(id): \(error)") }
    }
  }

  private static func checkStage(_ stage: ReceiptStage, _ id: ReceiptID, isSettled: Bool, _ row: SQLRow) throws {
    let (days, until): (Int64, Int64?) = (try row["escrow_days"], try row["until_day"])
    let isSound =
      switch stage {
      case .none: false
      case .pending: !isSettled && until == nil
      case .escrow(let day):
        isSettled && until == Int64(day) && day == ReceiptStage.escrowEnd(unixMs: id.unixMs, days: Int(days))
      case .settled: isSettled && until == nil
      }
    guard isSound else { throw LedgerError.damaged("what is settled for receipt \(id) is not what was pending") }
  }

  /// All entries in order, as an export has them.
  private static func book(_ db: any RowTransaction) throws -> LedgerBook {
    var book = LedgerBook()
    let next = try db.cursor("SELECT entry_id, account, amount_nano FROM posting ORDER BY entry_id, line", [])
    var open: (number: Int64, postings: [Posting])?
    func take() throws {
      guard let open else { return }
      let entry = try self.entry(db, open.number, open.postings)
      guard entry.chain != nil else { throw LedgerError.damaged("entry \(open.number) is not chained") }
      do { try book.add(entry) } catch { throw LedgerError.damaged("\(error)") }
    }
    while let row = try next() {
      let (number, text): (Int64, String) = (try row["entry_id"], try row["account"])
      guard let account = Account(text) else { throw LedgerError.damaged("'\(text)' of entry \(number) is no account") }
      if open?.number != number {
        try take()
        open = (number, [])
      }
      open?.postings.append(Posting(account: account, amountNano: try row["amount_nano"]))
    }
    try take()
    return book
  }

  /// Compares with the rows that no posting leads to, and with the balances.
  private static func close(_ db: any RowTransaction, _ book: LedgerBook, _ audit: inout LedgerAudit) throws {
    audit.entries = book.entryCount
    audit.postings = book.postingCount
    audit.accounts = book.balances.count
    for (table, count) in [("entry", audit.entries), ("posting", audit.postings), ("balance", audit.accounts)] {
      let found: Int64 = try db.value("SELECT count(*) FROM \(table)") ?? 0
      guard found == count else { throw LedgerError.damaged("\(found) rows of \(table), \(count) are explained") }
    }
    let unlisted: Int64? = try db.value(
      """
      SELECT count(*) FROM posting
      LEFT JOIN credit ON credit.entry_id = posting.entry_id AND credit.account = posting.account
      WHERE posting.amount_nano > 0 AND posting.account LIKE 'pending:%' AND credit.account IS NULL
      AND posting.entry_id <= (SELECT entry_id FROM credit_listed)
      """)
    guard unlisted == 0 else { throw LedgerError.damaged("what entries credit is not in the list of credits") }
    let next = try db.cursor("SELECT account, amount_nano FROM balance", [])
    while let row = try next() {
      let text: String = try row["account"]
      let nano: Int64 = try row["amount_nano"]
      guard let sum = Account(text).flatMap({ book.balances[$0] }), sum == Int128(nano) else {
        throw LedgerError.damaged("the balance of '\(text)' is \(nano), which is not what its postings add up to")
      }
    }
  }
}
