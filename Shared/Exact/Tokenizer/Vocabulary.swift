/// The tokens of a model: what each id spells, which neighbours merge and in what order.
public struct Vocabulary: Sendable {
  /// How a token takes part, with the numbers that GGUF gives them.
  public enum Kind: Int32, Sendable {
    case normal = 1
    /// Stands for what cannot be spelled; treated as `control`.
    case unknown = 2
    /// A marker such as `<|im_start|>`: matched only where the caller allows special tokens.
    case control = 3
    case userDefined = 4
    case unused = 5
    /// One byte, for characters that no token spells (SentencePiece).
    case byte = 6
  }

  /// How text becomes tokens.
  enum Encoding: Sendable, Equatable {
    /// Byte-level BPE (`gpt2`): merges are listed.
    case byteLevel
    /// SentencePiece BPE (`llama`): two tokens merge when a token spells both. `spacePrefix`: a space is put before
    /// the text and after each special token.
    case sentencePiece(spacePrefix: Bool)
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

  public static let maximumTokenCount = 1 << 20
  public static let maximumMergeCount = 1 << 21
  public static let maximumTokenBytes = 4096
  /// Bytes of all tokens together.
  public static let maximumBytes = 1 << 26
  public static let maximumSpecialTokenCount = 1 << 16

  public let special: SpecialIDs
  /// Tokens that the model expects before a text: that of the beginning of a sequence, or none. `Tokenizer.encode`
  /// does not add them.
  public let beginning: [UInt32]
  let encoding: Encoding
  let kinds: [Kind]
  /// The bytes of each token as they appear in text: what a normal token spells, or the literal text of a special one.
  let texts: TokenTexts
  let normalTokens: TokenIndex
  private let literals: TokenIndex
  /// Ids of the tokens that are neither normal nor a byte.
  let specials: [UInt32]
  /// Bytes of the longest normal token.
  let longestNormal: Int
  /// Token of each single byte, or nil for a byte that the vocabulary lacks.
  let byteTokens: [UInt32?]
  /// Byte level: by pair.
  let merges: MergeTable
  /// SentencePiece: the rank of a merge that gives this token.
  let ranks: [UInt32]

  public var count: Int { kinds.count }

  /// The bytes that a token adds to generated text; nil for a control token and for an id that is no token.
  public func bytes(of token: UInt32) -> [UInt8]? {
    guard token < count, kinds[Int(token)] != .control, kinds[Int(token)] != .unknown else { return nil }
    return Array(texts[Int(token)])
  }

  /// The id of a control token by its exact text, such as `<|im_start|>`.
  public func controlToken(_ text: String) -> UInt32? {
    guard let id = literals.find(text.utf8, texts), kinds[Int(id)] == .control else { return nil }
    return id
  }

  init(
    _ spelled: SpelledTokens, encoding: Encoding, byteTokens: [UInt32?], merges: MergeTable = MergeTable(0),
    ranks: [UInt32] = [], special: SpecialIDs, beginsSequence: Bool
  ) throws(TokenizerError) {
    for (key, id) in [
      ("bos_token_id", special.beginOfSequence), ("eos_token_id", special.endOfSequence),
      ("eot_token_id", special.endOfTurn),
    ] {
      if let id, id >= spelled.kinds.count { throw .invalidVocabulary(.idOutOfRange(key: key, id: id)) }
    }
    if beginsSequence {
      guard let first = special.beginOfSequence else { throw .missingMetadata(key: "tokenizer.ggml.bos_token_id") }
      beginning = [first]
    } else {
      beginning = []
    }
    self.special = special
    self.encoding = encoding
    self.byteTokens = byteTokens
    self.merges = merges
    self.ranks = ranks
    (kinds, texts, specials) = (spelled.kinds, spelled.texts, spelled.specials)
    (normalTokens, literals, longestNormal) = (spelled.normal, spelled.literals, spelled.longestNormal)
  }
}
