public import Codec

/// Why an embedding model could not be loaded or run. The text names the value, the limit or expectation, and what to do.
public enum EmbeddingError: Error, Equatable, Sendable, CustomStringConvertible {
  case file(MappedFileError)
  case json(file: String, JSONError)
  case safetensors(SafetensorsError)
  /// The kernels, the threads and the memory.
  case engine(ModelError)

  /// A member that is missing, of another type, or asks for something that this engine does not implement.
  case unsupported(file: String, member: String, found: String, supported: String)
  case vocabularyCount(Int, limit: Int)
  case duplicateTokenID(UInt32)
  case tokenIDOutOfRange(token: String, id: String, count: Int)
  case missingToken(String)
  case unexpectedTensor(String)
  case nonFiniteWeight(tensor: String)

  case tooManyTexts(Int, limit: Int)
  case textTooLong(index: Int, bytes: Int, limit: Int)
  case tooManyTokens(index: Int, tokens: Int, limit: Int)
  case tokenOutsideVocabulary(token: UInt32, index: Int, vocabulary: Int)
  case noTokens(index: Int)
  case nonFinite(stage: String, layer: Int?)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .json(let file, let error): "\(file): \(error)"
    case .safetensors(let error): error.description
    case .engine(let error): error.description
    case .unsupported(let file, let member, let found, let supported):
      "\(file): \(member) is \(found.prefix(200)), supported is \(supported)"
    case .vocabularyCount(let count, let limit):
      "the vocabulary has \(count) tokens, it must have from 1 to \(limit)"
    case .duplicateTokenID(let id):
      "two tokens of the vocabulary have the id \(id)"
    case .tokenIDOutOfRange(let token, let id, let count):
      "the token \(token.prefix(80)) has the id \(id), it must be from 0 to \(count - 1)"
    case .missingToken(let token):
      "the vocabulary lacks the token \(token)"
    case .unexpectedTensor(let name):
      "the model has the tensor \(name), which the bert architecture of this engine does not use"
    case .nonFiniteWeight(let tensor):
      "tensor \(tensor) holds an infinite or undefined number"
    case .tooManyTexts(let count, let limit):
      "\(count) texts were given, the limit is \(limit); send them in parts"
    case .textTooLong(let index, let bytes, let limit):
      "text \(index) has \(bytes) bytes, the limit is \(limit)"
    case .tooManyTokens(let index, let tokens, let limit):
      "text \(index) has \(tokens) tokens with its two marks, the model's limit is \(limit); shorten it or ask for truncation"
    case .tokenOutsideVocabulary(let token, let index, let vocabulary):
      "token \(token) of text \(index) is outside the vocabulary of \(vocabulary)"
    case .noTokens(let index):
      "text \(index) has no tokens; even an empty text has its two marks"
    case .nonFinite(let stage, let layer):
      "an infinite or undefined number appeared in \(stage)" + (layer.map { " of layer \($0)" } ?? "")
    }
  }
}
