/// GPT-2 byte-level byte-pair encoding with the `smollm` pre-tokenizer.
///
/// ```swift
/// let tokenizer = Tokenizer(vocabulary: vocabulary)
/// let ids = try tokenizer.encode(Array("The capital of France is".utf8), parseSpecial: false)
/// ```
public struct Tokenizer: Sendable {
  /// Most bytes that one call of `encode` takes.
  public static let maximumInputBytes = 1 << 24

  public let vocabulary: Vocabulary
  private let specials: SpecialTokenMatcher
  private let endOfGeneration: Set<UInt32>

  public init(vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    specials = SpecialTokenMatcher(vocabulary)
    var ends = Set([vocabulary.special.endOfSequence, vocabulary.special.endOfTurn].compactMap { $0 })
    // Files often name only one of the two in their metadata; both mean that nothing sensible follows.
    for text in ["<|im_end|>", "<|endoftext|>"] {
      if let id = vocabulary.controlToken(text) { ends.insert(id) }
    }
    endOfGeneration = ends
  }

  /// The tokens of UTF-8 text. No token is added before or after.
  ///
  /// - Parameter parseSpecial: whether the text of a control or user-defined token stands for that token. False for
  ///   anything that a user wrote: the text is then encoded like any other.
  /// - Throws: `invalidUTF8`, `unencodableByte` (the first such byte, never dropped), `inputTooLong`.
  public func encode(_ utf8: [UInt8], parseSpecial: Bool) throws(TokenizerError) -> [UInt32] {
    guard utf8.count <= Self.maximumInputBytes else {
      throw .inputTooLong(bytes: utf8.count, limit: Self.maximumInputBytes)
    }
    if let offset = WellFormedUTF8.firstIllFormed(utf8[...]) { throw .invalidUTF8(offset: offset) }
    var tokens: [UInt32] = []
    tokens.reserveCapacity(utf8.count / 3 + 1)
    var merger = BytePairMerger(vocabulary)
    var start = 0
    while start < utf8.count {
      let match = parseSpecial ? specials.firstMatch(in: utf8, from: start) : nil
      try encodeText(utf8[start..<(match?.range.lowerBound ?? utf8.count)], with: &merger, into: &tokens)
      guard let match else { break }
      tokens.append(match.id)
      start = match.range.upperBound
    }
    return tokens
  }

  /// The bytes that `tokens` spell; not always UTF-8, since a token may hold part of a character.
  ///
  /// - Parameter renderSpecial: whether control tokens appear as their text; otherwise they spell nothing.
  public func decode(_ tokens: [UInt32], renderSpecial: Bool = false) throws(TokenizerError) -> [UInt8] {
    var result: [UInt8] = []
    for token in tokens {
      guard token < vocabulary.count else { throw .unknownToken(token, vocabularyCount: vocabulary.count) }
      if renderSpecial || vocabulary.kinds[Int(token)] != .control {
        result.append(contentsOf: vocabulary.bytes[Int(token)])
      }
    }
    return result
  }

  /// The bytes of one token as it appears in generated text: none for a control token or an id that is no token.
  public func bytes(of token: UInt32) -> [UInt8] {
    guard token < vocabulary.count, vocabulary.kinds[Int(token)] != .control else { return [] }
    return vocabulary.bytes[Int(token)]
  }

  /// Whether generation stops at this token (end of sequence, end of turn).
  public func isEndOfGeneration(_ id: UInt32) -> Bool {
    endOfGeneration.contains(id)
  }

  private func encodeText(
    _ text: ArraySlice<UInt8>, with merger: inout BytePairMerger, into tokens: inout [UInt32]
  ) throws(TokenizerError) {
    var piece: [UInt32] = []
    try PreTokenizer(text).forEachPiece { (range: Range<Int>) throws(TokenizerError) in
      piece.removeAll(keepingCapacity: true)
      for offset in range {
        guard let token = vocabulary.byteTokens[Int(text[offset])] else {
          throw .unencodableByte(text[offset], offset: offset)
        }
        piece.append(token)
      }
      merger.merge(piece, into: &tokens)
    }
  }
}
