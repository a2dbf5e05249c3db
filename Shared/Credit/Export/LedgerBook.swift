public import Cryptography

/// The ledger summed again from its entries alone, account by account. Every export goes through one, so that none is
/// written of a ledger that contradicts itself. What holds of each receipt is for `LedgerReplay`, which remembers them all.
public struct LedgerBook: Sendable {
  /// Nano-units, a credit positive, of every account that was posted on.
  public private(set) var balances: [Account: Int128] = [:]
  public private(set) var entryCount = 0
  public private(set) var postingCount = 0
  /// What the chain is with the last entry.
  public private(set) var head = LedgerChain.start
  /// The first and the last day of its entries, which need not come in the order of days.
  private(set) var days: ClosedRange<UnixDay>?
  private var last: UInt64 = 0

  public init() {}

  /// After the last entry.
  public var state: LedgerState { LedgerState(number: last, head: head, balances: balances) }

  /// Takes the next entry.
  ///
  /// Errors: ``CreditError/entry(number:why:)`` for one that is not the next, that has other postings than `LedgerRules`
  /// makes, that takes more than is there, or that breaks the chain.
  public mutating func add(_ entry: LedgerEntry) throws(CreditError) { try add(entry, isPosted: false) }

  /// - Parameter isPosted: its lines are those that its act posts on its receipt as it stands.
  mutating func add(_ entry: LedgerEntry, isPosted: Bool) throws(CreditError) {
    func wrong(_ why: String) -> CreditError { .entry(number: entry.number, why: why) }
    guard entry.number > last else { throw wrong("follows entry \(last)") }
    guard (entry.place != nil) == (entry.event == .settlement) else {
      throw wrong(
        entry.place == nil
          ? "is settled at no index of the log" : "is \(entry.event.rawValue) and has a place in the log")
    }
    guard (entry.origin == nil) == (entry.event == .payout) else { throw wrong("is of a receipt, or of none") }
    guard !entry.postings.isEmpty else { throw wrong("posts nothing") }
    let detail = try entry.detail.isEmpty ? nil : LedgerDetail(event: entry.event, text: entry.detail)
    if !isPosted, try !self.isPosted(entry, detail?.act) {
      throw wrong("posts other lines than a \(entry.event.rawValue) has")
    }
    guard try entry.key == key(entry, detail?.act) else { throw wrong("has the key of another entry") }
    // The rules made the lines of the other two from shares that they checked.
    if entry.event != .pending, entry.event != .settlement { try LedgerRules.check(entry.postings) }
    let chained = LedgerChain.next(head, entry)
    if let chain = entry.chain, chain != chained { throw wrong("does not follow from those before it") }
    for posting in entry.postings {
      do throws(CreditError) { try Self.move(&balances[posting.account, default: 0], posting, entry.event) } catch {
        if case .pending(let id) = posting.account { throw wrong("settles more than is pending for '\(id)'") }
        throw wrong("takes more than there is: \(error)")
      }
    }
    let day = UnixDay(unixMs: entry.unixMs)
    days = days.map { min($0.lowerBound, day)...max($0.upperBound, day) } ?? day...day
    last = entry.number
    head = chained
    entryCount += 1
    postingCount += entry.postings.count
  }

  private static func move(
    _ balance: inout Int128, _ posting: Posting, _ event: LedgerEntry.Event
  ) throws(CreditError) {
    let sum = balance + Int128(posting.amountNano)
    try LedgerRules.check(balance: sum, of: posting.account, after: event)
    balance = sum
  }

  /// The accounts by the bytes of their names.
  var accounts: [Account] { balances.keys.sorted { CreditID.precedes($0.description, $1.description) } }

  /// Whether an entry has the lines of its event, as far as they can be told without the receipt's other entries.
  private func isPosted(_ entry: LedgerEntry, _ act: LedgerAct?) throws(CreditError) -> Bool {
    let lines = entry.postings
    switch (entry.event, act) {
    case (.pending, nil):
      return try lines == LedgerRules.pending(owner: lines.first?.account.id ?? "", shares: entry.shares)
    case (.settlement, nil): return try lines == LedgerRules.settlement(shares: entry.shares)
    case (.settlement, .escrow): return try lines == LedgerRules.escrow(shares: entry.shares)
    case (_, .release): return lines.allSatisfy { ["escrow", "settled"].contains($0.account.kind) }
    case (_, .open), (_, .reject), (_, .uphold):
      let kinds = Set(lines.map(\.account.kind))
      return kinds == ["held", "escrow"] || kinds == ["held", "settled"]
    case (_, .adjust):
      let kinds = Set(lines.map(\.account.kind))
      return kinds == ["escrow"] || kinds == ["settled"]
    case (_, .pay(let payout)): return try isPaid(entry, payout)
    default: return false
    }
  }

  /// A payout takes all that its terms let it take of each payee's balance: so nothing can be paid twice.
  private func isPaid(_ entry: LedgerEntry, _ payout: LedgerAct.Payout) throws(CreditError) -> Bool {
    let shares = payout.payees.map { payee in
      let balance = balances[.settled(payee.contributor)] ?? 0
      return Share(
        contributor: payee.contributor,
        amountNano: LedgerRules.payable(
          balanceNano: Int64(clamping: balance), minimumNano: payout.minimumNano, unitNano: payout.terms.unitNano))
    }
    guard payout.payees.allSatisfy({ payout.terms.pays(to: $0.reference) }),
      !shares.contains(where: { $0.amountNano == 0 || $0.contributor == CreditID.unattributed })
    else { return false }
    return try entry.postings == LedgerRules.payout(shares)
  }

  private func key(_ entry: LedgerEntry, _ act: LedgerAct?) throws(CreditError) -> String {
    let receipt = entry.origin?.receiptID ?? ""
    switch act {
    case nil, .escrow, .release: return LedgerEntry.key(entry.event, receipt)
    case .open(let contest): return LedgerEntry.key(entry.event, try LedgerDetail.id(.open(contest), receipt: receipt))
    case .adjust(let adjustment):
      return LedgerEntry.key(entry.event, try LedgerDetail.id(.adjust(adjustment), receipt: receipt))
    case .uphold(let resolution), .reject(let resolution): return LedgerEntry.key(entry.event, resolution.dispute)
    // Whoever made the payout named it.
    case .pay:
      guard let id = entry.payoutID else {
        throw .outOfRange(what: "the id of a payout", value: entry.key, range: "1 to 64 of a-z A-Z 0-9 . _ -")
      }
      return LedgerEntry.key(.payout, id)
    }
  }
}
