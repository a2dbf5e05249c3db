import Credit
import TestKit
import Testing

/// `knn-shapley/1` against coalitions enumerated in exact fractions.
@Suite struct KNNOracleTests {
  /// The coefficient of `h_r - h_{r+1}` in s_r, from enumeration alone: what two neighbours in rank differ by when h is 1
  /// up to the first and 0 from the second on; floored as the method floors.
  private func coefficients(_ count: Int, neighbours: Int) -> [Int64] {
    (1...count).map { last in
      let values = enumeratedShapley((1...count).map { $0 <= last ? 1 : 0 }, neighbours: neighbours)
      let difference = values[last - 1] - (last < count ? values[last] : 0)
      return Int64(Int128(KNNShapley.unit) * difference / (factorial(count) * Int128(neighbours)))
    }
  }

  @Test(arguments: 1...8) func everyGameAgreesWithEnumeratedCoalitionsUnderTheSameFloors(count: Int) throws {
    var random = SplitMix64(state: UInt64(count))
    for neighbours in 1...7 {
      let floors = coefficients(count, neighbours: neighbours)
      for labels in 0..<1 << count {
        var game = NeighbourGame.random(count, neighbours: neighbours, &random)
        for at in game.classes.indices { game.classes[at].label = UInt32(labels >> at & 1) }
        for worth in [NeighbourWorth.label(1), .relevance(shift: 0)] {
          let worths = game.worths(worth) + [0]
          var expected = Array(repeating: Int64(0), count: count + 1)
          for rank in stride(from: count - 1, through: 0, by: -1) {
            expected[rank] = expected[rank + 1] + (worths[rank] - worths[rank + 1]) * floors[rank]
          }
          let scores = try game.scores(worth)
          #expect(game.ranked.map { scores[$0] } == expected.dropLast(), "K \(neighbours), labels \(labels)")
        }
      }
    }
  }

  @Test(arguments: 1...8) func theDistanceToTheExactValueIsBelowTheChangesOfWorthFromThereOn(count: Int) throws {
    var random = SplitMix64(state: 100 + UInt64(count))
    for trial in 0..<200 {
      let neighbours = 1 + trial % 7
      let game = NeighbourGame.random(count, neighbours: neighbours, spread: 100, &random)
      let worth = trial % 2 == 0 ? NeighbourWorth.label(1) : .relevance(shift: trial % 3)
      let worths = game.worths(worth)
      let exact = enumeratedShapley(worths, neighbours: neighbours)
      let scores = try game.scores(worth)
      let scale = factorial(count) * Int128(neighbours)
      var changes: Int128 = 0
      for rank in stride(from: count - 1, through: 0, by: -1) {
        changes += Int128(abs(worths[rank] - (rank + 1 < count ? worths[rank + 1] : 0)))
        let distance = (Int128(scores[game.ranked[rank]]) * scale - Int128(KNNShapley.unit) * exact[rank]).magnitude
        #expect(distance < UInt128(changes * scale) || distance == 0)
      }
    }
  }

  @Test(arguments: 1...7) func theThresholdFormIsWithinItsBoundOfEnumeratedCoalitions(count: Int) throws {
    var random = SplitMix64(state: 200 + UInt64(count))
    for trial in 0..<200 {
      let game = NeighbourGame.random(count, neighbours: 1, spread: 100, &random)
      let radius = Int32.random(in: -2...60, using: &random)
      let worth = trial % 2 == 0 ? NeighbourWorth.label(1) : .relevance(shift: 0)
      let scores = try ThresholdKNNShapley(radius: radius)
        .scores(NeighbourGame.query, worth, NeighbourRanking(NeighbourIndex(game.classes)))
      let inside = game.ranked.filter { Int32(game.classes[$0].vector[0]) >= radius }
      let worths = zip(game.ranked, game.worths(worth)).filter { inside.contains($0.0) }.map(\.1)
      // Means of 1 to m members, over a common denominator.
      let scale = factorial(inside.count)
      let exact = meanGame(worths, scale)
      for (at, index) in inside.enumerated() {
        let distance = (Int128(scores[index]) * scale * scale - Int128(KNNShapley.unit) * exact[at]).magnitude
        #expect(distance < UInt128(scale * scale) * (1 << 17 + 1))
      }
      for index in game.classes.indices where !inside.contains(index) { #expect(scores[index] == 0) }
    }
  }

  /// Shapley values of the mean of h over a coalition, times m! and times `scale`.
  private func meanGame(_ worths: [Int64], _ scale: Int128) -> [Int128] {
    let count = worths.count
    func value(_ coalition: Int) -> Int128 {
      let members = (0..<count).filter { coalition >> $0 & 1 == 1 }
      return members.isEmpty ? 0 : members.reduce(0) { $0 + Int128(worths[$1]) } * scale / Int128(members.count)
    }
    return (0..<count).map { player in
      (0..<1 << count).filter { $0 >> player & 1 == 0 }.reduce(into: Int128(0)) { sum, coalition in
        let size = coalition.nonzeroBitCount
        sum += factorial(size) * factorial(count - 1 - size) * (value(coalition | 1 << player) - value(coalition))
      }
    }
  }
}
