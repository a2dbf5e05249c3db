/// `tknn-shapley/1` (FORMAT section 7): exact Shapley values in the game of the mean over all classes within a radius, in
/// linear time, after Wang et al., "A Privacy-Friendly Approach to Data Valuation" (NeurIPS 2023). No ranks, so no ties;
/// a class outside the radius is a null player.
public struct ThresholdKNNShapley: Hashable, Sendable {
  /// The least dot product of a neighbour.
  public var radius: Int32

  public var negatives: NegativeScores

  public init(radius: Int32, negatives: NegativeScores = .dropped) {
    self.radius = radius
    self.negatives = negatives
  }

  /// The weight of each owner, in the order of `ranking.index.owners`, zeros included.
  public func weights(
    _ query: [Int8], _ worth: NeighbourWorth, _ ranking: NeighbourRanking
  ) throws(CreditError) -> [Weighted] {
    var sums = Array(repeating: Int128(0), count: ranking.index.owners.count)
    try visit(query, worth, ranking) {
      sums[Int(ranking.index.traits[$0].owner)] += Int128(max(negatives.least, $1))
    }
    return zip(ranking.index.owners, sums).map { Weighted(contributor: $0, weight: $1) }
  }

  /// The score of each class, in the order in which the classes were given to the index.
  public func scores(
    _ query: [Int8], _ worth: NeighbourWorth, _ ranking: NeighbourRanking
  ) throws(CreditError) -> [Int64] {
    var scores = Array(repeating: Int64(0), count: ranking.index.count)
    try visit(query, worth, ranking) { scores[ranking.index.order[$0]] = $1 }
    return scores
  }

  private func visit(
    _ query: [Int8], _ worth: NeighbourWorth, _ ranking: NeighbourRanking, _ body: (Int, Int64) -> Void
  ) throws(CreditError) {
    try worth.check()
    try ranking.index.check(query: query)
    ranking.computeDots(query)
    let (traits, dots) = (ranking.index.traits, ranking.dots.base)
    var (members, total): (Int64, Int64) = (0, 0)
    for at in traits.indices where dots[at] >= radius {
      members += 1
      total += worth.of(label: traits[at].label, dot: Int64(dots[at]))
    }
    guard members > 0 else { return }
    let harmonic = ranking.harmonics[Int(members)]
    // Neighbours of one worth have one score, and a division of 128 bits is dear.
    var last: (h: Int64, score: Int64) = (-1, 0)
    for at in traits.indices where dots[at] >= radius {
      let h = worth.of(label: traits[at].label, dot: Int64(dots[at]))
      if h != last.h { last = (h, Self.score(h, members, total, harmonic)) }
      body(at, last.score)
    }
  }

  /// G is below 2^45 and m * h - T below 2^48 for m <= 2^32.
  static func score(_ h: Int64, _ members: Int64, _ total: Int64, _ harmonic: Int64) -> Int64 {
    if members == 1 { return h * KNNShapley.unit }
    let product = Int128(harmonic) * Int128(members * h - total)
    let (quotient, remainder) = product.quotientAndRemainder(dividingBy: Int128(members) * Int128(members - 1))
    return h * (KNNShapley.unit / members) + Int64(quotient) - (remainder < 0 ? 1 : 0)
  }
}
