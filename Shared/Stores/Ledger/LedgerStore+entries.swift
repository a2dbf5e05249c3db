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
      return ContributorBalance(
        pendingNano: try amount(.pending(contributor)), settledNano: try amount(.settled(contributor)))
    }
  }

  /// Writes one entry, its postings and the balances they move; an empty list writes nothing. Requires, on the rows as
  /// they are stored, what `LedgerRules` says of every entry: a transaction that would unbalance the ledger is undone.
  static func append(_ db: any RowTransaction, _ event: Event, of id: ReceiptID, _ postings: [Posting]) throws {
    guard !postings.isEmpty else { return }
    let entry: Int64? = try db.value(
      "INSERT INTO entry (receipt_id, event) VALUES (?, ?) RETURNING id", [id.description, event.rawValue])
    guard let entry else { throw LedgerError.damaged("the entry of receipt \(id) got no number") }
    // Each account stands in an entry once.
    let lines = postings.enumerated().map { (line: Int64($0), account: "\($1.account)", nano: $1.amountNano) }
    try db.batch(
      "INSERT INTO posting (entry_id, line, account, amount_nano) VALUES (?, ?, ?, ?)",
      lines.map { [entry, $0.line, $0.account, $0.nano] })
    let balances = try db.batch("SELECT amount_nano FROM balance WHERE account = ?", lines.map { [$0.account] })
    let moved = try zip(lines, balances).map { line, balance in
      let before: Int64 = try balance.rows.first?.first() ?? 0
      let (sum, overflows) = before.addingReportingOverflow(line.nano)
      guard !overflows else { throw LedgerError.balanceTooLarge(account: line.account) }
      return (line.account, sum)
    }
    try db.batch(
      """
      INSERT INTO balance (account, amount_nano) VALUES (?, ?)
      ON CONFLICT (account) DO UPDATE SET amount_nano = excluded.amount_nano
      """, moved.map { [$0.0, $0.1] })
    try LedgerRules.check(Self.postings(db, event, of: id.description))
  }

  /// The lines of one entry in order; none when there is no such entry.
  static func postings(_ db: any RowTransaction, _ event: Event, of id: String) throws -> [Posting] {
    let rows = try db.rows(
      """
      SELECT posting.account, posting.amount_nano FROM entry JOIN posting ON posting.entry_id = entry.id
      WHERE entry.receipt_id = ? AND entry.event = ? ORDER BY posting.line
      """, [id, event.rawValue])
    return try rows.map { row in
      let text: String = try row["account"]
      guard let account = Account(text) else { throw LedgerError.damaged("'\(text)' of receipt \(id) is no account") }
      return Posting(account: account, amountNano: try row["amount_nano"])
    }
  }

  /// The shares that a pending entry posted.
  static func shares(_ pending: [Posting]) -> [Share] {
    pending.compactMap { posting in
      guard case .pending(let contributor) = posting.account, posting.amountNano > 0 else { return nil }
      return Share(contributor: contributor, amountNano: UInt64(posting.amountNano))
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
