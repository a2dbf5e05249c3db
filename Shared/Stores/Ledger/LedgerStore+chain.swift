public import Credit
internal import Cryptography
internal import Receipts

extension LedgerStore {
  /// Entries that are chained in one transaction.
  private static let chainPage: Int64 = 512

  /// The last entry's number and what the chain is with it.
  static func head(_ db: any RowTransaction) throws -> (number: UInt64, chain: Digest32) {
    guard let row = try db.row("SELECT id, chain FROM entry ORDER BY id DESC LIMIT 1") else {
      return (0, LedgerChain.start)
    }
    let (number, chain): (Int64, Digest32?) = (try row["id"], try row["chain"])
    guard let chain, number > 0 else { throw LedgerError.damaged("entry \(number) is not chained") }
    return (UInt64(number), chain)
  }

  /// What the ledger is after its last entry, by its balances as they are stored.
  public func state() async throws -> LedgerState {
    try await database.read { db in
      let (number, head) = try Self.head(db)
      var balances: [Account: Int128] = [:]
      let next = try db.cursor("SELECT account, amount_nano FROM balance", [])
      while let row = try next() {
        let text: String = try row["account"]
        guard let account = Account(text) else {
          throw LedgerError.damaged("'\(text)' has a balance and is no account")
        }
        balances[account] = Int128(try row["amount_nano"] as Int64)
      }
      return LedgerState(number: number, head: head, balances: balances)
    }
  }

  /// Chains the entries of a ledger that an earlier version wrote. Cut off anywhere, it goes on at the next start.
  func chainEntriesOfBefore() async throws {
    while try await database.write(Self.writes, repeatable: true, { db in try Self.chainPageOfBefore(db) }) {}
  }

  /// False when there is nothing left to chain.
  private static func chainPageOfBefore(_ db: any RowTransaction) throws -> Bool {
    // What was chained comes first, so that a last entry with a chain says that all have one.
    guard let last = try db.row("SELECT chain FROM entry ORDER BY id DESC LIMIT 1"),
      (try last["chain"] as Digest32?) == nil
    else { return false }
    let before = try db.row("SELECT id, chain FROM entry WHERE chain IS NOT NULL ORDER BY id DESC LIMIT 1")
    var head: Digest32 = try before.map { try $0["chain"] } ?? LedgerChain.start
    let numbers: [Int64] = try db.rows(
      "SELECT id FROM entry WHERE id > ? ORDER BY id LIMIT ?", [try before.map { try $0["id"] } ?? Int64(0), chainPage]
    ).map { try $0["id"] }
    for number in numbers {
      head = LedgerChain.next(head, try entry(db, number, postings(db, of: number)))
      try db.run("UPDATE entry SET chain = ? WHERE id = ?", [head, number])
    }
    return true
  }
}
