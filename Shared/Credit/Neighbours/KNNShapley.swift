/// `knn-shapley/1` (FORMAT section 7): exact Shapley values of the classes in the game of the K nearest, by the recursion
/// of Jia et al., "Efficient Task-Specific Data Valuation for Nearest Neighbor Algorithms" (VLDB 2019), theorem 1, with a
/// base case that also holds for N < K.
public struct KNNShapley: Hashable, Sendable {
  /// S: the whole in which values are counted.
  public static let unit: Int64 = 1 << 40
  public static let neighboursMax = 1 << 20

  /// K.
  public var neighbours: Int

  public init(neighbours: Int) throws(CreditError) {
    guard (1...Self.neighboursMax).contains(neighbours) else {
      throw .outOfRange(what: "the count of neighbours", value: String(neighbours), range: "1 to \(Self.neighboursMax)")
    }
    self.neighbours = neighbours
  }

  /// The weight of each owner, in the order of `ranking.index.owners`, zeros included.
  public func weights(
    _ query: [Int8], _ worth: NeighbourWorth, _ ranking: NeighbourRanking
  ) throws(CreditError) -> [Weighted] {
    var sums = Array(repeating: Int128(0), count: ranking.index.owners.count)
    try sums.withUnsafeMutableBufferPointer { sums throws(CreditError) in
      let traits = ranking.index.traits
      try traits.withUnsafeBufferPointer { traits throws(CreditError) in
        try visit(query, worth, ranking) { sums[Int(traits[$0].owner)] &+= Int128($1) }
      }
    }
    return zip(ranking.index.owners, sums).map { Weighted(contributor: $0, weight: $1) }
  }

  /// The score of each class, in the order in which the classes were given to the index: what a contributor's statement
  /// lists.
  public func scores(
    _ query: [Int8], _ worth: NeighbourWorth, _ ranking: NeighbourRanking
  ) throws(CreditError) -> [Int64] {
    var scores = Array(repeating: Int64(0), count: ranking.index.count)
    try visit(query, worth, ranking) { scores[ranking.index.order[$0]] = $1 }
    return scores
  }

  /// Calls `body` with each class, by its place in the order of ties, and its score; those whose score is 0 may be left
  /// out.
  ///
  /// |s_r| is at most 2^16 * floor(S / max(K, r)), so that 64 bits hold every partial sum.
  @inline(__always)
  private func visit(
    _ query: [Int8], _ worth: NeighbourWorth, _ ranking: NeighbourRanking, _ body: (Int, Int64) -> Void
  ) throws(CreditError) {
    try worth.check()
    try ranking.index.check(query: query)
    ranking.computeDots(query)
    // From the last rank with h above 0 on, every score is 0: of relevance, only what is relevant needs to be sorted.
    let ranked =
      switch worth {
      case .label: ranking.ranked(least: .min)
      case .relevance(let shift): ranking.ranked(least: shift == 31 ? .max : 1 << shift)
      }
    let dots = ranking.dots.base
    ranking.index.traits.withUnsafeBufferPointer { traits in
      ranking.steps(neighbours: neighbours).withUnsafeBufferPointer { steps in
        var (score, after): (Int64, Int64) = (0, 0)
        var rank = ranked.count
        // With fewer ranks than classes what follows has h = 0, and the base case is the recursion from there.
        while rank > 0 {
          let at = Int(ranked[rank &- 1] & 0xffff_ffff)
          let h = worth.of(label: traits[at].label, dot: dots[at])
          score &+= (h &- after) &* steps[rank]
          body(at, score)
          after = h
          rank &-= 1
        }
      }
    }
  }
}
