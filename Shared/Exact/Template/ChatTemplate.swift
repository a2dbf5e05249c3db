/// Renders a conversation to the tokens that a chat model was trained on.
///
/// Model files carry their template as a Jinja program. Programs are not evaluated: a template is recognised by its
/// exact text and rendered by code that does the same, with one difference that no text template can make: the markers
/// are tokens, the contents are text, so a message that spells `<|im_end|>` stays one message.
public struct ChatTemplate: Sendable {
  public static let supportedNames = ["ChatML as of SmolLM2-Instruct"]
  public static let maximumMessages = 4096

  /// `tokenizer.chat_template` of SmolLM2-Instruct, byte for byte.
  static let smolLM2Text = """
    {% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
    You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
    ' }}{% endif %}{{'<|im_start|>' + message['role'] + '
    ' + message['content'] + '<|im_end|>' + '
    '}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
    ' }}{% endif %}
    """
  /// What the template puts first when the conversation does not begin with a system message.
  static let smolLM2System = ChatMessage(
    role: .system, content: "You are a helpful AI assistant named SmolLM, trained by Hugging Face")

  private let defaultSystem: ChatMessage

  /// - Throws: `missingTemplate`, `unsupportedTemplate`.
  public init(metadata: [String: GGUFValue]) throws(TemplateError) {
    guard let text = metadata["tokenizer.chat_template"]?.string else { throw .missingTemplate }
    try self.init(text: text)
  }

  /// - Parameter text: the Jinja text of the template.
  public init(text: String) throws(TemplateError) {
    guard text.utf8.elementsEqual(Self.smolLM2Text.utf8) else {
      throw .unsupportedTemplate(bytes: text.utf8.count, beginning: String(text.prefix(60)))
    }
    defaultSystem = Self.smolLM2System
  }

  /// The prompt: every message, then the opening of the assistant's turn.
  ///
  /// What stands between two markers (`user`, newline, content) is encoded as one text, as it was in training.
  public func render(_ messages: [ChatMessage], tokenizer: Tokenizer) throws(TemplateError) -> [UInt32] {
    guard let first = messages.first else { throw .noMessages }
    guard messages.count <= Self.maximumMessages else {
      throw .tooManyMessages(messages.count, limit: Self.maximumMessages)
    }
    let bytes = messages.reduce(0) { $0 + $1.content.utf8.count }
    guard bytes <= Tokenizer.maximumInputBytes else {
      throw .promptTooLong(bytes: bytes, limit: Tokenizer.maximumInputBytes)
    }
    let start = try marker("<|im_start|>", tokenizer)
    let end = try marker("<|im_end|>", tokenizer)
    var tokens: [UInt32] = []
    if first.role != .system {
      tokens += try turn(defaultSystem, index: nil, tokenizer, start, end)
    }
    for (index, message) in messages.enumerated() {
      tokens += try turn(message, index: index, tokenizer, start, end)
    }
    tokens.append(start)
    tokens += try encode("assistant\n", tokenizer)
    return tokens
  }

  /// One message with its markers. `index` is nil for the message that the template brings itself.
  private func turn(
    _ message: ChatMessage, index: Int?, _ tokenizer: Tokenizer, _ start: UInt32, _ end: UInt32
  ) throws(TemplateError) -> [UInt32] {
    let role = "\(message.role.rawValue)\n"
    let text: [UInt32]
    do {
      text = try tokenizer.encode(Array((role + message.content).utf8), parseSpecial: false)
    } catch {
      guard let index else { throw .templateText(error) }
      throw .message(index: index, error.shifted(by: -role.utf8.count))
    }
    return try [start] + text + [end] + encode("\n", tokenizer)
  }

  private func encode(_ text: String, _ tokenizer: Tokenizer) throws(TemplateError) -> [UInt32] {
    do {
      return try tokenizer.encode(Array(text.utf8), parseSpecial: false)
    } catch {
      throw .templateText(error)
    }
  }

  private func marker(_ text: String, _ tokenizer: Tokenizer) throws(TemplateError) -> UInt32 {
    guard let id = tokenizer.vocabulary.controlToken(text) else { throw .missingMarker(text) }
    return id
  }
}

extension TokenizerError {
  /// The same error with its offset counted from another place.
  fileprivate func shifted(by distance: Int) -> TokenizerError {
    switch self {
    case .invalidUTF8(let offset): .invalidUTF8(offset: offset + distance)
    case .unencodableByte(let byte, let offset): .unencodableByte(byte, offset: offset + distance)
    default: self
    }
  }
}
