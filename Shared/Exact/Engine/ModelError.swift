/// Why a model could not be loaded or run. The text names the value, the limit or expectation, and what to do.
public enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  case gguf(GGUFError)
  case kernelUnavailable(KernelChoice, available: [KernelChoice])
  case badThreadCount(Int, limit: Int)
  case threadNotStarted(errno: Int32)
  case outOfMemory(bytes: Int, purpose: String)

  case unsupportedArchitecture(String)
  case missingKey(String)
  case badValue(key: String, value: String, requirement: String)
  /// Metadata that changes the computation in a way this engine does not implement.
  case unsupportedKey(String)
  case missingTensor(String)
  case unexpectedTensor(String)
  case wrongShape(tensor: String, found: [Int], expected: [Int])
  case unsupportedTensorType(tensor: String, type: GGUFTensorType, supported: [GGUFTensorType])
  case nonFiniteWeight(tensor: String)

  case badContextLimit(Int, modelLimit: Int)
  case badCacheLimit(Int, contextLimit: Int)
  case badChunk(Int, limit: Int)
  case badRewind(to: Int, position: Int)
  case tokenOutsideVocabulary(token: UInt32, index: Int, vocabulary: Int)
  case contextExceeded(position: Int, tokens: Int, limit: Int)
  case nonFinite(stage: String, layer: Int?)

  public var description: String {
    switch self {
    case .gguf(let error):
      error.description
    case .kernelUnavailable(let choice, let available):
      "this processor cannot run the \(choice.rawValue) kernels; it can run \(list(available.map(\.rawValue)))"
    case .badThreadCount(let count, let limit):
      "\(count) threads were asked for, it must be from 1 to \(limit)"
    case .threadNotStarted(let code):
      "a worker thread could not be started: errno \(code)"
    case .outOfMemory(let bytes, let purpose):
      "there is no memory for \(purpose) (\(bytes) bytes)"
    case .unsupportedArchitecture(let name):
      "the architecture \(name) is not supported, supported are \(list(ModelArchitecture.allCases.map(\.rawValue)))"
    case .missingKey(let key):
      "the model lacks the metadata key \(key)"
    case .badValue(let key, let value, let requirement):
      "metadata key \(key) is \(value), it must be \(requirement)"
    case .unsupportedKey(let key):
      "metadata key \(key) asks for something that this engine does not implement"
    case .missingTensor(let name):
      "the model lacks the tensor \(name)"
    case .unexpectedTensor(let name):
      "the model has the tensor \(name), which this engine does not use in its architecture"
    case .wrongShape(let tensor, let found, let expected):
      "tensor \(tensor) has the shape \(found), expected \(expected)"
    case .unsupportedTensorType(let tensor, let type, let supported):
      "tensor \(tensor) has the type \(type), supported are \(list(supported.map(\.description)))"
    case .nonFiniteWeight(let tensor):
      "tensor \(tensor) holds an infinite or undefined number"
    case .badContextLimit(let limit, let modelLimit):
      "a context of \(limit) tokens was asked for, it must be from 1 to the model's \(modelLimit)"
    case .badCacheLimit(let limit, let context):
      "room for the keys and values of \(limit) tokens was asked for, it must be at least the context of \(context): "
        + "raise the one or lower the other"
    case .badChunk(let chunk, let limit):
      "a chunk of \(chunk) tokens was asked for, it must be from 1 to \(limit)"
    case .badRewind(let target, let position):
      "cannot rewind to position \(target), the session is at \(position)"
    case .tokenOutsideVocabulary(let token, let index, let vocabulary):
      "token \(token) at index \(index) is outside the vocabulary of \(vocabulary)"
    case .contextExceeded(let position, let tokens, let limit):
      "\(tokens) more tokens at position \(position) exceed the context limit of \(limit)"
    case .nonFinite(let stage, let layer):
      "an infinite or undefined number appeared in \(stage)" + (layer.map { " of layer \($0)" } ?? "")
    }
  }

  private func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
