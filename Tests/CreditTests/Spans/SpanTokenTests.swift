import Cryptography
import Testing

@testable import Credit

/// The words by which answers and registered texts are compared, and the table of how seldom they are.
@Suite struct SpanTokenTests {
  @Test func `case, punctuation at the ends and kinds of white space make no difference`() {
    let plain = SpanTokens.tokens("the fox said no")
    #expect(plain.count == 4 && Set(plain).count == 4)
    #expect(SpanTokens.tokens("\"The  fox,\" (said)\n\tNO!") == plain)
    #expect(SpanTokens.tokens(" **the** fox_ 'said' no... ") == plain)
    #expect(SpanTokens.tokens("") == [] && SpanTokens.count(" \u{0B}\u{0C}\r ") == 0)
    for different in ["the f-ox said no", "the f\u{F6}x said no", "thefox said no", "the fox said \u{AB}no\u{BB}"] {
      #expect(SpanTokens.tokens(different) != plain, "\(different)")
    }
  }

  @Test func `what is nothing but punctuation is a word of its own, so that places stay those of words`() {
    let tokens = SpanTokens.tokens("a - b -- c")
    #expect(tokens.count == 5 && Set(tokens).count == 5)
    #expect(SpanTokens.count("a - b -- c") == 5)
  }

  @Test func `a token is the first u32 of the word's hash, below 65,535`() throws {
    let hash = SHA256.hash(Array("colophon/word/v1\0fox".utf8)).bytes
    let first = hash[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    #expect(SpanTokens.tokens("Fox.") == [first % 65_535] && NearTexts.tokens("fox") == [first])
    let many = SpanTokens.tokens((0..<20_000).map { "w\($0)" }.joined(separator: " "))
    #expect(many.allSatisfy { $0 < 65_535 })
  }

  @Test func `a table is counted, written, read back, and has the digest of its file`() throws {
    let texts = ["the the the fox", "the dog"].map(SpanTokens.tokens)
    let table = try RarityTable(texts: texts)
    let (the, fox) = (Int(SpanTokens.tokens("the")[0]), Int(SpanTokens.tokens("fox")[0]))
    #expect(table.costs.count == 65_535 && table.costs[fox] > table.costs[the])
    #expect(table.costs[fox] == RarityTable.cost(1, of: 6) && table.costs[the] == RarityTable.cost(4, of: 6))
    let file = table.file
    #expect(file.count == RarityTable.fileBytes && table.digest == SHA256.hash(file))
    #expect(file[2 * fox] == UInt8(table.costs[fox] >> 8) && file[2 * fox + 1] == UInt8(table.costs[fox] & 0xFF))
    #expect(try RarityTable(file: file) == table)
    for wrong in [Array(file.dropLast()), file + [0], []] {
      #expect(throws: CreditError.self) { try RarityTable(file: wrong) }
    }
  }

  @Test func `who has only the spans that pay computes the same payments`() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let count = Int.random(in: 1...40, using: &random)
      var (spans, end): ([Range<Int>], Int) = ([], 0)
      for start in 0..<count where Bool.random(using: &random) && end < count {
        end = Int.random(in: max(end, start) + 1...count, using: &random)
        spans.append(start..<end)
      }
      let paid = SpanMethod.paid(spans, of: count)
      #expect(paid.reduce(0, +) == Set(spans.flatMap { Array($0) }).count, "\(spans)")
      let paying = zip(spans, paid).filter { $0.1 > 0 }
      #expect(SpanMethod.paid(paying.map(\.0), of: count) == paying.map(\.1), "\(spans)")
    }
  }
}
