/// What each token costs in 1/256 bit, by how seldom it is: a span of common words shows nothing about where it is from.
/// The table is published, and is all that `span/1` reads; how it is made from counts is in FORMAT section 7.
public struct RarityTable: Hashable, Sendable {
  public static let countMax = 1 << 24

  /// By token; a token outside costs nothing.
  public let costs: [UInt16]

  public init(costs: [UInt16]) throws(CreditError) {
    guard costs.count <= Self.countMax else {
      throw .tooMany(what: "costs of tokens", count: costs.count, limit: Self.countMax)
    }
    self.costs = costs
  }

  /// From how often each token occurs; the sum of all must be below 2^40.
  public init(counts: [UInt64]) throws(CreditError) {
    var whole: UInt64 = 0
    for count in counts {
      let (sum, overflow) = whole.addingReportingOverflow(count)
      guard !overflow, sum < 1 << 40 else {
        throw .outOfRange(
          what: "the sum of counts", value: overflow ? "over 64 bits" : String(sum), range: "below 2^40")
      }
      whole = sum
    }
    try self.init(costs: counts.map { Self.cost($0, of: whole) })
  }

  /// 256 * log2(whole / count), truncated bit by bit: squaring a number in [1, 2) shows the next bit of its logarithm.
  static func cost(_ count: UInt64, of whole: UInt64) -> UInt16 {
    let count = max(1, count)
    let exponent = 63 - max(1, whole / count).leadingZeroBitCount
    let one: UInt128 = 1 << 32
    var fraction = max(one, UInt128(whole) << 32 / (UInt128(count) << UInt128(exponent)))
    var cost = exponent
    for _ in 0..<8 {
      fraction = (fraction * fraction) >> 32
      let isTwo = fraction >= one << 1
      if isTwo { fraction >>= 1 }
      cost = cost << 1 | (isTwo ? 1 : 0)
    }
    return UInt16(clamping: cost)
  }

  @inline(__always)
  func cost(_ token: UInt32) -> Int { Int(token) < costs.count ? Int(costs[Int(token)]) : 0 }
}
