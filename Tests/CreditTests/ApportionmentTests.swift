import Credit
import TestKit
import Testing

@Suite struct ApportionmentTests {
  @Test func threeEqualWeightsShareAHundredAndTheSmallestIdGetsTheUnitLeft() throws {
    let shares = try Apportionment.apportion(100, weights: weights(["c": 1, "a": 1, "b": 1]))
    #expect(shares == [share("a", 34), share("b", 33), share("c", 33)])
  }

  @Test func theLargestRemainderComesBeforeTheSmallestId() throws {
    // 10/3 = 3 rest 1, 20/3 = 6 rest 2.
    let shares = try Apportionment.apportion(10, weights: weights(["a": 1, "b": 2]))
    #expect(shares == [share("a", 3), share("b", 7)])
  }

  @Test func tiesGoByBytesAndNotByAlphabet() throws {
    #expect(try Apportionment.apportion(1, weights: weights(["a": 1, "Z": 1])) == [share("Z", 1)])
    #expect(try Apportionment.apportion(1, weights: weights(["ab": 1, "a": 1])) == [share("a", 1)])
    #expect(try Apportionment.apportion(1, weights: weights(["id9": 1, "id10": 1])) == [share("id10", 1)])
  }

  @Test func aContributorNamedTwiceIsOnePlayer() throws {
    let twice =
      [Weighted(contributor: "a", weight: 2), Weighted(contributor: "b", weight: 5)]
      + [Weighted(contributor: "a", weight: 3)]
    #expect(
      try Apportionment.apportion(7, weights: twice)
        == Apportionment.apportion(7, weights: weights(["a": 5, "b": 5])))
  }

  @Test func negativeWeightsCountAsZeroAfterNamesAreAddedUp() throws {
    #expect(try Apportionment.apportion(7, weights: weights(["a": -1, "b": 3])) == [share("b", 7)])
    let netted = [("a", 5), ("a", -4), ("b", 9)].map { Weighted(contributor: $0, weight: $1) }
    #expect(try Apportionment.apportion(10, weights: netted) == [share("a", 1), share("b", 9)])
  }

  @Test func noWeightAtAllPaysUnattributed() throws {
    #expect(try Apportionment.apportion(7, weights: []) == [share("unattributed", 7)])
    #expect(try Apportionment.apportion(7, weights: weights(["a": 0, "b": -9])) == [share("unattributed", 7)])
  }

  @Test func nothingToSplitGivesNoShares() throws {
    #expect(try Apportionment.apportion(0, weights: weights(["a": 1])) == [])
    #expect(try Apportionment.apportion(0, weights: []) == [])
  }

  @Test func weightsFromTwoToThe62AreShiftedAndTheOneBelowIsNot() throws {
    let shifted = try Apportionment.apportion(.max, weights: weights(["a": 1 << 62, "b": 1]))
    #expect(shifted == [share("a", .max)])
    let kept = try Apportionment.apportion(.max, weights: weights(["a": (1 << 62) - 1, "b": 1]))
    #expect(kept == [share("a", .max - 4), share("b", 4)])
  }

  @Test func itAgreesWithSchoolbookArithmetic() throws {
    var random = SplitMix64(state: 1)
    for _ in 0..<400 {
      let total = UInt64(random.number(bits: 64))
      let bits = [2, 16, 61, 62, 63, 64, 100, 127].randomElement(using: &random) ?? 62
      var players: [String: Int128] = [:]
      for _ in 0..<Int.random(in: 1...9, using: &random) {
        players["id\(random.next() % 30)"] = Int128(random.number(bits: bits))
      }
      #expect(
        try Apportionment.apportion(total, weights: weights(players)) == schoolbook(total, players),
        "total \(total), weights \(players)")
    }
  }

  private static let edges: [[String: Int128]] = [
    ["a": largest], ["a": largest, "b": largest, "c": largest], ["a": largest, "b": 1],
    ["a": two62, "b": two62 - 1], ["a": two62 - 1, "b": two62 - 1], ["a": 1, "b": two62 / 2],
    ["a": largest / 2 + 1, "b": largest / 2, "c": -largest],
  ]
  private static let largest = Int128.max
  private static let two62 = Int128(1) << 62
  private static let totals: [UInt64] = [.max, .max - 1, 1 << 62, (1 << 62) - 1, 1 << 32, 3, 2, 1]

  @Test(arguments: edges)
  func the128BitEdgesAgreeWithSchoolbookArithmetic(players: [String: Int128]) throws {
    for total in Self.totals {
      let shares = try Apportionment.apportion(total, weights: weights(players))
      #expect(shares == (try schoolbook(total, players)))
    }
  }

  @Test func sharesAddUpAndTheOrderOfWeightsDoesNotMatter() throws {
    var random = SplitMix64(state: 2)
    for _ in 0..<300 {
      let total = UInt64(random.number(bits: 64))
      var list = (0..<Int.random(in: 1...60, using: &random)).map { _ in
        Weighted(contributor: "id\(random.next() % 40)", weight: Int128(random.number(bits: 110)) - (1 << 90))
      }
      let shares = try Apportionment.apportion(total, weights: list)
      #expect(shares.reduce(0) { $0 + $1.amountNano } == total)
      #expect(shares.allSatisfy { $0.amountNano > 0 })
      #expect(shares.map(\.contributor) == shares.map(\.contributor).sorted())
      list.shuffle(using: &random)
      #expect(try Apportionment.apportion(total, weights: list) == shares)
    }
  }

  @Test func splittingANameChangesNobodyElseByMoreThanTheUnitLeftOver() throws {
    var random = SplitMix64(state: 3)
    for _ in 0..<300 {
      let total = UInt64(random.number(bits: 64))
      var players: [String: Int128] = ["split": Int128(random.number(bits: 50)) + 2]
      for at in 0..<Int.random(in: 1...12, using: &random) { players["id\(at)"] = Int128(random.number(bits: 50)) }
      let whole = amounts(try Apportionment.apportion(total, weights: weights(players)))

      let half = (players["split"] ?? 0) / 3
      players["split-1"] = half
      players["split-2"] = (players.removeValue(forKey: "split") ?? 0) - half
      let parts = amounts(try Apportionment.apportion(total, weights: weights(players)))

      for id in players.keys where !id.hasPrefix("split") {
        let (before, after) = (whole[id, default: 0], parts[id, default: 0])
        #expect(max(before, after) - min(before, after) <= 1)
      }
      let (before, after) = (whole["split", default: 0], parts["split-1", default: 0] + parts["split-2", default: 0])
      #expect(max(before, after) - min(before, after) <= 2)
    }
  }

  @Test func eachShareIsTheQuotaRoundedDownOrUp() throws {
    var random = SplitMix64(state: 4)
    for _ in 0..<100 {
      let total = UInt64(random.number(bits: 60))
      var players: [String: Int128] = [:]
      for at in 0..<20 { players["id\(at)"] = Int128(random.number(bits: 58)) }
      let sum = players.values.reduce(0, +)
      let shares = amounts(try Apportionment.apportion(total, weights: weights(players)))
      for (id, weight) in players {
        let quota = UInt64(UInt128(total) * UInt128(weight) / UInt128(sum))
        #expect((quota...quota + 1).contains(shares[id, default: 0]))
        if weight == 0 { #expect(shares[id] == nil) }
      }
    }
  }

  @Test func theMostWeightsAreSplitAndOneMoreIsRefused() throws {
    var list = (0..<Apportionment.weightCountMax).map { Weighted(contributor: "\($0)", weight: (1 << 62) - 1) }
    let shares = try Apportionment.apportion(.max, weights: list)
    #expect(shares.reduce(0) { $0 + $1.amountNano } == UInt64.max)
    #expect(shares.count == list.count)
    list.append(Weighted(contributor: "a", weight: 1))
    #expect(throws: CreditError.tooMany(what: "weights", count: (1 << 20) + 1, limit: 1 << 20)) {
      try Apportionment.apportion(1, weights: list)
    }
  }

  @Test(arguments: [[Int128.max, 1], [.max, 2, -1, .max], [.min, -1], [.max, .max, .min, 2]])
  func weightsOfOneNameThatDoNotFitAreRefusedInAnyOrder(list: [Int128]) {
    for list in [list, list.reversed(), list.sorted()] {
      let weights = ["b", "a"].flatMap { id in list.map { Weighted(contributor: id, weight: $0) } }
      #expect(throws: CreditError.weightOverflow(contributor: "a")) {
        try Apportionment.apportion(1, weights: weights)
      }
    }
  }

  @Test(arguments: [[Int128.max, 1, -2], [1, .max, -2], [.max, .max, .min, 1], [.min, -1, .max, .max]])
  func onlyTheFinalSumOfANameMustFit(list: [Int128]) throws {
    let other = Weighted(contributor: "b", weight: .max)
    for list in [list, list.reversed(), list.sorted()] {
      let shares = try Apportionment.apportion(
        2, weights: list.map { Weighted(contributor: "a", weight: $0) } + [other])
      #expect(shares == [share("a", 1), share("b", 1)])
    }
  }

  @Test(arguments: [
    "", " ", "a b", "a\n", "caf\u{e9}", "\u{212a}", "a\0", "a\u{7f}", String(repeating: "a", count: 257),
  ])
  func whatIsNoIdIsRefused(id: String) {
    #expect(throws: CreditError.invalidID(what: "contributor", id)) {
      try Apportionment.apportion(1, weights: [Weighted(contributor: id, weight: 1)])
    }
  }

  @Test func anIdOf256CharactersIsAccepted() throws {
    let id = String(repeating: "~", count: 256)
    #expect(try Apportionment.apportion(1, weights: [Weighted(contributor: id, weight: 1)]) == [share(id, 1)])
  }
}

