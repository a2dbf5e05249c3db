internal import Credit
internal import Cryptography
internal import Receipts

extension LedgerStore {
  /// The events of a receipt that post an entry.
  typealias Event = LedgerEntry.Event

  /// What one contributor has earned; zero for one that nobody has credited.
  public func balance(of contributor: String) async throws -> ContributorBalance {
    try await database.read { db in
      func amount(_ account: Account) throws -> UInt64 {
        let nano = try Self.balance(db, account.description) ?? 0
        guard nano >= 0 else { throw LedgerError.damaged("the balance of '\(account)' is \(nano)") }
        return UInt64(nano)
      }
      let settled = try Self.balance(db, Account.settled(contributor).description) ?? 0
      return ContributorBalance(
        pendingNano: try amount(.pending(contributor)), settledNano: UInt64(max(settled, 0)),
        escrowNano: try amount(.escrow(contributor)), heldNano: try amount(.held(contributor)),
        paidNano: try amount(.paid(contributor)), owedNano: settled < 0 ? settled.magnitude : 0)
    }
  }

  /// Writes one entry as the next of the chain, its postings and the balances they move; one without postings writes nothing.
  /// Requires, on the rows as they are stored, what `LedgerRules` says of every entry: a transaction that would unbalance the
  /// ledger is undone.
  ///
  /// - Parameter new: its number and chain are not looked at.
  /// - Returns: the entry as it stands in the ledger.
  @discardableResult
  static func append(_ db: any RowTransaction, _ new: LedgerEntry) throws -> LedgerEntry {
    guard !new.postings.isEmpty else { return new }
    let (last, head) = try self.head(db)
    var entry = new
    entry.number = last + 1
    let chain = LedgerChain.next(head, entry)
    entry.chain = chain
    let number = Int64(entry.number)
    try db.run(
      "INSERT INTO entry (id, key, receipt_id, event, detail, chain) VALUES (?, ?, ?, ?, ?, ?)",
      [number, entry.key, entry.origin?.receiptID, entry.event.rawValue, entry.detail, chain])
    // Each account stands in an entry once.
    let lines = entry.postings.enumerated().map {
      (line: Int64($0), posting: $1, account: "\($1.account)", nano: $1.amountNano)
    }
    try db.batch(
      "INSERT INTO posting (entry_id, line, account, amount_nano) VALUES (?, ?, ?, ?)",
      lines.map { [number, $0.line, $0.account, $0.nano] })
    let balances = try db.batch("SELECT amount_nano FROM balance WHERE account = ?", lines.map { [$0.account] })
    let moved = try zip(lines, balances).map { line, balance in
      let before: Int64 = try balance.rows.first?.first() ?? 0
      let (sum, overflows) = before.addingReportingOverflow(line.nano)
      guard !overflows else { throw LedgerError.balanceTooLarge(account: line.account) }
      try LedgerRules.check(balanceNano: sum, of: line.posting.account, after: entry.event)
      return (line.account, sum)
    }
    try db.batch(
      """
      INSERT INTO balance (account, amount_nano) VALUES (?, ?)
      ON CONFLICT (account) DO UPDATE SET amount_nano = excluded.amount_nano
      """, moved.map { [$0.0, $0.1] })
    try LedgerRules.check(Self.postings(db, of: number))
    return entry
  }

  /// The lines of one entry in order.
  static func postings(_ db: any RowTransaction, of number: Int64) throws -> [Posting] {
    let rows = try db.rows(
      "SELECT account, amount_nano FROM posting WHERE entry_id = ? ORDER BY line", [number])
    return try rows.map { row in
      let text: String = try row["account"]
      guard let account = Account(text) else { throw LedgerError.damaged("'\(text)' of entry \(number) is no account") }
      return Posting(account: account, amountNano: try row["amount_nano"])
    }
  }

  static func balance(_ db: any RowTransaction, _ account: String) throws -> Int64? {
    try db.value("SELECT amount_nano FROM balance WHERE account = ?", [account])
  }

  /// The attribution of a receipt, which must be one of `input`; nil when there is none.
  static func kept(_ db: any RowTransaction, _ input: AttributionInput) throws -> KeptAttribution? {
    let row = try db.row(
      """
      SELECT execution, model, price_nano, attribution.statement, policy.statement AS policy_statement
      FROM attribution JOIN policy ON policy.digest = attribution.policy WHERE receipt_id = ?
      """, [input.receiptID.description])
    guard let row else { return nil }
    let what = "attribution of \(input.receiptID)"
    let known = AttributionInput(
      receiptID: input.receiptID, execution: try digest(row["execution"], what), model: try digest(row["model"], what),
      priceNano: UInt64(try row["price_nano"] as Int64))
    if let difference = known.difference(from: input) {
      throw LedgerError.attributedOtherwise(input.receiptID, what: difference)
    }
    return KeptAttribution(statement: try row["statement"], policyStatement: try row["policy_statement"])
  }

  static func digest(_ bytes: [UInt8], _ what: String) throws -> Digest32 {
    guard let digest = try? Digest32(bytes) else {
      throw LedgerError.damaged("the \(what) names a digest of \(bytes.count) bytes")
    }
    return digest
  }
}
