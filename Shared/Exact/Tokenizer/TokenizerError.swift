/// What a vocabulary, an encoding or a decoding was refused for. Offsets are in bytes from the start of the input.
public enum TokenizerError: Error, Equatable, Sendable {
  /// The bytes are not UTF-8 (RFC 3629); `offset` is where the first ill-formed sequence begins.
  case invalidUTF8(offset: Int)
  /// The vocabulary has no token for this byte, so no text with it can be expressed.
  case unencodableByte(UInt8, offset: Int)
  case inputTooLong(bytes: Int, limit: Int)
  case unknownToken(UInt32, vocabularyCount: Int)
  /// The model file has no such metadata key, or one of another type.
  case missingMetadata(key: String)
  /// A metadata key whose value asks for something that is not offered.
  case unsupportedMetadata(key: String, value: String, supported: String)
  /// A metadata key of the tokenizer that may change the tokens in a way that is not known here.
  case unknownMetadata(key: String)
  case invalidVocabulary(VocabularyFault)
}

/// What makes a vocabulary inconsistent.
public enum VocabularyFault: Error, Equatable, Sendable {
  case tokenCount(Int, limit: Int)
  case typeCount(types: Int, tokens: Int)
  case tokenTooLong(id: Int, bytes: Int, limit: Int)
  case duplicateToken(id: Int, first: Int)
  case totalBytes(limit: Int)
  case notByteLevel(id: Int)
  case literalSpace(id: Int)
  case malformedByteToken(id: Int)
  case scoreCount(scores: Int, tokens: Int)
  case nonFiniteScore(id: Int)
  case tokenType(id: Int, type: Int32)
  case mergeCount(Int, limit: Int)
  case malformedMerge(index: Int)
  case mergeOfUnknownToken(index: Int)
  case duplicateMerge(index: Int)
  case specialTokenCount(Int, limit: Int)
  case idOutOfRange(key: String, id: UInt32)
}

extension TokenizerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidUTF8(let offset):
      "the text is not UTF-8: an ill-formed sequence begins at byte \(offset)"
    case .unencodableByte(let byte, let offset):
      "the model's vocabulary has no token for the byte 0x\(hex(byte)) at offset \(offset); remove that character"
    case .inputTooLong(let bytes, let limit):
      "the text has \(bytes) bytes, the limit is \(limit)"
    case .unknownToken(let id, let count):
      "token \(id) is not in the vocabulary, whose ids are 0 to \(count - 1)"
    case .missingMetadata(let key):
      "the model file lacks the metadata key \(key), or its type is not the one that the format gives it"
    case .unsupportedMetadata(let key, let value, let supported):
      "\(key) is \"\(value)\", which is not supported; supported: \(supported)"
    case .unknownMetadata(let key):
      "metadata key \(key) asks for something that this tokenizer does not know"
    case .invalidVocabulary(let fault):
      "the vocabulary is inconsistent: \(fault)"
    }
  }

  private func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

extension VocabularyFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tokenCount(let count, let limit): "\(count) tokens, allowed are 1 to \(limit)"
    case .typeCount(let types, let tokens): "\(types) token types for \(tokens) tokens"
    case .tokenTooLong(let id, let bytes, let limit): "token \(id) has \(bytes) bytes, the limit is \(limit)"
    case .duplicateToken(let id, let first): "tokens \(first) and \(id) have the same text"
    case .notByteLevel(let id): "token \(id) has a character that stands for no byte"
    case .totalBytes(let limit): "all tokens together have more than \(limit) bytes"
    case .literalSpace(let id): "token \(id) holds a space where SentencePiece writes U+2581"
    case .malformedByteToken(let id): "token \(id) is a byte token, but its text is not like <0x0A>"
    case .scoreCount(let scores, let tokens): "\(scores) scores for \(tokens) tokens"
    case .nonFiniteScore(let id): "the score of token \(id) is not a finite number"
    case .tokenType(let id, let type): "token \(id) has type \(type), which this kind of vocabulary does not have"
    case .mergeCount(let count, let limit): "\(count) merges, the limit is \(limit)"
    case .malformedMerge(let index): "merge \(index) is not two parts with one space between"
    case .mergeOfUnknownToken(let index): "merge \(index) has a part or a result that is no token"
    case .duplicateMerge(let index): "merge \(index) repeats an earlier one"
    case .specialTokenCount(let count, let limit): "\(count) special tokens, the limit is \(limit)"
    case .idOutOfRange(let key, let id): "\(key) is \(id), which is no token"
    }
  }
}
