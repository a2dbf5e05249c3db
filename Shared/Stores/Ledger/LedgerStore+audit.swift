internal import Credit
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
  /// Every entry adds up to zero; what is pending is the price of its receipt; nothing is settled that was not pending,
  /// and all of it is settled at once; every balance is the sum of its postings, and there are no others.
  ///
  /// Errors: ``LedgerError/damaged(_:)`` with the first contradiction.
  public func audit(_ depth: LedgerAuditDepth) async throws -> LedgerAudit {
    try await database.read { db in
      var books = Books()
      let next = try db.cursor(
        """
        SELECT attribution.receipt_id, owner, price_nano, statement, settlement.log_index
        FROM attribution LEFT JOIN settlement ON settlement.receipt_id = attribution.receipt_id
        """, [])
      while let row = try next() { try books.add(db, row, depth) }
      try books.close(db)
      return books.audit
    }
  }

  /// The ledger as the postings alone tell it.
  private struct Books {
    var audit = LedgerAudit()
    private var balances: [String: Int128] = [:]

    mutating func add(_ db: any RowTransaction, _ row: SQLRow, _ depth: LedgerAuditDepth) throws {
      let id: String = try row["receipt_id"]
      let price: Int64 = try row["price_nano"]
      let pending = try LedgerStore.postings(db, .pending, of: id)
      let settlement = try LedgerStore.postings(db, .settlement, of: id)
      let shares = LedgerStore.shares(pending)
      audit.receipts += 1
      do {
        let expected = try LedgerRules.pending(owner: try row["owner"], shares: shares)
        guard pending == expected, pending.first?.amountNano ?? 0 == -price else {
          throw LedgerError.damaged("what is pending for receipt \(id) is not its price of \(price)")
        }
        let isSettled = (try row["log_index"] as Int64?) != nil
        audit.settled += isSettled ? 1 : 0
        guard try settlement == (isSettled ? LedgerRules.settlement(shares: shares) : []) else {
          throw LedgerError.damaged("what is settled for receipt \(id) is not what was pending")
        }
        if depth == .statements {
          let signed = try SignedStatement(try row["statement"] as [UInt8])
          guard try AttributionPredicate(signed.statement.predicate).shares == shares else {
            throw LedgerError.damaged("receipt \(id) is posted with other shares than its statement signs")
          }
        }
        for entry in [pending, settlement] where !entry.isEmpty { try add(entry) }
      } catch let error as CreditError {
        throw LedgerError.damaged("receipt \(id): \(error)")
      } catch let error as ReceiptError {
        throw LedgerError.damaged("the statement of receipt \(id): \(error)")
      }
    }

    private mutating func add(_ entry: [Posting]) throws {
      try LedgerRules.check(entry)
      audit.entries += 1
      audit.postings += entry.count
      for posting in entry { balances[posting.account.description, default: 0] += Int128(posting.amountNano) }
    }

    /// Compares with the rows that are not reached from a receipt, and with the balances.
    mutating func close(_ db: any RowTransaction) throws {
      audit.accounts = balances.count
      for (table, count) in [("entry", audit.entries), ("posting", audit.postings), ("balance", audit.accounts)] {
        let found: Int64 = try db.value("SELECT count(*) FROM \(table)") ?? 0
        guard found == count else { throw LedgerError.damaged("\(found) rows of \(table), \(count) are explained") }
      }
      let next = try db.cursor("SELECT account, amount_nano FROM balance", [])
      while let row = try next() {
        let account: String = try row["account"]
        let nano: Int64 = try row["amount_nano"]
        guard let sum = balances[account], sum == Int128(nano) else {
          throw LedgerError.damaged(
            "the balance of '\(account)' is \(nano), its postings add up to \(balances[account] ?? 0)")
        }
      }
    }
  }
}
