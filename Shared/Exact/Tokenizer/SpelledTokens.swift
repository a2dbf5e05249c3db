/// The texts of a vocabulary, checked: kinds, lengths, and that no two of one name space are equal.
///
/// Normal tokens are one name space and special ones another: a control token may spell what a normal token spells.
struct SpelledTokens {
  private(set) var kinds: [Vocabulary.Kind] = []
  private(set) var texts: TokenTexts
  private(set) var normal: TokenIndex
  private(set) var literals: TokenIndex
  private(set) var longestNormal = 0
  /// Ids of those that are neither normal nor a byte.
  private(set) var specials: [UInt32] = []

  /// - Parameter spell: the bytes that a token which is no marker spells; throws what makes it inconsistent.
  init(
    _ tokens: [String], types: [Int32], allowed: Set<Vocabulary.Kind>,
    spell: (Int, Vocabulary.Kind, UnsafeBufferPointer<UInt8>, inout [UInt8]) throws(VocabularyFault) -> Void
  ) throws(TokenizerError) {
    guard 1...Vocabulary.maximumTokenCount ~= tokens.count else {
      throw .invalidVocabulary(.tokenCount(tokens.count, limit: Vocabulary.maximumTokenCount))
    }
    guard types.count == tokens.count else {
      throw .invalidVocabulary(.typeCount(types: types.count, tokens: tokens.count))
    }
    texts = TokenTexts(reserving: tokens.count, bytes: 8 * tokens.count)
    normal = TokenIndex(tokens.count)
    literals = TokenIndex(types.count { $0 != Vocabulary.Kind.normal.rawValue })
    kinds.reserveCapacity(tokens.count)
    do throws(VocabularyFault) {
      var scratch: [UInt8] = []
      for (id, token) in tokens.enumerated() {
        guard let kind = Vocabulary.Kind(rawValue: types[id]), kind == .normal || allowed.contains(kind) else {
          throw VocabularyFault.tokenType(id: id, type: types[id])
        }
        scratch.removeAll(keepingCapacity: true)
        try token.withBytes { (bytes) throws(VocabularyFault) in
          guard bytes.count <= Vocabulary.maximumTokenBytes else {
            throw .tokenTooLong(id: id, bytes: bytes.count, limit: Vocabulary.maximumTokenBytes)
          }
          if kind == .normal || kind == .byte {
            try spell(id, kind, bytes, &scratch)
          } else {
            scratch.append(contentsOf: bytes)
          }
        }
        try add(kind, scratch)
      }
    } catch {
      throw .invalidVocabulary(error)
    }
  }

  private mutating func add(_ kind: Vocabulary.Kind, _ text: [UInt8]) throws(VocabularyFault) {
    let id = kinds.count
    guard texts.byteCount + text.count <= Vocabulary.maximumBytes else {
      throw .totalBytes(limit: Vocabulary.maximumBytes)
    }
    kinds.append(kind)
    texts.append(text)
    if kind == .normal { longestNormal = max(longestNormal, text.count) }
    // Byte tokens are found by their byte.
    if kind == .byte { return }
    let first = kind == .normal ? normal.insert(UInt32(id), texts) : literals.insert(UInt32(id), texts)
    if let first { throw .duplicateToken(id: id, first: Int(first)) }
    if kind == .normal { return }
    specials.append(UInt32(id))
    guard specials.count <= Vocabulary.maximumSpecialTokenCount else {
      throw .specialTokenCount(specials.count, limit: Vocabulary.maximumSpecialTokenCount)
    }
  }
}

extension String {
  /// The UTF-8 bytes without a copy where the string has them in one piece, as those that were read from a file have.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var copy = self
    var outcome: Swift.Result<Result, Failure>?
    copy.withUTF8 { bytes in
      do throws(Failure) { outcome = .success(try body(bytes)) } catch { outcome = .failure(error) }
    }
    guard let outcome else { preconditionFailure("withUTF8 calls its body") }
    return try outcome.get()
  }
}
