import TestKit
import Testing

@testable import Credit

@Suite struct SuffixArrayTests {
  private func built<Symbol: FixedWidthInteger>(_ text: [Symbol], alphabet: Int) throws -> [Int] {
    var array = Array(repeating: Int32(7), count: text.count)
    try array.withUnsafeMutableBufferPointer { array in
      try text.withUnsafeBufferPointer { text in
        guard let text = text.baseAddress, let out = array.baseAddress else { return }
        try SuffixArray.build(text, array.count, alphabet: alphabet, into: out)
      }
    }
    return array.map { Int($0) }
  }

  @Test func everyShortTextIsSorted() throws {
    for length in 0...7 {
      for number in 0..<Int(pow(3, length)) {
        var (text, rest): ([UInt16], Int) = ([], number)
        for _ in 0..<length {
          text.append(UInt16(rest % 3))
          rest /= 3
        }
        #expect(try built(text, alphabet: 3) == sortedSuffixes(text))
      }
    }
  }

  private func pow(_ base: Int, _ exponent: Int) -> Int { (0..<exponent).reduce(1) { value, _ in value * base } }

  @Test(arguments: [1, 2, 5, 300, 65_536]) func randomTextsAreSorted(alphabet: Int) throws {
    var random = SplitMix64(state: UInt64(alphabet))
    for length in [1, 2, 31, 400, 2_000] {
      let text = (0..<length).map { _ in UInt16(Int.random(in: 0..<alphabet, using: &random)) }
      #expect(try built(text, alphabet: alphabet) == sortedSuffixes(text))
      #expect(try built(text.map { UInt32($0) }, alphabet: alphabet) == sortedSuffixes(text))
    }
  }

  /// Texts on which sorting by comparison would be slow: periods, and Fibonacci's word, whose substrings repeat most.
  @Test func hardTextsAreSorted() throws {
    var (a, b): ([UInt16], [UInt16]) = ([1], [1, 0])
    while b.count < 1_500 { (a, b) = (b, b + a) }
    let periods = [1, 2, 3, 7, 64].map { period in (0..<1_000).map { UInt16($0 % period) } }
    for text in periods + [b, (0..<1_000).map { UInt16(1_000 - $0) }, periods[3] + [0] + periods[3]] {
      #expect(try built(text, alphabet: 1_001) == sortedSuffixes(text))
    }
  }
}
