extension Vocabulary {
  /// A SentencePiece vocabulary (`llama`).
  ///
  /// - Parameters:
  ///   - pieces: the text of each id; normal ones with U+2581 for a space, byte tokens as `<0x0A>`, others literal.
  ///   - scores: one per piece; of two merges the one whose result has the higher score comes first.
  ///   - types: GGUF token types, one per piece: 1 to 6.
  ///   - spacePrefix: whether a space is put before a text and after each special token.
  ///   - beginsSequence: whether the model expects the token of the beginning of a sequence before a text.
  /// - Throws: `TokenizerError.invalidVocabulary` naming the token.
  public init(
    pieces: [String], scores: [Float], types: [Int32], spacePrefix: Bool, special: SpecialIDs, beginsSequence: Bool
  ) throws(TokenizerError) {
    guard scores.count == pieces.count else {
      throw .invalidVocabulary(.scoreCount(scores: scores.count, tokens: pieces.count))
    }
    if let id = scores.firstIndex(where: { !$0.isFinite }) {
      throw .invalidVocabulary(.nonFiniteScore(id: id))
    }
    var byteTokens = [UInt32?](repeating: nil, count: 256)
    let kinds: Set<Kind> = [.normal, .unknown, .control, .userDefined, .unused, .byte]
    let spelled = try SpelledTokens(pieces, types: types, allowed: kinds) {
      (id, kind, text, spelled) throws(VocabularyFault) in
      if kind == .byte {
        guard let byte = Self.byte(text) else { throw .malformedByteToken(id: id) }
        if let first = byteTokens[Int(byte)] { throw .duplicateToken(id: id, first: Int(first)) }
        byteTokens[Int(byte)] = UInt32(id)
        spelled.append(byte)
      } else {
        guard Self.spell(text, into: &spelled) else { throw .literalSpace(id: id) }
      }
    }
    try self.init(
      spelled, encoding: .sentencePiece(spacePrefix: spacePrefix), byteTokens: byteTokens, ranks: scores.map(Self.rank),
      special: special, beginsSequence: beginsSequence)
  }

  /// Ranks are ordered as scores are, the highest first; equal scores, the two zeros among them, have equal ranks.
  static func rank(_ score: Float) -> UInt32 {
    let bits = (score + 0).bitPattern  // -0 + 0 is +0
    return ~(bits >> 31 == 1 ? ~bits : bits | 1 << 31)
  }

  /// U+2581 becomes a space; false when there is a space already, which no text could reach.
  private static func spell(_ text: UnsafeBufferPointer<UInt8>, into spelled: inout [UInt8]) -> Bool {
    var offset = 0
    while offset < text.count {
      if text[offset] == 0x20 { return false }
      if text[offset] == 0xe2, offset + 2 < text.count, text[offset + 1] == 0x96, text[offset + 2] == 0x81 {
        spelled.append(0x20)
        offset += 3
      } else {
        spelled.append(text[offset])
        offset += 1
      }
    }
    return true
  }

  /// The byte of `<0x0A>`: two digits, in upper case.
  private static func byte(_ text: UnsafeBufferPointer<UInt8>) -> UInt8? {
    guard text.count == 6, text[..<3].elementsEqual("<0x".utf8), text[5] == UInt8(ascii: ">") else { return nil }
    var value: UInt8 = 0
    for digit in text[3..<5] {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (digit - UInt8(ascii: "0"))
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | (digit - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return value
  }
}
