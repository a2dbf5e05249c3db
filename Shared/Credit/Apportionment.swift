/// A contributor's weight in an apportionment: any integer; what is negative counts as zero.
public struct Weighted: Hashable, Sendable {
  public var contributor: String
  public var weight: Int128

  public init(contributor: String, weight: Int128) {
    self.contributor = contributor
    self.weight = weight
  }
}

/// Splits an amount by weights with nothing lost and nothing invented: largest remainders (Hamilton's method) in integers,
/// as FORMAT section 7 states it.
public enum Apportionment {
  /// Weights in one call.
  public static let weightCountMax = 1 << 20

  /// Splits `total` by `weights`. The result does not depend on the order of `weights`; it adds up to `total` exactly.
  ///
  /// To recompute it, with all divisions of integers:
  ///
  /// 1. Add the weights of equal contributor ids (a signed sum that must fit 128 bits): a name that stands there twice
  ///    is one player.
  /// 2. Replace negative sums by 0.
  /// 3. Shift **all** weights right by one bit, again and again, until the largest is below 2^62.
  /// 4. `W = sum of w_i`. When `W = 0`, everything goes to `unattributed`.
  /// 5. `q_i = floor(total * w_i / W)`, `r_i = total * w_i mod W`. The product is below 2^126, W at most 2^82.
  /// 6. The `total - sum of q_i` units left go one each to the largest `r_i`; of equal ones the smaller id is first, by
  ///    the bytes of its UTF-8. (More than that many r_i are positive: they add up to W times the units left and each is
  ///    below W. So a weight of zero is never paid.)
  ///
  /// - Returns: the shares above zero, sorted by contributor id. Empty when `total` is 0.
  public static func apportion(_ total: UInt64, weights: [Weighted]) throws(CreditError) -> [Share] {
    let players = try scaled(merged(weights))
    let whole = players.reduce(into: UInt128(0)) { $0 += $1.weight }
    guard total > 0 else { return [] }
    guard whole > 0 else { return [Share(contributor: CreditID.unattributed, amountNano: total)] }

    var left = total
    var parts: [(contributor: String, amount: UInt64, remainder: UInt128)] = []
    parts.reserveCapacity(players.count)
    for player in players {
      let (quotient, remainder) = (UInt128(total) * player.weight).quotientAndRemainder(dividingBy: whole)
      parts.append((player.contributor, UInt64(quotient), remainder))
      left -= UInt64(quotient)
    }
    if left > 0 {
      parts.sort { a, b in
        a.remainder != b.remainder ? a.remainder > b.remainder : CreditID.precedes(a.contributor, b.contributor)
      }
      for at in 0..<Int(left) { parts[at].amount += 1 }
    }
    return parts.filter { $0.amount > 0 }
      .map { Share(contributor: $0.contributor, amountNano: $0.amount) }
      .sorted { CreditID.precedes($0.contributor, $1.contributor) }
  }

  /// Step 1.
  private static func merged(_ weights: [Weighted]) throws(CreditError) -> [String: Int128] {
    guard weights.count <= weightCountMax else {
      throw .tooMany(what: "weights", count: weights.count, limit: weightCountMax)
    }
    // Halves of 64 bits are added in 128, where 2^20 of them fit: only the final sum decides, not what came on the way.
    var halves: [String: (high: Int128, low: Int128)] = Dictionary(minimumCapacity: weights.count)
    for weighted in weights {
      try CreditID.check(weighted.contributor, "contributor")
      halves[weighted.contributor, default: (0, 0)].high += weighted.weight >> 64
      halves[weighted.contributor, default: (0, 0)].low += weighted.weight & Int128(UInt64.max)
    }
    let sums = halves.mapValues { half -> Int128? in
      guard let high = Int64(exactly: half.high + (half.low >> 64)) else { return nil }
      return (Int128(high) << 64) | (half.low & Int128(UInt64.max))
    }
    // The smallest id is named, so that errors too are the same everywhere.
    if let id = sums.filter({ $0.value == nil }).keys.min(by: CreditID.precedes) {
      throw .weightOverflow(contributor: id)
    }
    return sums.compactMapValues { $0 }
  }

  /// Steps 2 and 3.
  private static func scaled(_ sums: [String: Int128]) -> [(contributor: String, weight: UInt128)] {
    let largest = sums.values.reduce(into: UInt128(0)) { $0 = max($0, UInt128(max(0, $1))) }
    let bits = UInt128.bitWidth - largest.leadingZeroBitCount
    let shift = max(0, bits - 62)
    return sums.map { ($0.key, UInt128(max(0, $0.value)) >> UInt128(shift)) }
  }
}
