import Foundation
import Testing

@testable import Exact
@testable import ExactReference

/// The real vocabulary, against tokens that two other implementations agree on.
@Suite struct TokenizerTests {
  struct Line: Decodable {
    var id: Int
    var text: String
    var tokens: [UInt32]
    var parseSpecial: Bool
    var roundtrip: Bool
  }

  static func lines() throws -> [Line] { try ModelFixture.lines("llm/tokenizer_smollm2.jsonl") }

  static let metadata = Result { try GGUFFile.open(path: ModelFixture.realModelPath()).metadata }
  static let shared = Result { try Tokenizer(vocabulary: Vocabulary(metadata: metadata.get())) }

  let tokenizer: Tokenizer

  init() throws {
    tokenizer = try Self.shared.get()
  }

  func encode(_ text: String, parseSpecial: Bool = false) throws -> [UInt32] {
    try tokenizer.encode(Array(text.utf8), parseSpecial: parseSpecial)
  }

  @Test("all 150 vectors are equal, both ways")
  func vectors() throws {
    let lines = try Self.lines()
    #expect(lines.count == 150)
    for line in lines {
      let tokens = try encode(line.text, parseSpecial: line.parseSpecial)
      #expect(tokens == line.tokens, "line \(line.id): \(line.text.debugDescription)")
      if line.roundtrip {
        let bytes = try tokenizer.decode(line.tokens, renderSpecial: true)
        #expect(bytes == Array(line.text.utf8), "line \(line.id)")
      }
    }
  }

