/// `knn-shapley/1` (FORMAT section 7): exact Shapley values of the classes in the game of the K nearest, by the recursion
/// of Jia et al., "Efficient Task-Specific Data Valuation for Nearest Neighbor Algorithms" (VLDB 2019), theorem 1, with a
/// base case that also holds for N < K.
public struct KNNShapley: Hashable, Sendable {
  /// S: the whole in which values are counted.
  public static let unit: Int64 = 1 << 40
  public static let neighboursMax = 1 << 20

  /// K.
  public var neighbours: Int
  /// In `weights`; `scores` are as they are.
  public var negatives: NegativeScores

  public init(neighbours: Int, negatives: NegativeScores = .dropped) throws(CreditError) {
    guard (1...Self.neighboursMax).contains(neighbours) else {
      throw .outOfRange(what: "the count of neighbours", value: String(neighbours), range: "1 to \(Self.neighboursMax)")
    }
    self.neighbours = neighbours
    self.negatives = negatives
  }

  /// The weight of each owner, in the order of `ranking.index.owners`, zeros included.
  public func weights(
    _ query: [Int8], _ worth: NeighbourWorth, _ ranking: NeighbourRanking
  ) throws(CreditError) -> [Weighted] {
    try prepare(query, worth, ranking)
    var sums = Array(repeating: Int128(0), count: ranking.index.owners.count)
    let least = negatives.least
    sums.withUnsafeMutableBufferPointer { sums in
      ranking.index.traits.withUnsafeBufferPointer { traits in
        switch worth {
        case .label(let wanted):
          // The owner, and in the lowest bit whether the label is the wanted one.
          let ranked = ranking.ranked(least: .min) { traits[$0].owner << 1 | (traits[$0].label == wanted ? 1 : 0) }
          visit(ranked, ranking) {
            Int64($0 & 1) &* NeighbourWorth.most
          } body: { key, score in
            sums[Int(UInt32(truncatingIfNeeded: key) >> 1)] &+= Int128(max(least, score))
          }
        case .relevance:
          let ranked = ranking.ranked(least: worth.dotMin) { traits[$0].owner }
          visit(ranked, ranking) {
            worth.ofDot(ranked.dot($0))
          } body: { key, score in
            sums[Int(UInt32(truncatingIfNeeded: key))] &+= Int128(max(least, score))
          }
        }
      }
    }
    return zip(ranking.index.owners, sums).map { Weighted(contributor: $0, weight: $1) }
  }

  /// The score of each class, in the order in which the classes were given to the index: what a contributor's statement
  /// lists.
  public func scores(
    _ query: [Int8], _ worth: NeighbourWorth, _ ranking: NeighbourRanking
  ) throws(CreditError) -> [Int64] {
    try prepare(query, worth, ranking)
    let index = ranking.index
    var scores = Array(repeating: Int64(0), count: index.count)
    let ranked = ranking.ranked(least: worth.dotMin) { UInt32($0) }
    visit(ranked, ranking) { key in
      worth.of(label: index.traits[Int(key & 0xffff_ffff)].label, dot: ranked.dot(key))
    } body: { key, score in
      scores[index.order[Int(key & 0xffff_ffff)]] = score
    }
    return scores
  }

  private func prepare(
    _ query: [Int8], _ worth: NeighbourWorth, _ ranking: NeighbourRanking
  ) throws(CreditError) {
    try worth.check()
    try ranking.index.check(query: query)
    ranking.computeDots(query)
  }

  /// Calls `body` with each class that was ranked and its score. Those that were not have h = 0 and come last: their score
  /// is 0, and the recursion may begin before them.
  ///
  /// |s_r| is at most 2^16 * floor(S / max(K, r)), so that 64 bits hold every partial sum.
  @inline(__always)
  private func visit(
    _ ranked: NeighbourRanking.Ranked, _ ranking: NeighbourRanking, _ worth: (UInt64) -> Int64,
    body: (UInt64, Int64) -> Void
  ) {
    ranking.steps(neighbours: neighbours).withUnsafeBufferPointer { steps in
      var (score, after): (Int64, Int64) = (0, 0)
      var rank = ranked.keys.count
      while rank > 0 {
        let key = ranked.keys[rank &- 1]
        let h = worth(key)
        score &+= (h &- after) &* steps[rank]
        body(key, score)
        after = h
        rank &-= 1
      }
    }
  }
}
