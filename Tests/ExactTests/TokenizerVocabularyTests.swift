import Testing

@testable import Exact

@Suite struct TokenizerVocabularyTests {
  static let letters = ["a", "b", "c", "ab", "abc", "Ġ"]

  static func make(
    tokens: [String] = letters, types: [Int32]? = nil, merges: [String] = ["a b", "ab c"],
    special: Vocabulary.SpecialIDs = .init()
  ) throws -> Vocabulary {
    try Vocabulary(
      tokens: tokens, types: types ?? tokens.map { _ in 1 }, merges: merges, special: special)
  }

  @Test("a small vocabulary encodes by rank")
  func small() throws {
    let tokenizer = Tokenizer(vocabulary: try Self.make())
    #expect(try tokenizer.encode(Array("abcab c".utf8), parseSpecial: false) == [4, 3, 5, 2])
  }

  @Test("an inconsistent vocabulary is refused with the place")
  func faults() {
    func refused(_ fault: VocabularyFault, _ make: () throws -> Vocabulary) {
      #expect(throws: TokenizerError.invalidVocabulary(fault)) { try make() }
    }
    refused(.tokenCount(0, limit: 1 << 20)) { try Self.make(tokens: [], merges: []) }
    refused(.typeCount(types: 1, tokens: 6)) { try Self.make(types: [1]) }
    refused(.duplicateToken(id: 2, first: 0)) { try Self.make(tokens: ["a", "b", "a"], merges: []) }
    refused(.duplicateToken(id: 1, first: 0)) { try Self.make(tokens: ["<x>", "<x>"], types: [3, 4], merges: []) }
    refused(.notByteLevel(id: 1)) { try Self.make(tokens: ["a", "日"], merges: []) }
    refused(.notByteLevel(id: 0)) { try Self.make(tokens: [" "], merges: []) }
    for type: Int32 in [2, 6, 7] {
      refused(.tokenType(id: 0, type: type)) { try Self.make(tokens: ["a"], types: [type], merges: []) }
    }
    refused(.tokenType(id: 0, type: -1)) { try Self.make(tokens: ["a"], types: [-1], merges: []) }
    for merge in ["ab", "a b c", " b", "a ", "", "a  b", "a 日"] {
      refused(.malformedMerge(index: 0)) { try Self.make(merges: [merge]) }
    }
    refused(.mergeOfUnknownToken(index: 1)) { try Self.make(merges: ["a b", "b a"]) }
    refused(.duplicateMerge(index: 1)) { try Self.make(merges: ["a b", "a b"]) }
    refused(.idOutOfRange(key: "eos_token_id", id: 6)) { try Self.make(special: .init(endOfSequence: 6)) }
    refused(.tokenTooLong(id: 0, bytes: 5000, limit: 4096)) {
      try Self.make(tokens: [String(repeating: "a", count: 5000)], merges: [])
    }
    refused(.specialTokenCount(65_537, limit: 65_536)) {
      try Self.make(tokens: (0..<66_000).map { "<\($0)>" }, types: Array(repeating: 3, count: 66_000), merges: [])
    }
    refused(.totalBytes(limit: 1 << 26)) {
      let long = String(repeating: "a", count: 4090)
      return try Self.make(tokens: (0..<16_500).map { "\(1_000_000 + $0)" + long.dropLast(7) }, merges: [])
    }
  }

  @Test("the longest of several markers at the leftmost place wins")
  func markers() throws {
    let vocabulary = try Self.make(
      tokens: Self.letters + ["<a", "<a>", "a>", ""], types: [1, 1, 1, 1, 1, 1, 3, 4, 3, 3])
    let tokenizer = Tokenizer(vocabulary: vocabulary)
    #expect(try tokenizer.encode(Array("ab<a>c<ab".utf8), parseSpecial: true) == [3, 7, 2, 6, 1])
  }

  static let metadata: [String: GGUFValue] = [
    "tokenizer.ggml.model": .string("gpt2"), "tokenizer.ggml.pre": .string("smollm"),
    "tokenizer.ggml.tokens": .array(letters.map { .string($0) }),
    "tokenizer.ggml.token_type": .array(letters.map { _ in .int32(1) }),
    "tokenizer.ggml.merges": .array([.string("a b")]),
    "tokenizer.ggml.eos_token_id": .uint32(2), "tokenizer.ggml.add_bos_token": .bool(false),
  ]

