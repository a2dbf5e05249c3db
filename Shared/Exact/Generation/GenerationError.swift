/// Why an answer could not be generated or executed again.
public enum GenerationError: Error, Equatable, Sendable, CustomStringConvertible {
  case badSalt(bytes: Int, expected: Int)
  case emptyPrompt
  case badMaxTokens(Int)
  case badStop(why: String)
  case badTopLogprobs(Int)
  /// A schema that is no grammar, or bytes that do not follow one.
  case grammar(GrammarError)
  /// The model's template has no form for calls of tools that is known here.
  case noToolCalls
  /// Models whose answer is the call itself cannot be left the choice.
  case toolChoiceAuto
  /// Prompt and answer together do not fit the context.
  case contextExceeded(promptTokens: Int, maxTokens: Int, limit: Int)
  case model(ModelError)
  case sampling(SamplingError)
  case tokenizer(TokenizerError)
  case template(TemplateError)
  /// The file of a model is not the one that its manifest describes.
  case otherModel(part: String, found: String, expected: String)
  /// A model's folder lacks a file, or one cannot be read.
  case unreadable(path: String, why: String)
  case cancelled

  public var description: String {
    switch self {
    case .badSalt(let bytes, let expected): "a salt has \(bytes) bytes, it must have \(expected)"
    case .emptyPrompt: "the prompt has no tokens"
    case .badMaxTokens(let count): "max_tokens is \(count), it must be at least 1"
    case .badStop(let why): "stop \(why)"
    case .badTopLogprobs(let count): "top_logprobs is \(count), allowed are 0 to \(TokenLogprobs.topMax)"
    case .grammar(let error): error.description
    case .noToolCalls: "tools are not supported by this model: its chat template has no known form for their calls"
    case .toolChoiceAuto:
      "tool_choice auto is not supported by this model, whose answers are either a call or text: choose required, none "
        + "or a function"
    case .contextExceeded(let prompt, let answer, let limit):
      "the prompt has \(prompt) tokens and the answer may have \(answer), together above the context limit of "
        + "\(limit) tokens: shorten the messages or ask for fewer tokens with max_tokens"
    case .model(let error): error.description
    case .sampling(let error): error.description
    case .tokenizer(let error): error.description
    case .template(let error): error.description
    case .otherModel(let part, let found, let expected):
      "the model's \(part) is \(found), but its manifest says \(expected): restore the file or make a new manifest"
    case .unreadable(let path, let why): "\(path) \(why)"
    case .cancelled: "the work was cancelled"
    }
  }

  /// What the engine throws through closures, given its type back.
  init?(_ error: any Error) {
    switch error {
    case let error as GenerationError: self = error
    case let error as ModelError: self = .model(error)
    case let error as SamplingError: self = .sampling(error)
    case let error as TokenizerError: self = .tokenizer(error)
    case let error as TemplateError: self = .template(error)
    case let error as GrammarError: self = .grammar(error)
    default: return nil
    }
  }
}
