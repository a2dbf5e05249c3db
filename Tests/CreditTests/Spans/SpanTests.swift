import Cryptography
import TestKit
import Testing

@testable import Credit

@Suite struct SpanTests {
  private let free: RarityTable

  init() throws { free = try RarityTable(costs: []) }

  private func document(_ owner: String, _ commitment: UInt64, _ tokens: [UInt32]) -> SpanDocument {
    let id = SHA256.hash([UInt8]("\(owner)\(commitment)\(tokens)".utf8))
    return SpanDocument(owner: owner, commitment: commitment, id: id, tokens: tokens)
  }

  private func owners(_ output: [UInt32], _ method: SpanMethod, _ documents: [SpanDocument]...) throws -> [String?] {
    let index = try SpanIndex(documents.map { try SpanSegment($0) })
    var owners: [String?] = Array(repeating: nil, count: output.count)
    for credit in try method.credits(output, in: index) { for token in credit.tokens { owners[token] = credit.owner } }
    return owners
  }

  @Test func theLongestSpanOverATokenPays() throws {
    let method = try SpanMethod(lengthMin: 3, rarity: free)
    let found = try owners(
      [9, 1, 2, 3, 4, 5, 6, 9], method, [document("long", 2, [1, 2, 3, 4]), document("short", 1, [4, 5, 6])])
    #expect(found == [nil, "long", "long", "long", "long", "short", "short", nil])
  }

  @Test func ofSpansOfOneLengthTheFirstPays() throws {
    let method = try SpanMethod(lengthMin: 3, rarity: free)
    let found = try owners([1, 2, 3, 4, 5], method, [document("b", 2, [1, 2, 3])], [document("a", 1, [3, 4, 5])])
    #expect(found == ["b", "b", "b", "a", "a"])
  }

  @Test func theEarliestClassThatHasTheSpanIsPaid() throws {
    let method = try SpanMethod(lengthMin: 2, rarity: free)
    let texts = [
      document("late", 9, [5, 1, 2, 3]), document("early", 3, [1, 2, 3, 6]), document("later", 4, [1, 2, 3]),
    ]
    for order in [texts, texts.reversed()] {
      #expect(try owners([1, 2, 3], method, order) == ["early", "early", "early"])
      #expect(try owners([1, 2, 3], method, [order[0]], [order[1], order[2]]) == ["early", "early", "early"])
    }
  }

  @Test func aMatchDoesNotRunFromOneTextIntoTheNext() throws {
    let method = try SpanMethod(lengthMin: 4, rarity: free)
    let found = try owners([1, 2, 3, 4], method, [document("a", 1, [1, 2]), document("b", 2, [3, 4])])
    #expect(found == [nil, nil, nil, nil])
  }

  @Test func shortAndCommonSpansPayNobody() throws {
    let texts = [document("a", 1, [1, 2, 3, 4])]
    #expect(try owners([1, 2, 3, 4], SpanMethod(lengthMin: 5, rarity: free), texts).allSatisfy { $0 == nil })
    let costs = try RarityTable(costs: [0, 10, 10, 10, 10])
    #expect(try owners([1, 2, 3], SpanMethod(lengthMin: 2, rarityMin: 30, rarity: costs), texts) == ["a", "a", "a"])
    #expect(try owners([1, 2, 3], SpanMethod(lengthMin: 2, rarityMin: 31, rarity: costs), texts) == [nil, nil, nil])
  }

  @Test func everyTokenPaysOneUnitAndWhatIsLeftIsUnattributed() throws {
    let index = try SpanIndex([SpanSegment([document("a", 1, [1, 2, 3])])])
    let weights = try SpanMethod(lengthMin: 2, rarity: free).weights([7, 1, 2, 3, .max], in: index)
    #expect(
      weights == [
        Weighted(contributor: "a", weight: 3 << 32), Weighted(contributor: "unattributed", weight: 2 << 32),
      ])
    #expect(try SpanMethod(rarity: free).weights([], in: index).isEmpty)
  }

  @Test func aSnapshotGrownPieceByPieceAnswersAsOneThatWasBuiltAtOnce() throws {
    var random = SplitMix64(state: 3)
    let method = try SpanMethod(lengthMin: 2, rarity: free)
    var (index, all): (SpanIndex, [SpanDocument]) = (try SpanIndex([]), [])
    for step in 0..<40 {
      let added = (0..<1 + step % 3).map { at in
        let tokens = (0..<30).map { _ in UInt32.random(in: 0..<5, using: &random) }
        return document("o\(at)", UInt64(step), tokens + [UInt32(1_000 * step + at)])
      }
      index = try index.adding(added)
      all += added
      let output = (0..<50).map { _ in UInt32.random(in: 0..<6, using: &random) }
      let once = try SpanIndex([SpanSegment(all)])
      #expect(try method.credits(output, in: index) == method.credits(output, in: once))
    }
    #expect(index.segments.count < 8)
    #expect(index.segments.flatMap(\.documents).count == all.count)
  }

  @Test func theCostOfATokenIsItsInformation() throws {
    let table = try RarityTable(counts: [1, 1, 2, 4, 0, 248])
    #expect(table.costs == [2_048, 2_048, 1_792, 1_536, 2_048, 11])
    #expect(table.cost(6) == 0)
  }

  @Test func whatIsOutOfRangeIsRefused() throws {
    let text = document("a", 1, [1])
    #expect(throws: CreditError.duplicate(what: "class", text.id.hex)) { try SpanSegment([text, text]) }
    #expect(throws: CreditError.duplicate(what: "class", text.id.hex)) {
      try SpanIndex([SpanSegment([text]), SpanSegment([text])])
    }
    #expect(throws: CreditError.self) { try SpanSegment([document("a", 1, [1 << 24])]) }
    #expect(throws: CreditError.self) { try SpanSegment([document("a b", 1, [1])]) }
    #expect(throws: CreditError.self) { try SpanMethod(lengthMin: 0, rarity: free) }
    #expect(throws: CreditError.self) { try SpanMethod(rarityMin: -1, rarity: free) }
    #expect(throws: CreditError.self) { try RarityTable(counts: [1 << 40]) }
    #expect(throws: CreditError.self) { try RarityTable(counts: [.max, .max]) }
    let output = Array(repeating: UInt32(1), count: SpanMethod.tokenCountMax + 1)
    #expect(throws: CreditError.self) { try SpanMethod(rarity: free).credits(output, in: SpanIndex([])) }
  }
}
