/// Why a chat template is not usable, or a conversation could not be rendered to tokens.
public enum TemplateError: Error, Equatable, Sendable {
  /// The model file has no `tokenizer.chat_template`.
  case missingTemplate
  /// The template is no Jinja. Lines are counted from 1.
  case syntax(line: Int, String)
  /// The template uses something that is not offered, by its name: a filter, test, function, method or statement.
  case unsupported(String, line: Int)
  /// The template reads a clock without a branch for the case that there is none.
  case readsClock(line: Int)
  /// A token that the template writes (`bos_token`, ...) is no token of the vocabulary.
  case badSpecialToken(key: String)
  /// Something of the template, or of evaluating it, is above its limit.
  case limit(String, Int)
  /// The template does something that its language refuses, such as adding a number to a text.
  case evaluation(line: Int, String)
  /// The template itself refuses the conversation, with its words (`raise_exception`).
  case refused(String)
  case noMessages
  case tooManyMessages(Int, limit: Int)
  case promptTooLong(bytes: Int, limit: Int)
  /// The request has tools, and the template never reads them.
  case toolsNotSupported
  /// The arguments of a call that a message holds are no JSON object.
  case badArguments(message: Int, call: Int, String)
  /// A number of a tool or of a call's arguments that 64 bits do not hold.
  case badNumber(String)
  /// The content of one message cannot be tokenized; offsets are within the content of that message.
  case message(index: Int, TokenizerError)
  /// What the client sent besides contents (names, tools, calls) cannot be tokenized.
  case requestText(TokenizerError)
  /// The template's own words cannot be tokenized: the vocabulary is not the one that the template was written for.
  case templateText(TokenizerError)
}

extension TemplateError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingTemplate:
      "the model has no chat template (tokenizer.chat_template); use it for plain completions"
    case .syntax(let line, let reason): "the model's chat template, line \(line): \(reason)"
    case .unsupported(let construct, let line):
      "the model's chat template uses \(construct) (line \(line)), which is not supported"
    case .readsClock(let line):
      "the model's chat template reads a clock (strftime_now, line \(line)); its answers could not be repeated"
    case .badSpecialToken(let key): "\(key) is no token of the model's vocabulary, and its chat template writes it"
    case .limit(let what, let limit): "\(what) is above the limit of \(limit)"
    case .evaluation(let line, let reason): "the model's chat template failed at line \(line): \(reason)"
    case .refused(let words): "the model's chat template refuses this conversation: \(words)"
    case .noMessages: "a conversation needs at least one message"
    case .tooManyMessages(let count, let limit): "the conversation has \(count) messages, the limit is \(limit)"
    case .promptTooLong(let bytes, let limit):
      "the messages and tools have \(bytes) bytes together, the limit is \(limit)"
    case .toolsNotSupported: "the model's chat template has no place for tools; send the request without them"
    case .badArguments(let message, let call, let reason):
      "message \(message): the arguments of tool call \(call) must be a JSON object: \(reason)"
    case .badNumber(let literal): "the number \(literal.prefix(80)) of a tool or tool call does not fit in 64 bits"
    case .message(let index, let error): "message \(index): \(error)"
    case .requestText(let error): "a name, tool or tool call of the request: \(error)"
    case .templateText(let error): "the chat template's own text does not fit the vocabulary: \(error)"
    }
  }
}
