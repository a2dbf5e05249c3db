public import Credit
internal import Cryptography
internal import Receipts

/// What somebody asks to be paid out.
public struct PayoutOrder: Sendable, Equatable {
  public let id: String
  /// See `LedgerAct.Payout.day`.
  public let day: Int
  public let minimumNano: UInt64
  public let terms: PayoutTerms

  public init(id: String, day: Int, minimumNano: UInt64, terms: PayoutTerms) {
    self.id = id
    self.day = day
    self.minimumNano = minimumNano
    self.terms = terms
  }
}

/// Why a balance above zero is not in a payout.
public struct UnpaidBalance: Sendable, Equatable {
  public enum Reason: String, CaseIterable, Sendable {
    case belowMinimum = "below-minimum"
    case noReference = "no-reference"
    /// The reference is one of another format or network.
    case otherReference = "other-reference"
    /// The payout is full; the next one pays it.
    case next
  }

  public let contributor: String
  public let amountNano: UInt64
  public let reason: Reason
}

extension LedgerStore {
  /// Receipts that are released in one transaction.
  static let releasePage: Int64 = 256
  /// Balances that an answer names as unpaid.
  public static let unpaidCountMax = 1_000

  /// Pays out what is due: first releases every receipt whose escrow has ended by the day, then posts one entry that takes the
  /// payable part of each balance. Asked for again under its id it posts nothing and gives the same entry, so that a crash
  /// behind it loses no file; under another id it finds the balances that the first one left.
  ///
  /// - Parameter references: where money goes, by contributor.
  /// - Returns: no entry where nobody has anything that can be paid.
  ///
  /// Errors: ``LedgerError/paidOtherwise(_:)``.
  public func pay(
    _ order: PayoutOrder, references: [String: String], unixMs: UInt64
  ) async throws -> (posted: PostedAct?, unpaid: [UnpaidBalance]) {
    if let known = try await payout(order.id) { return (try Self.same(known, order), []) }
    try await release(through: order.day, unixMs: unixMs)
    return try await database.write(Self.writes, repeatable: true) { db in
      let key = LedgerEntry.key(.payout, order.id)
      if let known = try Self.entry(db, key: key) { return (try Self.same(known, order), []) }
      let (shares, unpaid) = try Self.payable(db, order, references)
      guard !shares.isEmpty else { return (nil, unpaid) }
      let payees = shares.map {
        LedgerAct.Payout.Payee(contributor: $0.contributor, reference: references[$0.contributor] ?? "")
      }
      let detail = LedgerDetail(
        unixMs: unixMs,
        act: .pay(
          LedgerAct.Payout(day: order.day, minimumNano: order.minimumNano, terms: order.terms, payees: payees)))
      let entry = LedgerEntry(
        number: 0, key: key, unixMs: unixMs, event: .payout, origin: nil, detail: try detail.text,
        postings: try LedgerRules.payout(shares))
      return (PostedAct(id: order.id, entry: try Self.append(db, entry), isNew: true), unpaid)
    }
  }

  /// The entry of a payout; nil where none of this id was posted.
  public func payout(_ id: String) async throws -> LedgerEntry? {
    try await database.read { db in try Self.entry(db, key: LedgerEntry.key(.payout, id)) }
  }

  /// Releases the receipts whose escrow has ended by the beginning of a day. One of which disputes hold everything stays.
  func release(through day: Int, unixMs: UInt64) async throws {
    var after: (day: Int64, receipt: String)? = (-1, "")
    while let from = after {
      after = try await database.write(Self.writes, repeatable: true) { db in
        let due = try db.rows(
          """
          SELECT receipt_id, until_day FROM escrow WHERE until_day <= ? AND (until_day, receipt_id) > (?, ?)
          ORDER BY until_day, receipt_id LIMIT ?
          """, [Int64(day), from.day, from.receipt, Self.releasePage])
        for row in due {
          let text: String = try row["receipt_id"]
          guard let id = ReceiptID(text) else { throw LedgerError.damaged("'\(text)' is in escrow and is no receipt") }
          try Self.release(db, id, day: day, unixMs: unixMs)
        }
        return try due.last.map { (try $0["until_day"], try $0["receipt_id"]) }
      }
    }
  }

  private static func release(_ db: any RowTransaction, _ id: ReceiptID, day: Int, unixMs: UInt64) throws {
    let (history, origin) = try history(db, id)
    let detail = LedgerDetail(unixMs: unixMs, act: .release(day: day))
    let postings = try history.postings(of: detail.act)
    guard !postings.isEmpty else { return }
    try db.run("DELETE FROM escrow WHERE receipt_id = ?", [origin.receiptID])
    try append(
      db,
      LedgerEntry(
        number: 0, key: LedgerEntry.key(.release, origin.receiptID), unixMs: unixMs, event: .release, origin: origin,
        detail: try detail.text, postings: postings))
  }

  private static func same(_ known: LedgerEntry, _ order: PayoutOrder) throws -> PostedAct {
    guard case .pay(let payout) = try LedgerDetail(event: .payout, text: known.detail).act, payout.day == order.day,
      payout.terms == order.terms
    else { throw LedgerError.paidOtherwise(order.id) }
    return PostedAct(id: order.id, entry: known, isNew: false)
  }

  private static func payable(
    _ db: any RowTransaction, _ order: PayoutOrder, _ references: [String: String]
  ) throws -> (shares: [Share], unpaid: [UnpaidBalance]) {
    var balances: [(id: String, nano: Int64)] = []
    let next = try db.cursor("SELECT account, amount_nano FROM balance WHERE account LIKE 'settled:%'", [])
    while let row = try next() {
      let nano: Int64 = try row["amount_nano"]
      guard case .settled(let id)? = Account(try row["account"]), nano > 0, id != CreditID.unattributed else {
        continue
      }
      balances.append((id, nano))
    }
    balances.sort { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    var (shares, unpaid): ([Share], [UnpaidBalance]) = ([], [])
    for (id, nano) in balances {
      let amount = LedgerRules.payable(
        balanceNano: nano, minimumNano: order.minimumNano, unitNano: order.terms.unitNano)
      let reason: UnpaidBalance.Reason? =
        switch references[id] {
        case nil: .noReference
        case let reference? where !order.terms.pays(to: reference): .otherReference
        case _ where amount == 0: .belowMinimum
        default: shares.count < LedgerAct.Payout.payeeCountMax ? nil : .next
        }
      if let reason {
        guard unpaid.count < unpaidCountMax else { continue }
        unpaid.append(UnpaidBalance(contributor: id, amountNano: UInt64(nano), reason: reason))
      } else {
        shares.append(Share(contributor: id, amountNano: amount))
      }
    }
    return (shares, unpaid)
  }
}
