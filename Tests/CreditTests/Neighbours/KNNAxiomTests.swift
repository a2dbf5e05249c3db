import Cryptography
import TestKit
import Testing

@testable import Credit

/// What the Shapley value promises, on games too large to enumerate.
@Suite struct KNNAxiomTests {
  private func game(_ seed: UInt64, count: Int = 300, neighbours: Int = 5) -> NeighbourGame {
    var random = SplitMix64(state: seed)
    return .random(count, neighbours: neighbours, spread: 90, owners: 7, &random)
  }

  @Test(arguments: 0..<20) func theScoresAddUpToTheGameWithinTheBoundAndTheMoneyToTheUnit(seed: UInt64) throws {
    let game = game(seed, neighbours: 1 + Int(seed))
    let worths = game.worths(.label(1))
    let whole = worths.prefix(game.neighbours).reduce(0, +) * (KNNShapley.unit / Int64(game.neighbours))
    let sum = try game.scores(.label(1)).reduce(into: Int128(0)) { $0 += Int128($1) }
    // Each of N scores is less than N changes of 2^16 from its own.
    #expect((sum - Int128(whole)).magnitude < UInt128(300 * 300) << 16)

    let ranking = try NeighbourRanking(NeighbourIndex(game.classes))
    let method = try KNNShapley(neighbours: game.neighbours, negatives: .net)
    let weights = try method.weights(NeighbourGame.query, .label(1), ranking)
    #expect(weights.reduce(0) { $0 + $1.weight } == sum)
    let shares = try Apportionment.apportion(1_000_003, weights: weights)
    #expect(shares.reduce(0) { $0 + $1.amountNano } == 1_000_003)
  }

  @Test func neighboursInRankOfOneWorthAreWorthTheSame() throws {
    let game = game(1)
    let (scores, worths, ranked) = (try game.scores(.label(1)), game.worths(.label(1)), game.ranked)
    for rank in 1..<ranked.count where worths[rank] == worths[rank - 1] {
      #expect(scores[ranked[rank]] == scores[ranked[rank - 1]])
    }
  }

  @Test func whoChangesNoCoalitionGetsNothing() throws {
    let game = game(2)
    let scores = try game.scores(.relevance(shift: 0))
    for (at, item) in game.classes.enumerated() where item.vector[0] <= 0 { #expect(scores[at] == 0) }
    let labels = try game.scores(.label(9))
    #expect(labels.allSatisfy { $0 == 0 })
  }

  @Test func theScoresOfTwoGamesAddUpToThoseOfTheirSum() throws {
    let game = game(3)
    let both = zip(try game.scores(.label(0)), try game.scores(.label(1))).map(+)
    var one = game
    for at in one.classes.indices { one.classes[at].label = 1 }
    #expect(try one.scores(.label(1)) == both)
  }

  @Test func theWeightOfAnOwnerIsTheSumOfItsScores() throws {
    let game = game(4)
    let ranking = try NeighbourRanking(NeighbourIndex(game.classes))
    for (worth, negatives) in [
      (NeighbourWorth.label(1), NegativeScores.net), (.label(1), .dropped), (.relevance(shift: 1), .net),
    ] {
      let method = try KNNShapley(neighbours: 5, negatives: negatives)
      var sums: [String: Int128] = [:]
      for (item, score) in zip(game.classes, try method.scores(NeighbourGame.query, worth, ranking)) {
        sums[item.owner, default: 0] += Int128(negatives == .net ? score : max(0, score))
      }
      let weights = try method.weights(NeighbourGame.query, worth, ranking)
      #expect(Dictionary(uniqueKeysWithValues: weights.map { ($0.contributor, $0.weight) }) == sums)
    }
  }

  @Test func theOrderInWhichClassesAreGivenChangesNothing() throws {
    var random = SplitMix64(state: 5)
    let game = game(5)
    var other = game
    other.classes.shuffle(using: &random)
    for worth in [NeighbourWorth.label(1), .relevance(shift: 0)] {
      let scores = Dictionary(uniqueKeysWithValues: zip(game.classes.map(\.id), try game.scores(worth)))
      #expect(try zip(other.classes.map(\.id), other.scores(worth)).allSatisfy { scores[$0] == $1 })
    }
  }

  @Test(arguments: DotKernel.available) func everyFormOfTheKernelGivesTheSameScores(kernel: DotKernel) throws {
    var random = SplitMix64(state: 6)
    for width in [1, 3, 4, 17, 64, 384] {
      let classes = (0..<90).map { at in
        NeighbourClass(
          owner: "o", commitment: 1, id: SHA256.hash([UInt8(at)]), label: UInt32(at % 3),
          vector: (0..<width).map { _ in Int8.random(in: .min ... .max, using: &random) })
      }
      let query = (0..<width).map { _ in Int8.random(in: .min ... .max, using: &random) }
      let method = try KNNShapley(neighbours: 4)
      let expected = try method.scores(query, .label(1), NeighbourRanking(NeighbourIndex(classes, kernel: .scalar)))
      let found = try method.scores(query, .label(1), NeighbourRanking(NeighbourIndex(classes, kernel: kernel)))
      #expect(found == expected)
    }
  }

  @Test func whatIsOutOfRangeIsRefused() throws {
    let id = SHA256.hash([])
    let item = NeighbourClass(owner: "o", commitment: 0, id: id, vector: [1, 2])
    #expect(throws: CreditError.empty(what: "classes")) { try NeighbourIndex([]) }
    #expect(throws: CreditError.duplicate(what: "class", id.hex)) { try NeighbourIndex([item, item]) }
    let narrow = NeighbourClass(owner: "o", commitment: 0, id: SHA256.hash([1]), vector: [1])
    #expect(throws: CreditError.widths(id: narrow.id.hex, count: 1, wanted: 2)) { try NeighbourIndex([item, narrow]) }
    let empty = NeighbourClass(owner: "o", commitment: 0, id: id, vector: [])
    #expect(throws: CreditError.self) { try NeighbourIndex([empty]) }
    #expect(throws: CreditError.self) { try KNNShapley(neighbours: 0) }
    #expect(throws: CreditError.self) { try KNNShapley(neighbours: KNNShapley.neighboursMax + 1) }
    let ranking = try NeighbourRanking(NeighbourIndex([item]))
    #expect(throws: CreditError.widths(id: "query", count: 1, wanted: 2)) {
      try KNNShapley(neighbours: 1).weights([1], .label(0), ranking)
    }
    #expect(throws: CreditError.self) {
      try KNNShapley(neighbours: 1).weights([1, 1], .relevance(shift: 32), ranking)
    }
  }
}
