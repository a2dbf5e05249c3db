internal import Credit
internal import Cryptography

/// The next entries of the chain, and what balances are after them: read once, worked out in memory, written together and
/// read back. So many entries take hardly more statements than one.
struct NextEntries {
  private let last: UInt64
  private var head: Digest32
  private var balances: [Account: Int64] = [:]
  private var moved: Set<Account> = []
  private var entries: [LedgerEntry] = []

  /// Reads the end of the chain and the balances of all accounts that `postings` name.
  init(_ db: any RowTransaction, for postings: [[Posting]]) throws {
    (last, head) = try LedgerStore.head(db)
    var accounts: Set<Account> = []
    for lines in postings { for line in lines { accounts.insert(line.account) } }
    balances.reserveCapacity(accounts.count)
    let asked = Array(accounts)
    let found = try db.batch("SELECT amount_nano FROM balance WHERE account = ?", asked.map { [$0.description] })
    for (account, result) in zip(asked, found) { balances[account] = try result.rows.first?.first() ?? 0 }
  }

  /// Takes an entry as the next one; one without postings is none. What it throws leaves everything as it was.
  ///
  /// - Parameter new: its number and chain are not looked at; its accounts are among those that were read.
  /// - Returns: the entry as it will stand in the ledger.
  mutating func add(_ new: LedgerEntry) throws -> LedgerEntry {
    guard !new.postings.isEmpty else { return new }
    try LedgerRules.check(new.postings)
    // Each account stands in an entry once.
    let sums = try new.postings.map { posting in
      guard let before = balances[posting.account] else { preconditionFailure("\(posting.account) was not read") }
      let (sum, overflows) = before.addingReportingOverflow(posting.amountNano)
      guard !overflows else { throw LedgerError.balanceTooLarge(account: posting.account.description) }
      try LedgerRules.check(balanceNano: sum, of: posting.account, after: new.event)
      return sum
    }
    var entry = new
    entry.number = last + UInt64(entries.count) + 1
    let chain = LedgerChain.next(head, entry)
    entry.chain = chain
    head = chain
    for (posting, sum) in zip(entry.postings, sums) {
      balances[posting.account] = sum
      moved.insert(posting.account)
    }
    entries.append(entry)
    return entry
  }

  /// Writes the entries, their postings and the balances that they move, and requires that the rows are what was worked out.
  func write(_ db: any RowTransaction) throws {
    guard !entries.isEmpty else { return }
    try db.batch(
      "INSERT INTO entry (id, key, receipt_id, event, detail, chain) VALUES (?, ?, ?, ?, ?, ?)",
      entries.map { entry in
        [Int64(entry.number), entry.key, entry.origin?.receiptID, entry.event.rawValue, entry.detail, entry.chain]
      })
    var lines: [Line] = []
    lines.reserveCapacity(entries.reduce(0) { $0 + $1.postings.count })
    for entry in entries {
      for (line, posting) in zip(Int64(0)..., entry.postings) {
        lines.append(
          Line(
            entry: Int64(entry.number), line: line, account: posting.account.description,
            amountNano: posting.amountNano))
      }
    }
    try db.batch(
      "INSERT INTO posting (entry_id, line, account, amount_nano) VALUES (?, ?, ?, ?)",
      lines.map { [$0.entry, $0.line, $0.account, $0.amountNano] })
    try db.batch(
      """
      INSERT INTO balance (account, amount_nano) VALUES (?, ?)
      ON CONFLICT (account) DO UPDATE SET amount_nano = excluded.amount_nano
      """, moved.map { [$0.description, balances[$0]] })
    let stored = try db.rows(
      "SELECT entry_id, line, account, amount_nano FROM posting WHERE entry_id > ? ORDER BY entry_id, line",
      [Int64(last)])
    guard try stored.map({ try Line($0) }) == lines else {
      throw LedgerError.damaged("the postings behind entry \(last) are not what was written")
    }
  }

  /// A row of a posting.
  fileprivate struct Line: Equatable {
    let entry: Int64
    let line: Int64
    let account: String
    let amountNano: Int64

    static func == (a: Line, b: Line) -> Bool {
      // To Swift two texts are equal that SQL tells apart; but what equals ASCII and is not the same is longer.
      a.entry == b.entry && a.line == b.line && a.amountNano == b.amountNano && a.account == b.account
        && a.account.utf8.count == b.account.utf8.count
    }
  }
}

extension NextEntries.Line {
  fileprivate init(_ row: SQLRow) throws {
    self.init(
      entry: try row["entry_id"], line: try row["line"], account: try row["account"],
      amountNano: try row["amount_nano"])
  }
}
