import Cryptography
import TestKit
import Testing

@testable import Credit

@Suite struct ClassScanTests {
  private func record(_ who: String, _ commitment: UInt64, _ vector: [Int8]) -> Record {
    let id = SHA256.hash(vector.map { UInt8(bitPattern: $0) })
    return Record(contributor: who, commitment: commitment, id: id, content: .vector(vector))
  }

  @Test func theEarliestCommitmentLeadsAndOwnsWhateverTheOrder() throws {
    let records = [record("late", 7, [1, 2]), record("early", 3, [1, 2]), record("other", 1, [5, -9])]
    #expect(try ClassScan.leaders(records, .none) == [1, 1, 2])
    #expect(try ClassScan.leaders(records.reversed(), .none) == [0, 1, 1])
    let classes = ClassScan.neighbourClasses(records, leaders: [1, 1, 2])
    #expect(classes.map(\.owner) == ["early", "other"])
  }

  @Test func aRecordJoinsTheEarliestNearLeaderAndLeadersNeverMerge() throws {
    // b is near a and c, which are not near each other; d is near b and c alone, and b leads nobody.
    let (a, b, c) = (record("a", 1, [100, 0]), record("b", 3, [100, 30]), record("c", 2, [100, 60]))
    let d = record("d", 4, [100, 45])
    #expect(try ClassScan.leaders([a, b, c, d], .cosine(basisPoints: 9_500)) == [0, 0, 2, 2])
  }

  @Test func theThresholdIsExact() throws {
    // The cosine of (1, 0) and (3, 4) is 0.6.
    let records = [record("a", 1, [1, 0]), record("b", 2, [3, 4])]
    #expect(try ClassScan.leaders(records, .cosine(basisPoints: 6_000)) == [0, 0])
    #expect(try ClassScan.leaders(records, .cosine(basisPoints: 6_001)) == [0, 1])
  }

  @Test func oppositesAndNothingAreNearNobody() throws {
    let records = [
      record("a", 1, [1, 1]), record("b", 2, [-1, -1]), record("c", 3, [0, 0]), record("d", 4, [0, 0]),
    ]
    #expect(try ClassScan.leaders(records, .cosine(basisPoints: 1)) == [0, 1, 2, 2])
  }

  /// More records than are compared at once, against the definition.
  @Test func manyRecordsAgreeWithOneByOneComparison() throws {
    var random = SplitMix64(state: 9)
    let records = (0..<700).map { at in
      let commitment = UInt64.random(in: 0..<50, using: &random)
      return record("w\(at % 5)", commitment, (0..<3).map { _ in Int8.random(in: -9...9, using: &random) })
    }
    let order = records.indices.sorted { ClassScan.precedes(records[$0], records[$1]) }
    var (leaders, expected): ([Int], [Int]) = ([], Array(records.indices))
    for at in order {
      let near = leaders.first { leader in
        guard case .vector(let a) = records[leader].content, case .vector(let b) = records[at].content else {
          return false
        }
        func dot(_ a: [Int8], _ b: [Int8]) -> Int { zip(a, b).reduce(0) { $0 + Int($1.0) * Int($1.1) } }
        if a == b { return true }
        return dot(a, b) > 0 && dot(a, b) * dot(a, b) * 100_000_000 >= 9_900 * 9_900 * dot(a, a) * dot(b, b)
      }
      if let near { expected[at] = near } else { leaders.append(at) }
    }
    #expect(try ClassScan.leaders(records, .cosine(basisPoints: 9_900)) == expected)
  }

  @Test func textsThatShareMostShinglesAreNear() throws {
    let method = try MinHash(width: 3, words: 128, basisPoints: 7_000, seed: SHA256.hash([1]))
    func text(_ who: String, _ commitment: UInt64, _ tokens: [UInt32]) -> Record {
      Record(
        contributor: who, commitment: commitment, id: SHA256.hash([UInt8]("\(tokens)".utf8)), content: .text(tokens))
    }
    let original = (0..<300).map { UInt32($0 * 7 % 1_000) }
    var edited = original
    edited[100] = 4_242
    let records = [
      text("a", 1, original), text("b", 2, edited), text("c", 3, original.reversed()), text("d", 4, []),
      text("e", 5, []), text("f", 6, [7]), text("g", 7, [7, 8]),
    ]
    #expect(try ClassScan.leaders(records, .minHash(method)) == [0, 0, 2, 3, 3, 5, 6])
  }

  @Test func theSharesOfAgreeingWordsEstimateSimilarity() throws {
    let method = try MinHash(width: 1, words: 512, basisPoints: 5_000, seed: SHA256.hash([2]))
    let (a, b) = (method.signature((0..<200).map { $0 }), method.signature((100..<300).map { $0 }))
    let agreeing = zip(a ?? [], b ?? []).filter { $0 == $1 }.count
    // A third of all tokens is in both: 171 of 512, with a deviation of 11.
    #expect((120...220).contains(agreeing))
  }

  @Test func contradictionsAndMixturesAreRefused() throws {
    var other = record("b", 2, [1, 3])
    let first = record("a", 1, [1, 2])
    other.id = first.id
    #expect(throws: CreditError.contradiction(id: first.id.hex)) { try ClassScan.leaders([first, other], .none) }
    let wide = record("b", 2, [1, 2, 3])
    #expect(throws: CreditError.widths(id: wide.id.hex, count: 3, wanted: 2)) {
      try ClassScan.leaders([first, wide], .cosine(basisPoints: 9_000))
    }
    #expect(throws: CreditError.self) { try ClassScan.leaders([first], .cosine(basisPoints: 0)) }
    #expect(throws: CreditError.self) { try ClassScan.leaders([first], .cosine(basisPoints: 10_001)) }
    let seed = SHA256.hash([])
    let method = try MinHash(width: 1, words: 1, basisPoints: 1, seed: seed)
    #expect(throws: CreditError.contentKind(id: first.id.hex, wanted: "a text")) {
      try ClassScan.leaders([first], .minHash(method))
    }
    for (width, words, basisPoints) in [(0, 1, 1), (65, 1, 1), (1, 0, 1), (1, 513, 1), (1, 1, 0), (1, 1, 10_001)] {
      #expect(throws: CreditError.self) {
        try MinHash(width: width, words: words, basisPoints: basisPoints, seed: seed)
      }
    }
  }
}