  @Test("metadata that ask for another tokenizer are refused by their key")
  func metadataFaults() throws {
    #expect(try Vocabulary(metadata: Self.metadata).special == .init(endOfSequence: 2))
    for key in ["model", "pre", "tokens", "token_type", "merges"].map({ "tokenizer.ggml.\($0)" }) {
      var metadata = Self.metadata
      metadata[key] = nil
      #expect(throws: TokenizerError.missingMetadata(key: key)) { try Vocabulary(metadata: metadata) }
      metadata[key] = .uint32(1)
      #expect(throws: TokenizerError.missingMetadata(key: key)) { try Vocabulary(metadata: metadata) }
    }
    for (key, value, supported) in [("model", "t5", "gpt2, llama"), ("pre", "llama-bpe", "smollm")] {
      var metadata = Self.metadata
      metadata["tokenizer.ggml.\(key)"] = .string(value)
      let error = TokenizerError.unsupportedMetadata(
        key: "tokenizer.ggml.\(key)", value: value, supported: supported)
      #expect(throws: error) { try Vocabulary(metadata: metadata) }
    }
    for name in ["remove_extra_whitespaces", "precompiled_charsmap", "scored"] {
      var metadata = Self.metadata
      metadata["tokenizer.ggml.\(name)"] = .bool(false)
      #expect(throws: TokenizerError.unknownMetadata(key: "tokenizer.ggml.\(name)")) {
        try Vocabulary(metadata: metadata)
      }
    }
    for name in ["add_eos_token", "add_sep_token", "add_space_prefix"] {
      var metadata = Self.metadata
      metadata["tokenizer.ggml.\(name)"] = .bool(true)
      let error = TokenizerError.unsupportedMetadata(
        key: "tokenizer.ggml.\(name)", value: "true", supported: "false or absent")
      #expect(throws: error) { try Vocabulary(metadata: metadata) }
      metadata["tokenizer.ggml.\(name)"] = .uint8(0)
      #expect(throws: TokenizerError.missingMetadata(key: "tokenizer.ggml.\(name)")) {
        try Vocabulary(metadata: metadata)
      }
    }
    for name in ["bos_token_id", "eos_token_id", "eot_token_id"] {
      var metadata = Self.metadata
      metadata["tokenizer.ggml.\(name)"] = .int32(-1)
      #expect(throws: TokenizerError.missingMetadata(key: "tokenizer.ggml.\(name)")) {
        try Vocabulary(metadata: metadata)
      }
      metadata["tokenizer.ggml.\(name)"] = .uint32(99)
      #expect(throws: TokenizerError.invalidVocabulary(.idOutOfRange(key: name, id: 99))) {
        try Vocabulary(metadata: metadata)
      }
    }
  }

  @Test("a model that begins its sequences says with which token, and encoding does not add it")
  func beginning() throws {
    var metadata = Self.metadata
    metadata["tokenizer.ggml.add_bos_token"] = .bool(true)
    #expect(throws: TokenizerError.missingMetadata(key: "tokenizer.ggml.bos_token_id")) {
      try Vocabulary(metadata: metadata)
    }
    metadata["tokenizer.ggml.bos_token_id"] = .uint32(5)
    let vocabulary = try Vocabulary(metadata: metadata)
    #expect(vocabulary.beginning == [5])
    #expect(try Tokenizer(vocabulary: vocabulary).encode(Array("ab".utf8), parseSpecial: true) == [3])
    #expect(try Vocabulary(metadata: Self.metadata).beginning == [])
  }

  @Test("a token's bytes are known but for markers and ids that are none")
  func bytes() throws {
    let vocabulary = try Self.make(tokens: Self.letters + ["<a>", "<u>"], types: [1, 1, 1, 1, 1, 1, 3, 4])
    #expect(vocabulary.bytes(of: 4) == Array("abc".utf8) && vocabulary.bytes(of: 5) == [0x20])
    #expect(vocabulary.bytes(of: 6) == nil && vocabulary.bytes(of: 7) == Array("<u>".utf8))
    #expect(vocabulary.bytes(of: 8) == nil && vocabulary.controlToken("<a>") == 6)
    #expect(vocabulary.controlToken("<u>") == nil && vocabulary.controlToken("ab") == nil)
  }
}
