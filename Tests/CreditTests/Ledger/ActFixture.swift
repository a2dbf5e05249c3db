import Cryptography

@testable import Credit

/// A ledger that is written act by act, as a store writes it.
struct ActFixture {
  static let evidence = SHA256.hash(Array("evidence".utf8))
  static let day = 20_335
  /// The first millisecond of the day on which the receipts are made.
  static let start = UInt64(day) * 86_400_000
  static let wallet = "https://wallet.example/"

  private(set) var entries: [LedgerEntry] = []
  private(set) var histories: [String: ReceiptHistory] = [:]
  private(set) var book = LedgerBook()

  static func terms(scale: Int = 9) throws -> PayoutTerms {
    try PayoutTerms(format: .openPayments, asset: "EUR", scale: scale, from: "$payer.example")
  }

  mutating func pending(_ receipt: String, _ list: [(String, UInt64)]) throws {
    let shares = list.map { Share(contributor: $0.0, amountNano: $0.1) }
    try add(.pending, receipt, id: receipt, postings: LedgerRules.pending(owner: "local", shares: shares))
  }

  /// In the log, under so many days of escrow.
  mutating func settle(_ receipt: String, escrow days: Int = 0) throws {
    let shares = histories[receipt]?.credited ?? []
    let place = LedgerEntry.Place(receipt: ExportFixture.digest(receipt), index: 7)
    guard days > 0 else {
      return try add(
        .settlement, receipt, id: receipt, place: place, postings: LedgerRules.settlement(shares: shares))
    }
    let act = LedgerAct.escrow(untilDay: ReceiptStage.escrowEnd(unixMs: Self.start, days: days))
    try add(
      .settlement, receipt, id: receipt, place: place, detail: LedgerDetail(unixMs: 0, act: act).text,
      postings: LedgerRules.escrow(shares: shares))
  }

  /// Returns the id of a dispute or adjustment.
  @discardableResult
  mutating func act(_ act: LedgerAct, on receipt: String) throws -> String {
    let detail = LedgerDetail(unixMs: Self.start + UInt64(entries.count), act: act)
    let id =
      switch act {
      case .open, .adjust: try LedgerDetail.id(act, receipt: receipt)
      case .uphold(let resolution), .reject(let resolution): resolution.dispute
      default: receipt
      }
    let history = histories[receipt] ?? ReceiptHistory(receiptID: receipt)
    try add(detail.event, receipt, id: id, detail: detail.text, postings: history.postings(of: act))
    return id
  }

  mutating func pay(_ id: String, minimum: UInt64 = 0, scale: Int = 9, _ contributors: [String]) throws {
    let terms = try Self.terms(scale: scale)
    let payees = contributors.map { LedgerAct.Payout.Payee(contributor: $0, reference: Self.wallet + $0) }
    let detail = LedgerDetail(
      unixMs: Self.start,
      act: .pay(LedgerAct.Payout(day: Self.day, minimumNano: minimum, terms: terms, payees: payees)))
    let shares = contributors.map { contributor in
      Share(
        contributor: contributor,
        amountNano: LedgerRules.payable(
          balanceNano: Int64(clamping: book.balances[.settled(contributor)] ?? 0), minimumNano: minimum,
          unitNano: terms.unitNano))
    }
    try add(.payout, nil, id: id, detail: detail.text, postings: LedgerRules.payout(shares))
  }

  mutating func add(
    _ event: LedgerEntry.Event, _ receipt: String?, id: String, place: LedgerEntry.Place? = nil, detail: String = "",
    postings: [Posting]
  ) throws {
    try add(
      LedgerEntry(
        number: UInt64(entries.count) + 1, key: LedgerEntry.key(event, id), unixMs: Self.start, event: event,
        origin: receipt.map { ExportFixture.origin($0) }, place: place, detail: detail, postings: postings))
  }

  mutating func add(_ new: LedgerEntry) throws {
    var entry = new
    entry.chain = LedgerChain.next(book.head, entry)
    if let receipt = entry.origin?.receiptID {
      var history = histories[receipt] ?? ReceiptHistory(receiptID: receipt)
      try history.add(entry)
      histories[receipt] = history
    }
    try book.add(entry)
    entries.append(entry)
  }

  func balance(_ account: Account) -> Int128 { book.balances[account] ?? 0 }

  /// Every event there is.
  static func full() throws -> ActFixture {
    var ledger = ActFixture()
    try ledger.pending("r1", [("ada", 700), ("bob", 300)])
    try ledger.settle("r1")
    try ledger.pending("r2", [("ada", 500), ("eve", 500)])
    try ledger.settle("r2", escrow: 3)
    let dispute = try ledger.act(.open(LedgerAct.Contest(contributor: "eve", evidence: evidence)), on: "r2")
    let other = try ledger.act(
      .open(LedgerAct.Contest(contributor: "bob", amountNano: 100, evidence: evidence)), on: "r1")
    try ledger.act(
      .uphold(
        LedgerAct.Resolution(
          dispute: dispute, evidence: evidence, shares: [share("ada", 200), share("unattributed", 300)])), on: "r2")
    try ledger.act(.release(day: day + 3), on: "r2")
    try ledger.pay("first", ["ada", "bob"])
    try ledger.act(.reject(LedgerAct.Resolution(dispute: other, evidence: evidence)), on: "r1")
    try ledger.act(
      .adjust(
        LedgerAct.Adjustment(
          reason: .takedown, evidence: evidence, shares: [share("ada", 100), share("bob", 900)])), on: "r1")
    try ledger.pay("second", ["bob"])
    return ledger
  }
}
