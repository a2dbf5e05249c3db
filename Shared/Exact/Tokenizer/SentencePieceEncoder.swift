/// SentencePiece's byte-pair encoding (Kudo and Richardson, 2018) with byte fallback: characters merge by the score of
/// the token that their text makes; a character that no token spells becomes the tokens of its bytes.
///
/// Spaces take part as themselves: the vocabulary has been read with its U+2581 turned into them, and so is the text.
struct SentencePieceEncoder {
  private struct Rule: MergeRule {
    let vocabulary: Vocabulary
    var text: [UInt8] = []

    func token(_ range: Range<Int32>) -> UInt32? {
      guard range.count <= vocabulary.longestNormal else { return nil }
      return text.withUnsafeBufferPointer { text in
        let bytes = UnsafeBufferPointer(rebasing: text[Int(range.lowerBound)..<Int(range.upperBound)])
        return vocabulary.normalTokens.find(bytes, vocabulary.texts)
      }
    }

    func merge(_ left: MergeSymbol, _ right: MergeSymbol) -> Merge? {
      token(left.range.lowerBound..<right.range.upperBound)
        .map { Merge(rank: vocabulary.ranks[Int($0)], result: $0) }
    }
  }

  private let vocabulary: Vocabulary
  private let prefixed: Bool
  private var merger: SymbolMerger<Rule>
  private var symbols: [MergeSymbol] = []

  init(_ vocabulary: Vocabulary, prefixed: Bool) {
    self.vocabulary = vocabulary
    self.prefixed = prefixed
    merger = SymbolMerger(Rule(vocabulary: vocabulary))
  }

  /// Appends the tokens of one stretch of well-formed UTF-8, which gets a space in front when the model asks for it.
  /// Errors: `unencodableByte` with its index in `text`.
  mutating func encode(_ text: ArraySlice<UInt8>, into tokens: inout [UInt32]) throws(TokenizerError) {
    guard !text.isEmpty else { return }
    fill(text)
    let (vocabulary, prefixed) = (vocabulary, prefixed)
    let spaced = merger.rule.text
    try merger.merge(&symbols) { (symbol) throws(TokenizerError) in
      if symbol.token != .max { return tokens.append(symbol.token) }
      for offset in symbol.range {
        let byte = spaced[Int(offset)]
        guard let token = vocabulary.byteTokens[Int(byte)] else {
          let index = Self.index(in: text, ofSpaced: Int(offset) - (prefixed ? 1 : 0))
          throw .unencodableByte(byte, offset: index)
        }
        tokens.append(token)
      }
    }
  }

  private mutating func fill(_ text: ArraySlice<UInt8>) {
    symbols.removeAll(keepingCapacity: true)
    merger.rule.text.removeAll(keepingCapacity: true)
    if prefixed { append([0x20]) }
    var offset = text.startIndex
    while offset < text.endIndex {
      let length = Self.width(text[offset])
      let character = text[offset..<offset + length]
      append(Self.isSpaceMark(character) ? [0x20] : character)
      offset += length
    }
  }

  private mutating func append(_ character: ArraySlice<UInt8>) {
    let start = Int32(merger.rule.text.count)
    merger.rule.text.append(contentsOf: character)
    let range = start..<start + Int32(character.count)
    symbols.append(MergeSymbol(token: merger.rule.token(range) ?? .max, range: range))
  }

  private static func width(_ lead: UInt8) -> Int { lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4 }

  /// U+2581, which SentencePiece writes for a space.
  static func isSpaceMark(_ character: ArraySlice<UInt8>) -> Bool {
    character.count == 3 && character.elementsEqual([0xe2, 0x96, 0x81])
  }

  /// Where in `text` the byte lies that is number `target` of the text with its marks turned into spaces.
  private static func index(in text: ArraySlice<UInt8>, ofSpaced target: Int) -> Int {
    var (offset, spaced) = (text.startIndex, 0)
    while offset < text.endIndex {
      let length = width(text[offset])
      let taken = isSpaceMark(text[offset..<offset + length]) ? 1 : length
      if target < spaced + taken { return offset + target - spaced }
      (offset, spaced) = (offset + length, spaced + taken)
    }
    return offset
  }
}
