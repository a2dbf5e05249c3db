import Codec

/// The uncased WordPiece tokenizer of BERT, read from a model's `tokenizer.json`. EXACT1.md "Encoder" states it.
///
/// Text never stands for a special token: `[SEP]` in a text is three pieces.
public struct WordPieceTokenizer: Sendable {
  public static let vocabularyMax = 1 << 20
  /// Bytes of one text.
  public static let textBytesMax = 1 << 20

  public let vocabularyCount: Int

  /// Keyed by bytes: Swift's strings are equal when they are canonically equivalent, tokens are not.
  private let tokens: [[UInt8]: UInt32]
  private let unknown: UInt32
  private let begin: UInt32
  private let end: UInt32
  /// A longer word is unknown as a whole.
  private let wordScalarsMax: Int

  init(_ file: ConfigFile) throws(EmbeddingError) {
    try Self.requireKnownSteps(file)
    guard let model = file.json["model"], let members = model["vocab"]?.objectValue else {
      throw file.unsupported("model.vocab", nil, "an object of tokens and ids")
    }
    guard (1...Self.vocabularyMax).contains(members.count) else {
      throw .vocabularyCount(members.count, limit: Self.vocabularyMax)
    }
    var tokens: [[UInt8]: UInt32] = [:]
    tokens.reserveCapacity(members.count)
    var seen = [Bool](repeating: false, count: members.count)
    for member in members {
      guard let value = member.value.intValue, let id = UInt32(exactly: value), id < members.count else {
        throw .tokenIDOutOfRange(token: member.name, id: member.value.text, count: members.count)
      }
      guard !seen[Int(id)] else { throw .duplicateTokenID(id) }
      seen[Int(id)] = true
      tokens[Array(member.name.utf8)] = id
    }
    guard let limit = model["max_input_chars_per_word"]?.intValue, (1...1_000).contains(limit) else {
      throw file.unsupported(
        "model.max_input_chars_per_word", model["max_input_chars_per_word"], "an integer from 1 to 1000")
    }
    vocabularyCount = members.count
    wordScalarsMax = Int(limit)
    unknown = try Self.special("[UNK]", tokens)
    begin = try Self.special("[CLS]", tokens)
    end = try Self.special("[SEP]", tokens)
    self.tokens = tokens
  }

  private static func special(_ name: String, _ tokens: [[UInt8]: UInt32]) throws(EmbeddingError) -> UInt32 {
    guard let id = tokens[Array(name.utf8)] else { throw .missingToken(name) }
    return id
  }

  /// Whatever else a `tokenizer.json` can ask for is refused by name. Its truncation and padding are not read: they are
  /// the caller's choice, and the limit is the model's.
  private static func requireKnownSteps(_ file: ConfigFile) throws(EmbeddingError) {
    try file.require("BertNormalizer", at: "normalizer", "type")
    try file.require(true, at: "normalizer", "clean_text")
    try file.require(true, at: "normalizer", "handle_chinese_chars")
    try file.require(true, at: "normalizer", "lowercase")
    try file.require(true, at: "normalizer", "strip_accents", orMissing: true)
    try file.require("BertPreTokenizer", at: "pre_tokenizer", "type")
    try file.require("WordPiece", at: "model", "type", orMissing: true)
    try file.require("[UNK]", at: "model", "unk_token")
    try file.require("##", at: "model", "continuing_subword_prefix")
    try file.require("TemplateProcessing", at: "post_processor", "type")
    let single: JSON = [
      ["SpecialToken": ["id": "[CLS]", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]],
      ["SpecialToken": ["id": "[SEP]", "type_id": 0]],
    ]
    try file.require(single, at: "post_processor", "single")
  }

  /// [CLS], the pieces, [SEP].
  /// - Parameters:
  ///   - index: the text's place in its request, for errors.
  ///   - limit: most tokens of the result, at least 2.
  ///   - truncates: cut what is over the limit off the end of the text, instead of refusing it.
  /// - Throws: `textTooLong`, `tooManyTokens`.
  func encode(_ text: String, index: Int, limit: Int, truncates: Bool) throws(EmbeddingError) -> [UInt32] {
    guard text.utf8.count <= Self.textBytesMax else {
      throw .textTooLong(index: index, bytes: text.utf8.count, limit: Self.textBytesMax)
    }
    var out = [begin]
    for word in UncasedFold.shared.words(text) { append(word, to: &out) }
    if out.count + 1 > limit {
      guard truncates else { throw .tooManyTokens(index: index, tokens: out.count + 1, limit: limit) }
      out.removeLast(out.count + 1 - limit)
    }
    out.append(end)
    return out
  }

  /// The longest token that begins the word, then the longest that goes on, marked ##. A word that cannot be spelt to its
  /// end is one [UNK].
  private func append(_ word: [UInt32], to out: inout [UInt32]) {
    guard word.count <= wordScalarsMax else { return out.append(unknown) }
    let first = out.count
    var bytes: [UInt8] = []
    // Byte offset at which each scalar ends.
    var ends: [Int] = []
    for value in word {
      guard let scalar = Unicode.Scalar(value) else { continue }
      bytes += UTF8.encode(scalar).map(Array.init) ?? []
      ends.append(bytes.count)
    }
    var start = 0
    while start < bytes.count {
      guard
        let (id, end) = ends.reversed().lazy.prefix(while: { $0 > start }).compactMap({ end in
          tokens[(start == 0 ? [] : [0x23, 0x23]) + bytes[start..<end]].map { ($0, end) }
        }).first
      else {
        out.removeLast(out.count - first)
        return out.append(unknown)
      }
      out.append(id)
      start = end
    }
  }
}
