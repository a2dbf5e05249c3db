/// Why a conversation could not be rendered to tokens.
public enum TemplateError: Error, Equatable, Sendable {
  /// The model file has no `tokenizer.chat_template`.
  case missingTemplate
  /// The model file has a template that is not one of those built in. `beginning`: its first characters.
  case unsupportedTemplate(bytes: Int, beginning: String)
  /// The vocabulary has no control token for a marker that the template writes.
  case missingMarker(String)
  case noMessages
  case tooManyMessages(Int, limit: Int)
  case promptTooLong(bytes: Int, limit: Int)
  /// The content of one message cannot be tokenized; offsets are within the content of that message.
  case message(index: Int, TokenizerError)
  /// The template's own words cannot be tokenized: the vocabulary is not the one that the template was written for.
  case templateText(TokenizerError)
}

extension TemplateError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingTemplate:
      "the model has no chat template (tokenizer.chat_template); use it for plain completions"
    case .unsupportedTemplate(let bytes, let beginning):
      "the model's chat template (\(bytes) bytes, beginning \"\(beginning)\") is not supported; "
        + "supported: \(ChatTemplate.supportedNames.joined(separator: ", "))"
    case .missingMarker(let marker):
      "the model's vocabulary has no control token \(marker), which its chat template needs"
    case .noMessages: "a conversation needs at least one message"
    case .tooManyMessages(let count, let limit): "the conversation has \(count) messages, the limit is \(limit)"
    case .promptTooLong(let bytes, let limit): "the messages have \(bytes) bytes together, the limit is \(limit)"
    case .message(let index, let error): "message \(index): \(error)"
    case .templateText(let error): "the chat template's own text does not fit the vocabulary: \(error)"
    }
  }
}
