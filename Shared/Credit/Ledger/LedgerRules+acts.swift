extension LedgerRules {
  /// Settlement under a policy with an escrow: as `settlement`, to the accounts of escrow.
  public static func escrow(shares: [Share]) throws(CreditError) -> [Posting] {
    try settlement(shares: shares).map { posting in
      guard case .settled(let id) = posting.account else { return posting }
      return Posting(account: .escrow(id), amountNano: posting.amountNano)
    }
  }

  /// Moves each share from one account of its contributor to another: two lines each, in the order given.
  static func move(
    _ shares: [Share], from: (String) -> Account?, to: (String) -> Account?
  ) throws(CreditError) -> [Posting] {
    var postings: [Posting] = []
    for share in shares {
      guard let from = from(share.contributor), let to = to(share.contributor) else { return [] }
      let amount = try self.amount(share)
      postings += [Posting(account: from, amountNano: -amount), Posting(account: to, amountNano: amount)]
    }
    try CreditID.refuseDuplicates(shares.map(\.contributor), "contributor")
    return postings
  }

  /// Takes what a dispute holds and gives it to others: the held lines first, then those who get it.
  static func award(
    _ held: [Share], _ shares: [Share], to: (String) -> Account?
  ) throws(CreditError) -> [Posting] {
    var postings: [Posting] = []
    for share in held {
      postings.append(Posting(account: .held(share.contributor), amountNano: -(try amount(share))))
    }
    for share in shares {
      guard let account = to(share.contributor) else { return [] }
      postings.append(Posting(account: account, amountNano: try amount(share)))
    }
    try CreditID.refuseDuplicates(shares.map(\.contributor), "contributor")
    return postings
  }

  /// What turns one list of shares into another: a line each contributor whose share changes, in the order of ids.
  static func change(_ old: [Share], _ new: [Share], in account: (String) -> Account?) throws(CreditError) -> [Posting]
  {
    var amounts: [String: Int64] = [:]
    for share in new { amounts[share.contributor, default: 0] += try amount(share) }
    for share in old { amounts[share.contributor, default: 0] -= try amount(share) }
    return amounts.filter { $0.value != 0 }.sorted { CreditID.precedes($0.key, $1.key) }.compactMap { id, nano in
      account(id).map { Posting(account: $0, amountNano: nano) }
    }
  }

  /// What a payout takes of a settled balance: whole units of the asset, and nothing below the minimum.
  public static func payable(balanceNano: Int64, minimumNano: UInt64, unitNano: UInt64) -> UInt64 {
    guard balanceNano > 0, unitNano > 0 else { return 0 }
    // A posting holds 2^62 at most; what is above is for the next payout.
    let most = min(UInt64(balanceNano), priceNanoMax)
    let whole = most - most % unitNano
    return whole >= max(minimumNano, 1) ? whole : 0
  }

  /// What a balance may be after an entry: only `settled` may fall below zero, and not by a payout.
  static func check(balance nano: Int128, of account: Account, after event: LedgerEntry.Event) throws(CreditError) {
    switch account {
    case .payer: return
    case .settled: guard nano < 0, event == .payout else { return }
    case .pending, .escrow, .held, .paid: guard nano < 0 else { return }
    }
    throw .overdrawn(account: account.description, nano: String(nano))
  }

  /// The same for a store, whose balances are of 64 bits.
  public static func check(balanceNano: Int64, of account: Account, after event: LedgerEntry.Event) throws(CreditError)
  {
    try check(balance: Int128(balanceNano), of: account, after: event)
  }

  private static func amount(_ share: Share) throws(CreditError) -> Int64 {
    try CreditID.check(share.contributor, "contributor")
    guard share.amountNano > 0 else { throw .zeroAmount(account: share.contributor) }
    try check(priceNano: share.amountNano)
    return Int64(share.amountNano)
  }
}

extension LedgerRules {
  /// Moves what is paid: two lines each contributor, in the order given.
  public static func payout(_ shares: [Share]) throws(CreditError) -> [Posting] {
    try move(shares, from: Account.settled, to: Account.paid)
  }
}

extension LedgerEntry {
  /// The id of a payout: 1 to 64 of `a-z A-Z 0-9 . _ -`. Nil for an entry that is none.
  public var payoutID: String? {
    guard event == .payout, key.hasPrefix("payout:") else { return nil }
    let id = String(key.dropFirst(7))
    return Self.isPayoutID(id) ? id : nil
  }

  /// Whether a payout can be named so.
  public static func isPayoutID(_ id: String) -> Bool {
    (1...64).contains(id.utf8.count)
      && id.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
          || [0x2d, 0x2e, 0x5f].contains($0)
      }
  }
}