func share(_ contributor: String, _ amount: UInt64) -> Share { Share(contributor: contributor, amountNano: amount) }

func weights(_ players: [String: Int128]) -> [Weighted] {
  players.map { Weighted(contributor: $0.key, weight: $0.value) }
}

private func amounts(_ shares: [Share]) -> [String: UInt64] {
  Dictionary(uniqueKeysWithValues: shares.map { ($0.contributor, $0.amountNano) })
}

/// The definition, in decimal digits.
private func schoolbook(_ total: UInt64, _ players: [String: Int128]) throws -> [Share] {
  var weights = players.mapValues { BigNat(max(0, $0)) }
  let limit = (0..<62).reduce(BigNat(1)) { power, _ in power + power }
  while weights.values.contains(where: { $0 >= limit }) {
    weights = weights.mapValues { $0.divided(by: BigNat(2)).quotient }
  }
  let whole = weights.values.reduce(BigNat(0), +)
  guard total > 0 else { return [] }
  guard whole > BigNat(0) else { return [share("unattributed", total)] }
  let parts = weights.map { id, weight in (id: id, part: (BigNat(total) * weight).divided(by: whole)) }
  let left = BigNat(total) - parts.reduce(BigNat(0)) { $0 + $1.part.quotient }
  let first = parts.sorted { a, b in
    a.part.remainder != b.part.remainder
      ? a.part.remainder > b.part.remainder : a.id.utf8.lexicographicallyPrecedes(b.id.utf8)
  }
  var shares: [Share] = []
  for (rank, part) in first.enumerated() {
    let amount = part.part.quotient + (BigNat(rank) < left ? BigNat(1) : BigNat(0))
    if amount > BigNat(0) { shares.append(share(part.id, try #require(UInt64(amount.text)))) }
  }
  return shares.sorted { $0.contributor.utf8.lexicographicallyPrecedes($1.contributor.utf8) }
}
