public import Cryptography

/// `span/1` (FORMAT section 7): each token of an output is credited to the earliest class that has the longest span of
/// the output over it, where the span is long and rare enough to tell; else to `unattributed`.
public struct SpanMethod: Hashable, Sendable {
  /// What one token of output pays: 2^32.
  public static let unit: Int128 = 1 << 32
  /// Tokens of one output.
  public static let tokenCountMax = 1 << 20

  /// L_min.
  public let lengthMin: Int
  /// The least sum of the costs of a span's tokens, in 1/256 bit.
  public let rarityMin: Int
  public let rarity: RarityTable

  public init(lengthMin: Int = 8, rarityMin: Int = 0, rarity: RarityTable) throws(CreditError) {
    guard (1...1_024).contains(lengthMin) else {
      throw .outOfRange(what: "the least length of a span", value: String(lengthMin), range: "1 to 1024")
    }
    guard (0...1 << 40).contains(rarityMin) else {
      throw .outOfRange(what: "the least rarity of a span", value: String(rarityMin), range: "0 to 2^40")
    }
    self.lengthMin = lengthMin
    self.rarityMin = rarityMin
    self.rarity = rarity
  }

  /// A span of the output that pays, the tokens that it pays for, and who is paid.
  public struct Credit: Hashable, Sendable {
    public var span: Range<Int>
    /// Within `span`, ascending.
    public var tokens: [Int]
    public var owner: String
    public var commitment: UInt64
    public var classID: Digest32
  }

  /// The spans that pay, by their start.
  public func credits(_ output: [UInt32], in index: SpanIndex) throws(CreditError) -> [Credit] {
    guard output.count <= Self.tokenCountMax else {
      throw .tooMany(what: "tokens of output", count: output.count, limit: Self.tokenCountMax)
    }
    var credits: [Credit] = []
    for (span, tokens) in Self.assigned(countingSpans(output, index.longestMatches(output)), output.count) {
      guard let (standing, owner) = index.earliest(output[span]) else { continue }
      credits.append(
        Credit(span: span, tokens: tokens, owner: owner, commitment: standing.commitment, classID: standing.id))
    }
    return credits
  }

  /// One weight for each span that pays, and one for what no span covers.
  public func weights(_ output: [UInt32], in index: SpanIndex) throws(CreditError) -> [Weighted] {
    let credits = try credits(output, in: index)
    let left = output.count - credits.reduce(0) { $0 + $1.tokens.count }
    return credits.map { Weighted(contributor: $0.owner, weight: Self.unit * Int128($0.tokens.count)) }
      + (left == 0 ? [] : [Weighted(contributor: CreditID.unattributed, weight: Self.unit * Int128(left))])
  }

  /// The spans that count and are part of no longer match. Only these can be the longest over a token: what contains a
  /// counting span counts too, since costs are not negative.
  private func countingSpans(_ output: [UInt32], _ lengths: [Int]) -> [Range<Int>] {
    var sums = [0]
    sums.reserveCapacity(output.count + 1)
    for (at, token) in output.enumerated() { sums.append(sums[at] + rarity.cost(token)) }
    var (spans, reached): ([Range<Int>], Int) = ([], 0)
    for (start, length) in lengths.enumerated() where start + length > reached {
      reached = start + length
      if length >= lengthMin, sums[reached] - sums[start] >= rarityMin { spans.append(start..<reached) }
    }
    return spans
  }

  /// How many tokens each of some spans of one output pays for, in their order. Spans that pay for none change nothing, so
  /// that who has only those that pay computes the same.
  public static func paid(_ spans: [Range<Int>], of count: Int) -> [Int] {
    let paid = Dictionary(assigned(spans, count).map { ($0.0, $0.1.count) }) { first, _ in first }
    return spans.map { paid[$0] ?? 0 }
  }

  /// The tokens that each span pays for: the longest first, of one length the first, each takes what is left.
  private static func assigned(_ spans: [Range<Int>], _ count: Int) -> [(Range<Int>, [Int])] {
    // The next token that is not taken, from each place on; a path is shortened as it is walked.
    var next = Array(0...count)
    func free(_ at: Int) -> Int {
      var at = at
      while next[at] != at {
        next[at] = next[next[at]]
        at = next[at]
      }
      return at
    }
    return spans.sorted { ($1.count, $0.lowerBound) < ($0.count, $1.lowerBound) }
      .map { span in
        var tokens: [Int] = []
        var at = free(span.lowerBound)
        while at < span.upperBound {
          tokens.append(at)
          next[at] = at + 1
          at = free(at)
        }
        return (span, tokens)
      }
      .filter { !$0.1.isEmpty }.sorted { $0.0.lowerBound < $1.0.lowerBound }
  }
}
