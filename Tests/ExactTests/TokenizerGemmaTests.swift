import Testing

@testable import Exact
@testable import ExactReference

/// The real vocabulary of Gemma 3, against the tokens of llama.cpp.
@Suite struct TokenizerGemmaTests {
  static let shared = Result {
    try Tokenizer(vocabulary: Vocabulary(metadata: GGUFFile.open(path: ModelFixture.gemmaPath()).metadata))
  }

  let tokenizer: Tokenizer

  init() throws { tokenizer = try Self.shared.get() }

  func encode(_ text: String, parseSpecial: Bool = false) throws -> [UInt32] {
    try tokenizer.encode(Array(text.utf8), parseSpecial: parseSpecial)
  }

  @Test("all vectors are equal, both ways")
  func vectors() throws {
    let lines: [TokenizerTests.Line] = try ModelFixture.lines("llm/tokenizer_gemma3.jsonl")
    #expect(lines.count == 61)
    for line in lines {
      let tokens = try encode(line.text, parseSpecial: line.parseSpecial)
      #expect(tokens == line.tokens, "line \(line.id): \(line.text.debugDescription)")
      let bytes = try tokenizer.decode(line.tokens, renderSpecial: true)
      #expect((bytes == Array(line.text.utf8)) == line.roundtrip, "line \(line.id)")
    }
  }

  @Test("the file asks for its beginning and ends a generation at the end of the text or of a turn")
  func roles() throws {
    let vocabulary = tokenizer.vocabulary
    #expect(vocabulary.count == 262_144 && vocabulary.beginning == [2])
    #expect(vocabulary.encoding == .sentencePiece(spacePrefix: false))
    #expect((0..<262_144).filter { tokenizer.isEndOfGeneration($0) } == [1, 106])
    #expect(vocabulary.controlToken("<start_of_turn>") == 105)
    #expect(vocabulary.byteTokens.compactMap { $0 } == Array(238..<494))
  }

  @Test("merging by queue equals merging by the definition")
  func definition() throws {
    let vocabulary = tokenizer.vocabulary
    let lines: [TokenizerTests.Line] = try ModelFixture.lines("llm/tokenizer_gemma3.jsonl")
    for line in lines where line.text.utf8.count < 120 && !line.text.contains("\u{2581}") {
      let text = Array(line.text.utf8)
      var merged: [UInt32] = []
      var encoder = SentencePieceEncoder(vocabulary, prefixed: false)
      try encoder.encode(text[...], into: &merged)
      // Symbols as byte ranges; each step looks at all neighbours.
      var cuts = line.text.unicodeScalars.reduce(into: [0]) { $0.append($0[$0.count - 1] + UTF8.width($1)) }
      while true {
        let pairs = (0..<max(0, cuts.count - 2)).compactMap { index in
          vocabulary.normalTokens.find(text[cuts[index]..<cuts[index + 2]], vocabulary.texts)
            .map { (vocabulary.ranks[Int($0)], index) }
        }
        guard let best = pairs.min(by: <) else { break }
        cuts.remove(at: best.1 + 1)
      }
      let expected = zip(cuts, cuts.dropFirst()).flatMap { start, end -> [UInt32] in
        let whole = vocabulary.normalTokens.find(text[start..<end], vocabulary.texts)
        return whole.map { [$0] } ?? text[start..<end].compactMap { vocabulary.byteTokens[Int($0)] }
      }
      #expect(merged == expected, "line \(line.id)")
    }
  }

  @Test("any token sequence streams to the text of all its bytes")
  func streaming() throws {
    for seed: UInt32 in 0..<40 {
      let tokens = (UInt32(0)..<200).map { index -> UInt32 in
        let block = Philox4x32.block(counter: SIMD4(index, 0, 0, 0), key: SIMD2(seed, 7))
        return block[0] & 1 == 0 ? 238 + block[1] % 256 : block[1] % 262_144
      }
      var decoder = StreamingDecoder(tokenizer)
      var text = ""
      for token in tokens { text += try decoder.push(token) }
      text += decoder.finish()
      #expect(text.utf8.elementsEqual(String(decoding: try tokenizer.decode(tokens), as: UTF8.self).utf8))
    }
  }

  @Test("a hostile megabyte takes near-linear time and comes back whole", arguments: ["a", " ", "<", "\n", "日", "é"])
  func hostileLength(unit: String) throws {
    let text = Array(String(repeating: unit, count: 1_000_000 / unit.utf8.count).utf8)
    #expect(try tokenizer.decode(encode(String(decoding: text, as: UTF8.self), parseSpecial: true)) == text)
  }
}
