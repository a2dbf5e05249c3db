extension Vocabulary {
  /// A byte-level BPE vocabulary (`gpt2`).
  ///
  /// - Parameters:
  ///   - tokens: the text of each id; normal tokens in the GPT-2 byte alphabet, others literal.
  ///   - types: GGUF token types, one per token: 1 normal, 3 control, 4 user defined, 5 unused.
  ///   - merges: `left right` in the byte alphabet, in order of rank.
  ///   - beginsSequence: whether the model expects the token of the beginning of a sequence before a text.
  /// - Throws: `TokenizerError.invalidVocabulary` naming the token or merge.
  public init(
    tokens: [String], types: [Int32], merges: [String], special: SpecialIDs, beginsSequence: Bool = false
  ) throws(TokenizerError) {
    guard merges.count <= Self.maximumMergeCount else {
      throw .invalidVocabulary(.mergeCount(merges.count, limit: Self.maximumMergeCount))
    }
    let spelled = try SpelledTokens(tokens, types: types, allowed: [.normal, .control, .userDefined, .unused]) {
      (id, _, text, spelled) throws(VocabularyFault) in
      guard ByteAlphabet.decode(text, into: &spelled) else { throw .notByteLevel(id: id) }
    }
    try self.init(
      spelled, encoding: .byteLevel, byteTokens: (0...255).map { spelled.normal.find([$0], spelled.texts) },
      merges: Self.mergeTable(merges, spelled), special: special, beginsSequence: beginsSequence)
  }

  private static func mergeTable(_ merges: [String], _ spelled: SpelledTokens) throws(TokenizerError) -> MergeTable {
    var table = MergeTable(merges.count)
    var parts: [UInt8] = []
    do throws(VocabularyFault) {
      for (rank, merge) in merges.enumerated() {
        parts.removeAll(keepingCapacity: true)
        guard let split = merge.withBytes({ Self.decode($0, into: &parts) }) else {
          throw .malformedMerge(index: rank)
        }
        guard let (pair, result) = ids(of: parts, split: split, spelled) else {
          throw .mergeOfUnknownToken(index: rank)
        }
        guard table.insert(pair, Merge(rank: UInt32(rank), result: result)) else { throw .duplicateMerge(index: rank) }
      }
    } catch {
      throw .invalidVocabulary(error)
    }
    return table
  }

  /// Appends both parts of a merge; where the second begins, or nil when it is not two parts.
  private static func decode(_ merge: UnsafeBufferPointer<UInt8>, into parts: inout [UInt8]) -> Int? {
    // The alphabet has no space, so one space separates exactly two non-empty parts.
    guard let space = merge.firstIndex(of: UInt8(ascii: " ")), space > 0, space + 1 < merge.count,
      ByteAlphabet.decode(UnsafeBufferPointer(rebasing: merge[..<space]), into: &parts)
    else { return nil }
    let split = parts.count
    return ByteAlphabet.decode(UnsafeBufferPointer(rebasing: merge[(space + 1)...]), into: &parts) ? split : nil
  }

  private static func ids(of parts: [UInt8], split: Int, _ spelled: SpelledTokens) -> (pair: UInt64, result: UInt32)? {
    parts.withUnsafeBufferPointer { parts in
      func find(_ part: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32? {
        spelled.normal.find(UnsafeBufferPointer(rebasing: part), spelled.texts)
      }
      guard let left = find(parts[..<split]), let right = find(parts[split...]), let result = find(parts[...]) else {
        return nil
      }
      return (UInt64(left) << 32 | UInt64(right), result)
    }
  }
}
