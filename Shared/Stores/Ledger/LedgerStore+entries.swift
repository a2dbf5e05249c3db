internal import Credit
internal import Cryptography
internal import GRDB
internal import Receipts

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension LedgerStore {
  /// The events of a receipt that post an entry.
  enum Event: String { case pending, settlement }

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
  static func append(_ db: Database, _ event: Event, of id: ReceiptID, _ postings: [Posting]) throws {
    guard !postings.isEmpty else { return }
    try db.execute(
      sql: "INSERT INTO entry (receipt_id, event) VALUES (?, ?)", arguments: [id.description, event.rawValue])
    let entry = db.lastInsertedRowID
    let insert = try db.cachedStatement(
      sql: "INSERT INTO posting (entry_id, line, account, amount_nano) VALUES (?, ?, ?, ?)")
    let move = try db.cachedStatement(
      sql: """
        INSERT INTO balance (account, amount_nano) VALUES (?, ?)
        ON CONFLICT (account) DO UPDATE SET amount_nano = excluded.amount_nano
        """)
    for (line, posting) in postings.enumerated() {
      let account = posting.account.description
      try insert.execute(arguments: [entry, line, account, posting.amountNano])
      let (sum, overflows) = (try balance(db, account) ?? 0).addingReportingOverflow(posting.amountNano)
      guard !overflows else { throw LedgerError.balanceTooLarge(account: account) }
      try move.execute(arguments: [account, sum])
    }
    try LedgerRules.check(Self.postings(db, event, of: id.description))
  }

  /// The lines of one entry in order; none when there is no such entry.
  static func postings(_ db: Database, _ event: Event, of id: String) throws -> [Posting] {
    let select = try db.cachedStatement(
      sql: """
        SELECT posting.account, posting.amount_nano FROM entry JOIN posting ON posting.entry_id = entry.id
        WHERE entry.receipt_id = ? AND entry.event = ? ORDER BY posting.line
        """)
    return try Row.fetchAll(select, arguments: [id, event.rawValue]).map { row in
      let text: String = row["account"]
      guard let account = Account(text) else { throw LedgerError.damaged("'\(text)' of receipt \(id) is no account") }
      return Posting(account: account, amountNano: row["amount_nano"])
    }
  }

  /// The shares that a pending entry posted.
  static func shares(_ pending: [Posting]) -> [Share] {
    pending.compactMap { posting in
      guard case .pending(let contributor) = posting.account, posting.amountNano > 0 else { return nil }
      return Share(contributor: contributor, amountNano: UInt64(posting.amountNano))
    }
  }

  static func balance(_ db: Database, _ account: String) throws -> Int64? {
    let select = try db.cachedStatement(sql: "SELECT amount_nano FROM balance WHERE account = ?")
    return try Int64.fetchOne(select, arguments: [account])
  }

  /// The attribution of a receipt, which must be one of `input`; nil when there is none.
  static func kept(_ db: Database, _ input: AttributionInput) throws -> KeptAttribution? {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT execution, model, price_nano, attribution.statement, policy.statement AS policy_statement
        FROM attribution JOIN policy ON policy.digest = attribution.policy WHERE receipt_id = ?
        """, arguments: [input.receiptID.description])
    guard let row else { return nil }
    let what = "attribution of \(input.receiptID)"
    let known = AttributionInput(
      receiptID: input.receiptID, execution: try digest(row["execution"], what), model: try digest(row["model"], what),
      priceNano: UInt64(row["price_nano"] as Int64))
    if let difference = known.difference(from: input) {
      throw LedgerError.attributedOtherwise(input.receiptID, what: difference)
    }
    return KeptAttribution(
      statement: [UInt8](row["statement"] as Data), policyStatement: [UInt8](row["policy_statement"] as Data))
  }

  static func digest(_ data: Data, _ what: String) throws -> Digest32 {
    guard let digest = try? Digest32([UInt8](data)) else {
      throw LedgerError.damaged("the \(what) names a digest of \(data.count) bytes")
    }
    return digest
  }
}
