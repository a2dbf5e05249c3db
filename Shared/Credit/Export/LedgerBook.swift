/// The ledger summed again from its entries alone. Every export goes through one, so that none is written of a ledger that
/// contradicts itself.
public struct LedgerBook: Sendable {
  /// Nano-units, a credit positive, of every account that was posted on.
  public private(set) var balances: [Account: Int128] = [:]
  public private(set) var entryCount = 0
  /// The first and the last day of its entries, which need not come in the order of days.
  private(set) var days: ClosedRange<UnixDay>?
  private var last: UInt64 = 0

  public init() {}

  /// Takes the next entry.
  ///
  /// Errors: ``CreditError/entry(number:why:)`` for one that is not the next, that has other postings than `LedgerRules`
  /// makes, or that settles more than is pending.
  public mutating func add(_ entry: LedgerEntry) throws(CreditError) {
    func wrong(_ why: String) -> CreditError { .entry(number: entry.number, why: why) }
    guard entry.number > last else { throw wrong("follows entry \(last)") }
    guard (entry.place != nil) == (entry.event == .settlement) else {
      throw wrong(entry.place == nil ? "is settled at no index of the log" : "is pending and has a place in the log")
    }
    guard !entry.postings.isEmpty else { throw wrong("posts nothing") }
    guard try entry.postings == expected(entry) else {
      throw wrong("posts other lines than a \(entry.event.rawValue) has")
    }
    try LedgerRules.check(entry.postings)
    for posting in entry.postings {
      let sum = balances[posting.account, default: 0] + Int128(posting.amountNano)
      if case .pending(let id) = posting.account, sum < 0 { throw wrong("settles more than is pending for '\(id)'") }
      balances[posting.account] = sum
    }
    let day = UnixDay(unixMs: entry.unixMs)
    days = days.map { min($0.lowerBound, day)...max($0.upperBound, day) } ?? day...day
    last = entry.number
    entryCount += 1
  }

  /// The accounts by the bytes of their names.
  var accounts: [Account] { balances.keys.sorted { CreditID.precedes($0.description, $1.description) } }

  private func expected(_ entry: LedgerEntry) throws(CreditError) -> [Posting] {
    switch entry.event {
    case .pending: try LedgerRules.pending(owner: entry.postings.first?.account.id ?? "", shares: entry.shares)
    case .settlement: try LedgerRules.settlement(shares: entry.shares)
    }
  }
}