  @Test("the 21 bytes without a token are refused with the byte and its offset")
  func missingBytes() throws {
    let missing = (0...255).filter { tokenizer.vocabulary.byteTokens[$0] == nil }
    #expect(missing.count == 21)
    #expect(missing == [0x04, 0x06, 0x13, 0x14, 0x16, 0x1d, 0xc0, 0xc1, 0xf1, 0xf2] + Array(0xf5...0xff))
    #expect(throws: TokenizerError.unencodableByte(0x04, offset: 3)) { try encode("abc\u{4}def") }
    #expect(throws: TokenizerError.unencodableByte(0x1d, offset: 0)) { try encode("\u{1d}") }
    #expect(throws: TokenizerError.unencodableByte(0xf1, offset: 13)) {
      try encode("<|im_start|>\n\u{40000}", parseSpecial: true)
    }
    let text = "\(TokenizerError.unencodableByte(0x04, offset: 3))"
    #expect(text.contains("0x04") && text.contains("offset 3"))
  }

  @Test(
    "text that is not UTF-8 is refused where it goes wrong",
    arguments: [
      ([0x61, 0x80], 1), ([0xc3], 0), ([0x61, 0x62, 0xe2, 0x82], 2), ([0xed, 0xa0, 0x80], 0), ([0xc0, 0x80], 0),
      ([0xe0, 0x80, 0x80], 0), ([0xf0, 0x8f, 0xbf, 0xbf], 0), ([0xf4, 0x90, 0x80, 0x80], 0), ([0x61, 0xff], 1),
    ] as [([UInt8], Int)])
  func invalidUTF8(bytes: [UInt8], offset: Int) {
    #expect(throws: TokenizerError.invalidUTF8(offset: offset)) { try tokenizer.encode(bytes, parseSpecial: false) }
  }

  @Test("markers are tokens only where the caller allows them")
  func specials() throws {
    #expect(try encode("<|im_start|>user<|im_end|>", parseSpecial: true) == [1, 4093, 2])
    let asText = try encode("<|im_start|>user<|im_end|>")
    #expect(asText.allSatisfy { $0 > 16 })
    #expect(try tokenizer.decode(asText) == Array("<|im_start|>user<|im_end|>".utf8))
    #expect(try encode("<|im_start", parseSpecial: true) == encode("<|im_start"))
  }

  @Test("control tokens spell nothing in an answer unless asked for")
  func rendering() throws {
    #expect(try tokenizer.decode([1, 4093, 2]) == Array("user".utf8))
    #expect(try tokenizer.decode([1, 4093, 2], renderSpecial: true) == Array("<|im_start|>user<|im_end|>".utf8))
    #expect(tokenizer.bytes(of: 4093) == Array("user".utf8))
    #expect(tokenizer.bytes(of: 2) == [] && tokenizer.bytes(of: .max) == [])
    #expect(throws: TokenizerError.unknownToken(49152, vocabularyCount: 49152)) { try tokenizer.decode([49152]) }
  }

  @Test("generation ends at the end of a turn and of the text, nowhere else")
  func endOfGeneration() {
    #expect((0..<49152).filter { tokenizer.isEndOfGeneration($0) } == [0, 2])
  }

  @Test("any token sequence streams to the text of all its bytes, and never to half a character")
  func streaming() throws {
    for seed: UInt64 in 0..<60 {
      let tokens = (0..<200).map { index -> UInt32 in
        let block = Philox4x32.block(counter: SIMD4(UInt32(index), 0, 0, 0), key: SIMD2(UInt32(seed), 0))
        // Half of them single bytes, which make every kind of broken sequence.
        let bytes = tokenizer.vocabulary.byteTokens.compactMap { $0 }
        return block[0] & 1 == 0 ? bytes[Int(block[1]) % bytes.count] : block[1] % 49152
      }
      var decoder = StreamingDecoder(tokenizer)
      var text = ""
      for token in tokens { text += try decoder.push(token) }
      text += decoder.finish()
      #expect(text.utf8.elementsEqual(String(decoding: try tokenizer.decode(tokens), as: UTF8.self).utf8))
    }
  }

  @Test("a character of several tokens appears when its last byte does")
  func heldBack() throws {
    let tokens = Array("a😀".utf8).compactMap { tokenizer.vocabulary.byteTokens[Int($0)] }
    var decoder = StreamingDecoder(tokenizer)
    #expect(try tokens.map { try decoder.push($0) } == ["a", "", "", "", "😀"])
    #expect(decoder.finish() == "")
    #expect(try tokens.dropLast().map { try decoder.push($0) } == ["a", "", "", ""])
    #expect(decoder.finish() == "\u{fffd}")
    #expect(decoder.finish() == "")
  }

  @Test("a hostile megabyte takes near-linear time and comes back whole", arguments: ["a", " ", "!", "é", "ab"])
  func hostileLength(unit: String) throws {
    let text = Array(String(repeating: unit, count: 1_000_000 / unit.utf8.count).utf8)
    let tokens = try tokenizer.encode(text, parseSpecial: true)
    #expect(try tokenizer.decode(tokens) == text)
  }

  @Test("input above the limit is refused before any work")
  func inputLimit() {
    let limit = Tokenizer.maximumInputBytes
    #expect(throws: TokenizerError.inputTooLong(bytes: limit + 1, limit: limit)) {
      try tokenizer.encode([UInt8](repeating: 0x61, count: limit + 1), parseSpecial: false)
    }
  }

  @Test("merging by queue equals merging by the definition")
  func definition() throws {
    let vocabulary = tokenizer.vocabulary
    for line in try Self.lines() where line.text.utf8.count < 200 {
      let text = Array(line.text.utf8)
      var merged: [UInt32] = []
      var encoder = ByteLevelEncoder(vocabulary)
      try encoder.encode(text[...], into: &merged)
      var expected: [UInt32] = []
      try PreTokenizer(text[...]).forEachPiece { (range: Range<Int>) throws(TokenizerError) in
        expected += Self.merge(text[range].compactMap { vocabulary.byteTokens[Int($0)] }, vocabulary)
      }
      #expect(merged == expected)
    }
  }

  static func merge(_ bytes: [UInt32], _ vocabulary: Vocabulary) -> [UInt32] {
    var tokens = bytes
    while true {
      let pairs = zip(tokens, tokens.dropFirst()).enumerated().compactMap { position, pair in
        vocabulary.merges[UInt64(pair.0) << 32 | UInt64(pair.1)].map { ($0, position) }
      }
      guard let (merge, position) = pairs.min(by: { ($0.0.rank, $0.1) < ($1.0.rank, $1.1) }) else { return tokens }
      tokens.replaceSubrange(position...(position + 1), with: [merge.result])
    }
  }
}
