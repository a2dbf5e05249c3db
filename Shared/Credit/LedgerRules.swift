/// Double entry: which postings each event of a receipt makes. Who stores them, once and in one transaction, is not here.
///
/// | event | postings |
/// |---|---|
/// | shares computed | `payer:<owner>` -price, `pending:<contributor>` +share each |
/// | receipt in the log | `pending:<contributor>` -share, `settled:<contributor>` +share, each; `escrow` for `settled` under an escrow |
/// | escrow ended | `escrow:<contributor>` -share, `settled:<contributor>` +share, each |
/// | dispute opened | `settled` or `escrow:<contributor>` -amount, `held:<contributor>` +amount, each |
/// | dispute rejected | the same postings with the other sign |
/// | dispute upheld | `held:<contributor>` -amount each, `settled` or `escrow:<contributor>` +share each of the new shares |
/// | adjusted | `settled` or `escrow:<contributor>` by the new share minus the old, each that changes |
/// | paid out | `settled:<contributor>` -amount, `paid:<contributor>` +amount, each |
/// | undone | the same postings with the other sign |
///
/// Every list adds up to zero, names no account twice and moves something on each line; a price of zero makes none.
public enum LedgerRules {
  /// The highest price of one request: 2^62 nano-units, so that sums of two fit the ledger's signed 64 bits.
  public static let priceNanoMax: UInt64 = 1 << 62

  static func check(priceNano: UInt64) throws(CreditError) {
    guard priceNano <= priceNanoMax else { throw .priceTooLarge(nano: priceNano, limit: priceNanoMax) }
  }

  /// The postings when the shares of a receipt are known: the payer first, then contributors in the order given.
  public static func pending(owner: String, shares: [Share]) throws(CreditError) -> [Posting] {
    try CreditID.check(owner, "owner")
    let price = try total(shares)
    guard price > 0 else { return [] }
    return [Posting(account: .payer(owner), amountNano: -price)]
      + shares.map { Posting(account: .pending($0.contributor), amountNano: Int64($0.amountNano)) }
  }

  /// The postings when the receipt is in the log: two lines per contributor, in the order given.
  public static func settlement(shares: [Share]) throws(CreditError) -> [Posting] {
    _ = try total(shares)
    return shares.flatMap { share in
      let amount = Int64(share.amountNano)
      return [
        Posting(account: .pending(share.contributor), amountNano: -amount),
        Posting(account: .settled(share.contributor), amountNano: amount),
      ]
    }
  }

  /// The postings that undo `postings`.
  public static func reversal(of postings: [Posting]) throws(CreditError) -> [Posting] {
    try check(postings)
    return postings.map { Posting(account: $0.account, amountNano: -$0.amountNano) }
  }

  /// Requires what holds for every entry of the ledger: for readers of stored ones, and for an audit.
  public static func check(_ postings: [Posting]) throws(CreditError) {
    var sum: Int128 = 0
    for posting in postings {
      try CreditID.check(posting.account.id, "account")
      guard posting.amountNano != 0 else { throw .zeroAmount(account: posting.account.description) }
      guard posting.amountNano.magnitude <= priceNanoMax else {
        throw .amountOutOfRange(account: posting.account.description, nano: posting.amountNano)
      }
      sum += Int128(posting.amountNano)
    }
    var seen = Set<Account>(minimumCapacity: postings.count)
    for posting in postings where !seen.insert(posting.account).inserted {
      throw .duplicate(what: "account", posting.account.description)
    }
    guard sum == 0 else { throw .unbalanced(nano: String(sum)) }
  }

  /// The price that valid shares add up to.
  private static func total(_ shares: [Share]) throws(CreditError) -> Int64 {
    var total: UInt64 = 0
    for share in shares {
      try CreditID.check(share.contributor, "contributor")
      guard share.amountNano > 0 else { throw .zeroAmount(account: share.contributor) }
      // Each addend is checked first, so that the sum of two never wraps.
      try check(priceNano: share.amountNano)
      total += share.amountNano
      try check(priceNano: total)
    }
    try CreditID.refuseDuplicates(shares.lazy.map { $0.contributor }, "contributor")
    return Int64(total)
  }
}
