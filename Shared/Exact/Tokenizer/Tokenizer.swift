/// Text to tokens and back: byte-level BPE with the `smollm` pre-tokenizer, or SentencePiece BPE, as the vocabulary says.
///
/// ```swift
/// let tokenizer = Tokenizer(vocabulary: vocabulary)
/// let ids = try tokenizer.encode(Array("The capital of France is".utf8), parseSpecial: false)
/// ```
public struct Tokenizer: Sendable {
  /// Most bytes that one call of `encode` takes.
  public static let maximumInputBytes = 1 << 24

  public let vocabulary: Vocabulary
  /// Cut out where the caller allows special tokens, and where it does not.
  private let specials: SpecialTokenMatcher
  private let userDefined: SpecialTokenMatcher
  private let endOfGeneration: Set<UInt32>

  public init(vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    specials = SpecialTokenMatcher(vocabulary, kinds: [.control, .unknown, .userDefined])
    // SentencePiece spells runs of spaces and newlines, among others, by user-defined tokens alone.
    userDefined = SpecialTokenMatcher(vocabulary, kinds: vocabulary.encoding == .byteLevel ? [] : [.userDefined])
    var ends = Set([vocabulary.special.endOfSequence, vocabulary.special.endOfTurn].compactMap { $0 })
    // Files often name only one of them in their metadata; each means that nothing sensible follows.
    for text in ["<|im_end|>", "<|endoftext|>", "<end_of_turn>"] {
      if let id = vocabulary.controlToken(text) { ends.insert(id) }
    }
    endOfGeneration = ends
  }

  /// The tokens of UTF-8 text. None is added before or after: what the model expects at the beginning is
  /// `vocabulary.beginning`.
  ///
  /// - Parameter parseSpecial: whether the text of a control or user-defined token stands for that token. False for
  ///   anything that a user wrote: the text is then encoded like any other. User-defined tokens of a SentencePiece
  ///   vocabulary, which are words like any other, are found either way.
  /// - Throws: `invalidUTF8`, `unencodableByte` (the first such byte, never dropped), `inputTooLong`.
  public func encode(_ utf8: [UInt8], parseSpecial: Bool) throws(TokenizerError) -> [UInt32] {
    guard utf8.count <= Self.maximumInputBytes else {
      throw .inputTooLong(bytes: utf8.count, limit: Self.maximumInputBytes)
    }
    if let offset = WellFormedUTF8.firstIllFormed(utf8[...]) { throw .invalidUTF8(offset: offset) }
    var tokens: [UInt32] = []
    tokens.reserveCapacity(utf8.count / 3 + 1)
    let matcher = parseSpecial ? specials : userDefined
    switch vocabulary.encoding {
    case .byteLevel:
      var encoder = ByteLevelEncoder(vocabulary)
      try encode(utf8, matcher, &tokens) { (text, tokens) throws(TokenizerError) in
        try encoder.encode(text, into: &tokens)
      }
    case .sentencePiece(let spacePrefix):
      var encoder = SentencePieceEncoder(vocabulary, prefixed: spacePrefix)
      try encode(utf8, matcher, &tokens) { (text, tokens) throws(TokenizerError) in
        try encoder.encode(text, into: &tokens)
      }
    }
    return tokens
  }

  private func encode(
    _ utf8: [UInt8], _ matcher: SpecialTokenMatcher, _ tokens: inout [UInt32],
    _ encodeText: (ArraySlice<UInt8>, inout [UInt32]) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    var start = 0
    while start < utf8.count {
      let match = matcher.firstMatch(in: utf8, from: start)
      try encodeText(utf8[start..<(match?.range.lowerBound ?? utf8.count)], &tokens)
      guard let match else { break }
      tokens.append(match.id)
      start = match.range.upperBound
    }
  }

  /// The bytes that `tokens` spell; not always UTF-8, since a token may hold part of a character.
  ///
  /// - Parameter renderSpecial: whether control tokens appear as their text; otherwise they spell nothing.
  public func decode(_ tokens: [UInt32], renderSpecial: Bool = false) throws(TokenizerError) -> [UInt8] {
    var result: [UInt8] = []
    for token in tokens {
      guard token < vocabulary.count else { throw .unknownToken(token, vocabularyCount: vocabulary.count) }
      switch vocabulary.kinds[Int(token)] {
      case .control where !renderSpecial, .unknown where !renderSpecial: break
      default: result.append(contentsOf: vocabulary.texts[Int(token)])
      }
    }
    return result
  }

  /// The bytes of one token as it appears in generated text: none for a control token or an id that is no token.
  public func bytes(of token: UInt32) -> [UInt8] { vocabulary.bytes(of: token) ?? [] }

  /// Whether generation stops at this token (end of sequence, end of turn).
  public func isEndOfGeneration(_ id: UInt32) -> Bool {
    endOfGeneration.contains(id)
  }
}
