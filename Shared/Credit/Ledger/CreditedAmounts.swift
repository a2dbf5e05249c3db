/// What one receipt credits each contributor. Most receipts have few, which are searched faster than hashed.
struct CreditedAmounts: Sendable {
  /// In the order of ids; one who is credited nothing any more stays.
  private var amounts: [Share]

  /// - Parameter shares: name nobody twice.
  init(_ shares: [Share]) {
    amounts = shares
    // Of ids, which are ASCII, both orders are one, and this is the faster.
    if !zip(shares, shares.dropFirst()).allSatisfy({ $0.contributor < $1.contributor }) {
      amounts.sort { CreditID.precedes($0.contributor, $1.contributor) }
    }
  }

  /// Those above zero, in the order of ids.
  var shares: [Share] {
    amounts.allSatisfy { $0.amountNano > 0 } ? amounts : amounts.filter { $0.amountNano > 0 }
  }

  subscript(contributor: String) -> UInt64 {
    get {
      let at = place(of: contributor)
      return isThere(contributor, at) ? amounts[at].amountNano : 0
    }
    set {
      let at = place(of: contributor)
      if isThere(contributor, at) {
        amounts[at].amountNano = newValue
      } else {
        amounts.insert(Share(contributor: contributor, amountNano: newValue), at: at)
      }
    }
  }

  private func isThere(_ contributor: String, _ at: Int) -> Bool {
    at < amounts.count && amounts[at].contributor == contributor
  }

  /// Where a contributor stands, or would.
  private func place(of contributor: String) -> Int {
    var (low, high) = (0, amounts.count)
    while low < high {
      let middle = (low + high) / 2
      if CreditID.precedes(amounts[middle].contributor, contributor) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
