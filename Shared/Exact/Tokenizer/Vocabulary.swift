/// The tokens of a byte-level BPE model: what each id spells, which pairs merge and in what order.
public struct Vocabulary: Sendable {
  /// How a token takes part, with the numbers that GGUF gives them.
  public enum Kind: Int32, Sendable {
    case normal = 1
    /// A marker such as `<|im_start|>`: matched only where the caller allows special tokens.
    case control = 3
    case userDefined = 4
    case unused = 5
  }

  /// Ids with a role. All optional: a model need not have them.
  public struct SpecialIDs: Sendable, Equatable {
    public var beginOfSequence: UInt32?
    public var endOfSequence: UInt32?
    public var endOfTurn: UInt32?

    public init(beginOfSequence: UInt32? = nil, endOfSequence: UInt32? = nil, endOfTurn: UInt32? = nil) {
      self.beginOfSequence = beginOfSequence
      self.endOfSequence = endOfSequence
      self.endOfTurn = endOfTurn
    }
  }

  struct Merge: Sendable {
    var rank: UInt32
    var result: UInt32
  }

  public static let maximumTokenCount = 1 << 20
  public static let maximumMergeCount = 1 << 21
  public static let maximumTokenBytes = 4096
  public static let maximumSpecialTokenCount = 4096

  /// The bytes of each token: what a normal token spells, or the literal text of any other kind.
  let bytes: [[UInt8]]
  let kinds: [Kind]
  public let special: SpecialIDs
  /// Token of each single byte, or nil for a byte that the vocabulary lacks.
  let byteTokens: [UInt32?]
  /// Keyed by `left << 32 | right`.
  let merges: [UInt64: Merge]
  private let ids: [[UInt8]: UInt32]

  public var count: Int { bytes.count }

  /// - Parameters:
  ///   - tokens: the text of each id; normal tokens in the GPT-2 byte alphabet, others literal.
  ///   - types: GGUF token types, one per token: 1 normal, 3 control, 4 user defined, 5 unused.
  ///   - merges: `left right` in the byte alphabet, in order of rank.
  /// - Throws: `TokenizerError.invalidVocabulary` naming the token or merge.
  public init(tokens: [String], types: [Int32], merges: [String], special: SpecialIDs) throws(TokenizerError) {
    guard 1...Self.maximumTokenCount ~= tokens.count else {
      throw .invalidVocabulary(.tokenCount(tokens.count, limit: Self.maximumTokenCount))
    }
    guard types.count == tokens.count else {
      throw .invalidVocabulary(.typeCount(types: types.count, tokens: tokens.count))
    }
    guard merges.count <= Self.maximumMergeCount else {
      throw .invalidVocabulary(.mergeCount(merges.count, limit: Self.maximumMergeCount))
    }
    (kinds, bytes) = try Self.spellings(tokens: tokens, types: types)
    // Two spaces of names: a control token may spell what a normal token spells.
    var ids: [[UInt8]: UInt32] = [:]
    var literals: [[UInt8]: UInt32] = [:]
    ids.reserveCapacity(tokens.count)
    for id in tokens.indices {
      let first: UInt32?
      if kinds[id] == .normal {
        first = ids.updateValue(UInt32(id), forKey: bytes[id])
      } else {
        first = literals.updateValue(UInt32(id), forKey: bytes[id])
      }
      if let first { throw .invalidVocabulary(.duplicateToken(id: id, first: Int(first))) }
    }
    self.ids = ids
    byteTokens = (0...255).map { ids[[UInt8($0)]] }
    self.merges = try Self.mergeTable(merges, ids: ids)
    for (key, id) in [
      ("bos_token_id", special.beginOfSequence), ("eos_token_id", special.endOfSequence),
      ("eot_token_id", special.endOfTurn),
    ] {
      if let id, id >= tokens.count { throw .invalidVocabulary(.idOutOfRange(key: key, id: id)) }
    }
    self.special = special
  }

  /// The id of a control token by its exact text, such as `<|im_start|>`.
  public func controlToken(_ text: String) -> UInt32? {
    let wanted = Array(text.utf8)
    return kinds.indices.first { kinds[$0] == .control && bytes[$0] == wanted }.map(UInt32.init)
  }

  private static func spellings(
    tokens: [String], types: [Int32]
  ) throws(TokenizerError) -> ([Kind], [[UInt8]]) {
    var kinds: [Kind] = []
    var bytes: [[UInt8]] = []
    kinds.reserveCapacity(tokens.count)
    bytes.reserveCapacity(tokens.count)
    var specials = 0
    for (id, token) in tokens.enumerated() {
      guard token.utf8.count <= maximumTokenBytes else {
        throw .invalidVocabulary(.tokenTooLong(id: id, bytes: token.utf8.count, limit: maximumTokenBytes))
      }
      guard let kind = Kind(rawValue: types[id]) else {
        throw .invalidVocabulary(.tokenType(id: id, type: types[id]))
      }
      kinds.append(kind)
      if kind == .normal {
        guard let spelled = ByteAlphabet.bytes(of: token) else { throw .invalidVocabulary(.notByteLevel(id: id)) }
        bytes.append(spelled)
      } else {
        bytes.append(Array(token.utf8))
        specials += 1
      }
    }
    guard specials <= maximumSpecialTokenCount else {
      throw .invalidVocabulary(.specialTokenCount(specials, limit: maximumSpecialTokenCount))
    }
    return (kinds, bytes)
  }

  private static func mergeTable(
    _ merges: [String], ids: [[UInt8]: UInt32]
  ) throws(TokenizerError) -> [UInt64: Merge] {
    var table: [UInt64: Merge] = [:]
    table.reserveCapacity(merges.count)
    for (rank, merge) in merges.enumerated() {
      // The alphabet has no space, so one space separates exactly two non-empty parts.
      let parts = merge.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
        let left = ByteAlphabet.bytes(of: Substring(parts[0])), let right = ByteAlphabet.bytes(of: Substring(parts[1]))
      else { throw .invalidVocabulary(.malformedMerge(index: rank)) }
      guard let leftID = ids[left], let rightID = ids[right], let result = ids[left + right] else {
        throw .invalidVocabulary(.mergeOfUnknownToken(index: rank))
      }
      let key = UInt64(leftID) << 32 | UInt64(rightID)
      guard table.updateValue(Merge(rank: UInt32(rank), result: result), forKey: key) == nil else {
        throw .invalidVocabulary(.duplicateMerge(index: rank))
      }
    }
    return table
  }
}
