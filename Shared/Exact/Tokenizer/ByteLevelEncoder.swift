/// Byte-level byte-pair encoding (Radford et al., 2019): text is cut into pieces, the bytes of a piece are tokens, and
/// tokens merge by the rank of their pair.
struct ByteLevelEncoder {
  private struct Rule: MergeRule {
    let merges: MergeTable

    func merge(_ left: MergeSymbol, _ right: MergeSymbol) -> Merge? {
      merges[UInt64(left.token) << 32 | UInt64(right.token)]
    }
  }

  private let vocabulary: Vocabulary
  private var merger: SymbolMerger<Rule>
  private var piece: [MergeSymbol] = []

  init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    merger = SymbolMerger(Rule(merges: vocabulary.merges))
  }

  /// Appends the tokens of well-formed UTF-8. Errors: `unencodableByte` with its index in `text`.
  mutating func encode(_ text: ArraySlice<UInt8>, into tokens: inout [UInt32]) throws(TokenizerError) {
    try PreTokenizer(text).forEachPiece { (range: Range<Int>) throws(TokenizerError) in
      piece.removeAll(keepingCapacity: true)
      for offset in range {
        guard let token = vocabulary.byteTokens[Int(text[offset])] else {
          throw .unencodableByte(text[offset], offset: offset)
        }
        piece.append(MergeSymbol(token: token, range: Int32(offset)..<Int32(offset + 1)))
      }
      merger.merge(&piece) { tokens.append($0.token) }
    }
  }
}
