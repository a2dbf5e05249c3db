import Testing

@testable import Exact

/// SentencePiece BPE on vocabularies small enough to follow by hand.
@Suite struct TokenizerSentencePieceTests {
  typealias Piece = (text: String, score: Float, type: Int32)

  /// 0...4 markers, then words, then all bytes but 0xff from 20 on.
  static let pieces: [Piece] =
    [
      ("<unk>", -1_000, 2), ("<s>", -1_000, 3), ("</s>", -1_000, 3), ("\n", -1_000, 4), ("  ", -1_000, 4),
      ("a", -10, 1), ("b", -11, 1), ("c", -12, 1), ("▁", -13, 1), ("é", -14, 1), ("ab", -1, 1), ("bc", -1, 1),
      ("▁a", -2, 1), ("▁ab", -5, 1), ("abc", -6, 1), ("<", -15, 1), ("s>", -3, 1), ("s", -16, 1), (">", -17, 1),
      ("zz", -4, 5),
    ] + (0..<255).map { ("<0x" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) + ">", 0, 6) }

  static func make(
    _ pieces: [Piece] = pieces, scores: [Float]? = nil, spacePrefix: Bool = false,
    special: Vocabulary.SpecialIDs = .init(beginOfSequence: 1, endOfSequence: 2)
  ) throws -> Vocabulary {
    try Vocabulary(
      pieces: pieces.map(\.text), scores: scores ?? pieces.map(\.score), types: pieces.map(\.type),
      spacePrefix: spacePrefix, special: special, beginsSequence: true)
  }

  static func encode(_ text: String, spacePrefix: Bool = false, parseSpecial: Bool = false) throws -> [UInt32] {
    try Tokenizer(vocabulary: make(spacePrefix: spacePrefix)).encode(Array(text.utf8), parseSpecial: parseSpecial)
  }

  static func byte(_ value: UInt32) -> UInt32 { 20 + value }

  @Test("the higher score merges first, the leftmost of equals first")
  func order() throws {
    #expect(try Self.encode("abc") == [14])  // ab + c; bc has the same score but stands to the right
    #expect(try Self.encode("bcab") == [11, 10])
    #expect(try Self.encode(" ab") == [13])  // ab before ▁a
    #expect(try Self.encode("a b") == [5, 8, 6])
    #expect(try Self.encode("") == [])
  }

  @Test("a character without a token becomes its bytes, a byte without a token is an error with its offset")
  func fallback() throws {
    #expect(try Self.encode("é日") == [9, Self.byte(0xe6), Self.byte(0x97), Self.byte(0xa5)])
    #expect(try Self.encode("zz") == [Self.byte(0x7a), Self.byte(0x7a)])
    var pieces = Self.pieces
    pieces.removeAll { $0.text == "<0x97>" }
    let tokenizer = Tokenizer(vocabulary: try Self.make(pieces, spacePrefix: true))
    #expect(throws: TokenizerError.unencodableByte(0x97, offset: 7)) {
      try tokenizer.encode(Array("▁\na 日".utf8), parseSpecial: false)
    }
  }

  @Test("what a user wrote never becomes a marker or a byte token, by merging either")
  func markers() throws {
    #expect(try Self.encode("<s>", parseSpecial: true) == [1])
    #expect(try Self.encode("<s>") == [15, 16])
    #expect(try Self.encode("<0x41>").count == 6)
    #expect(try Self.encode("a\n  b") == [5, 3, 4, 6])
    #expect(try Self.encode("   ") == [4, 8])
  }

  @Test("a space goes before the text and after each special token where the model asks for it")
  func spacePrefix() throws {
    #expect(try Self.encode("ab", spacePrefix: true) == [13])
    #expect(try Self.encode("ab\nab", spacePrefix: true) == [13, 3, 13])
    #expect(try Self.encode("<s>ab", spacePrefix: true, parseSpecial: true) == [1, 13])
    #expect(try Self.encode("", spacePrefix: true) == [] && Self.encode("\n", spacePrefix: true) == [3])
    let tokenizer = Tokenizer(vocabulary: try Self.make(spacePrefix: true))
    for (starts, expected) in [(true, "ab ab"), (false, " ab ab")] {
      var decoder = StreamingDecoder(tokenizer, startsText: starts)
      #expect(try [1, 13, 13].map { try decoder.push($0) }.joined() == expected)
    }
    var decoder = StreamingDecoder(Tokenizer(vocabulary: try Self.make()), startsText: true)
    #expect(try decoder.push(13) == " ab")
  }

  @Test("bytes that are tokens of their own stream as characters")
  func streaming() throws {
    let tokenizer = Tokenizer(vocabulary: try Self.make())
    var decoder = StreamingDecoder(tokenizer)
    let pushed = try [5, Self.byte(0xe6), Self.byte(0x97), Self.byte(0xa5), 8, 0, 2].map { try decoder.push($0) }
    #expect(pushed == ["a", "", "", "日", " ", "", ""])
    #expect(try tokenizer.decode([1, 13, 0], renderSpecial: true) == Array("<s> ab<unk>".utf8))
    #expect(tokenizer.vocabulary.bytes(of: 13) == Array(" ab".utf8) && tokenizer.vocabulary.bytes(of: 0) == nil)
    #expect(tokenizer.vocabulary.beginning == [1])
  }

  @Test("a long run takes near-linear time and comes back whole", arguments: ["a", " ", "<", "ab", "日"])
  func hostileLength(unit: String) throws {
    let text = Array(String(repeating: unit, count: 300_000 / unit.utf8.count).utf8)
    let tokenizer = Tokenizer(vocabulary: try Self.make())
    #expect(try tokenizer.decode(tokenizer.encode(text, parseSpecial: true)) == text)
  }

  @Test("ranks are ordered as scores are, the highest first")
  func ranks() {
    let scores: [Float] = [3e38, 1, 0x1p-149, 0, -0x1p-149, -1, -1_000, -255_504, -3e38]
    let ranks = scores.map(Vocabulary.rank)
    #expect(ranks == ranks.sorted() && Set(ranks).count == scores.count && ranks.last != .max)
    #expect(Vocabulary.rank(-0.0) == Vocabulary.rank(0))
  }

  @Test("an inconsistent vocabulary is refused with the place")
  func faults() {
    func refused(_ fault: VocabularyFault, _ make: () throws -> Vocabulary) {
      #expect(throws: TokenizerError.invalidVocabulary(fault)) { try make() }
    }
    refused(.scoreCount(scores: 1, tokens: 275)) { try Self.make(scores: [1]) }
    for score in [Float.nan, .infinity, -.infinity] {
      refused(.nonFiniteScore(id: 1)) { try Self.make([("a", 0, 1), ("b", score, 1)]) }
    }
    for text in ["<0x4>", "<0x041>", "<0x4g>", "<0xab>", "0x41", "A"] {
      refused(.malformedByteToken(id: 0)) { try Self.make([(text, 0, 6)]) }
    }
    refused(.duplicateToken(id: 1, first: 0)) { try Self.make([("<0x41>", 0, 6), ("<0x41>", 0, 6)]) }
    refused(.duplicateToken(id: 1, first: 0)) { try Self.make([("a", 0, 1), ("a", 0, 1)]) }
    refused(.literalSpace(id: 0)) { try Self.make([("a b", 0, 1)]) }
    refused(.tokenType(id: 0, type: 7)) { try Self.make([("a", 0, 7)]) }
    refused(.idOutOfRange(key: "bos_token_id", id: 1)) { try Self.make([("a", 0, 1)]) }
  }

  @Test("metadata: scores are asked for, the space and the beginning are on unless the file says otherwise")
  func metadata() throws {
    var metadata: [String: GGUFValue] = [
      "tokenizer.ggml.model": .string("llama"), "tokenizer.ggml.pre": .string("default"),
      "tokenizer.ggml.tokens": .array(Self.pieces.map { .string($0.text) }),
      "tokenizer.ggml.scores": .array(Self.pieces.map { .float32($0.score) }),
      "tokenizer.ggml.token_type": .array(Self.pieces.map { .int32($0.type) }),
      "tokenizer.ggml.bos_token_id": .uint32(1), "tokenizer.ggml.unknown_token_id": .uint32(0),
    ]
    #expect(try Vocabulary(metadata: metadata).encoding == .sentencePiece(spacePrefix: true))
    #expect(try Vocabulary(metadata: metadata).beginning == [1])
    metadata["tokenizer.ggml.add_space_prefix"] = .bool(false)
    metadata["tokenizer.ggml.add_bos_token"] = .bool(false)
    #expect(try Vocabulary(metadata: metadata).encoding == .sentencePiece(spacePrefix: false))
    #expect(try Vocabulary(metadata: metadata).beginning == [])
    metadata["tokenizer.ggml.pre"] = .string("gemma")
    let refused = TokenizerError.unsupportedMetadata(
      key: "tokenizer.ggml.pre", value: "gemma", supported: "default")
    #expect(throws: refused) { try Vocabulary(metadata: metadata) }
    metadata["tokenizer.ggml.pre"] = nil
    metadata["tokenizer.ggml.scores"] = nil
    #expect(throws: TokenizerError.missingMetadata(key: "tokenizer.ggml.scores")) {
      try Vocabulary(metadata: metadata)
    }
  }
}
