import Credit
import TestKit
import Testing

/// What is done to earn more without giving more, on real images: the class is the player, so none of it pays.
@Suite struct ManipulationTests {
  private let game: DigitsGame
  private let gainMax = 1.005

  init() throws { game = try DigitsGame() }

  private func own(_ contributor: String) -> [Record] { game.records.filter { $0.contributor == contributor } }

  /// Each element of the vector moves by up to one.
  private func near(_ record: Record, _ random: inout SplitMix64) -> Record {
    guard case .vector(let vector) = record.content else { return record }
    let moved = vector.map { Int8(clamping: Int($0) + Int.random(in: -1...1, using: &random)) }
    return DigitsGame.record(record.contributor, record.commitment, moved, record.label)
  }

  private func committed(_ records: [Record], by contributor: String, at commitment: UInt64) -> [Record] {
    records.map { record in
      var record = record
      (record.contributor, record.commitment) = (contributor, commitment)
      return record
    }
  }

  /// What `names` earn together after some records are added, by what `contributor` earned before.
  private func gain(
    _ contributor: String, names: [String], after records: [Record], _ worth: DigitsGame.Worth, classes: Bool = true
  ) throws -> Double {
    let before = try game.shares(game.records, worth, classes: classes)[contributor, default: 0]
    let after = try game.shares(records, worth, classes: classes)
    return names.reduce(0) { $0 + after[$1, default: 0] } / before
  }

  @Test(arguments: DigitsGame.Worth.allCases) func splittingIntoFourNamesDoesNotPay(worth: DigitsGame.Worth) throws {
    for contributor in ["c0", "c3"] {
      let split = game.records.enumerated().map { at, record in
        var record = record
        if record.contributor == contributor { record.contributor += "-\(at % 7 % 4)" }
        return record
      }
      let names = (0..<4).map { "\(contributor)-\($0)" }
      #expect(try gain(contributor, names: names, after: split, worth) <= gainMax)
    }
  }

  /// The harm of some records is not paid for by the others of the same name, so that it need not be hidden.
  @Test(arguments: NegativeScores.allCases)
  func namingHarmfulRecordsAnotherNamePaysOnlyWhereScoresAreNetted(negatives: NegativeScores) throws {
    let harmful = try game.harmful()
    let hidden = game.records.map { record in
      var record = record
      if record.contributor == "c3", harmful.contains(record.id) { record.contributor = "c3-hidden" }
      return record
    }
    let before = try game.shares(game.records, .label, negatives: negatives)["c3", default: 0]
    let after = try game.shares(hidden, .label, negatives: negatives)
    let gain = (after["c3", default: 0] + after["c3-hidden", default: 0]) / before
    if negatives == .net { #expect(gain > gainMax) } else { #expect(abs(gain - 1) < 1e-9) }
  }

  @Test(arguments: DigitsGame.Worth.allCases) func copyingFiveTimesDoesNotPay(worth: DigitsGame.Worth) throws {
    for contributor in ["c0", "c3"] {
      let copies = (0..<5).flatMap { committed(own(contributor), by: contributor, at: 100 + $0) }
      #expect(try gain(contributor, names: [contributor], after: game.records + copies, worth) == 1)
    }
  }

  @Test(arguments: DigitsGame.Worth.allCases) func nearCopiesDoNotPay(worth: DigitsGame.Worth) throws {
    var random = SplitMix64(state: 1)
    for contributor in ["c0", "c3"] {
      let copies = (0..<5).flatMap { round in
        committed(own(contributor).map { near($0, &random) }, by: contributor, at: 100 + round)
      }
      #expect(try gain(contributor, names: [contributor], after: game.records + copies, worth) <= gainMax)
    }
  }

  @Test(arguments: DigitsGame.Worth.allCases) func theftDoesNotPay(worth: DigitsGame.Worth) throws {
    var random = SplitMix64(state: 2)
    let others = game.records.filter { $0.contributor != "c4" }
    for stolen in [others, others.map { near($0, &random) }] {
      let after = game.records + committed(stolen, by: "c4", at: 100)
      #expect(try gain("c4", names: ["c4"], after: after, worth) <= gainMax)
    }
    // A name that has nothing but what it stole.
    let shares = try game.shares(game.records + committed(others, by: "thief", at: 100), worth)
    #expect(shares["thief"] == nil)
  }

  /// The gates can fail: without classes, copies pay.
  @Test func withoutClassesCopyingPays() throws {
    let copies = (0..<5).flatMap { committed(own("c0"), by: "c0", at: 100 + $0) }
    #expect(try gain("c0", names: ["c0"], after: game.records + copies, .relevance, classes: false) > 1.5)
  }
}
