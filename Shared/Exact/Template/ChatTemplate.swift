public import Codec

/// Renders a conversation to the tokens that a chat model was trained on.
///
/// Model files carry their template as a Jinja program, which is evaluated (`TemplateEvaluator`). It is read and checked
/// when the model is loaded: a template that uses anything outside the subset is refused then, by name. One thing is
/// done that no text template does: texts remember who wrote them, and only what the template itself wrote can be a
/// special token, so a message that spells `<|im_end|>` stays one message.
///
/// What the template writes is what is encoded: no token is added before or after, whatever the file says of
/// `add_bos_token`.
public struct ChatTemplate: Sendable {
  public static let maximumMessages = 4096

  /// Whether the template reads the tools of a request.
  public var acceptsTools: Bool { program.readNames.contains("tools") }

  let program: TemplateProgram
  /// Texts of the special tokens that the template may write by name.
  private let tokenTexts: [String: TemplateValue]
  private let limits: TemplateLimits

  /// - Throws: `missingTemplate`, `syntax`, `unsupported`, `readsClock`, `limit`, `badSpecialToken`.
  public init(metadata: [String: GGUFValue]) throws(TemplateError) {
    guard let text = metadata["tokenizer.chat_template"]?.string else { throw .missingTemplate }
    let program = try TemplateParser.program(of: text)
    try self.init(program, SpecialTokenTexts.read(metadata, for: program.readNames))
  }

  /// - Parameters:
  ///   - text: the Jinja text of the template.
  ///   - tokenTexts: `bos_token`, `eos_token` and the like.
  init(
    text: String, tokenTexts: [String: String] = [:], limits: TemplateLimits = TemplateLimits()
  ) throws(TemplateError) {
    try self.init(TemplateParser.program(of: text, limits: limits), tokenTexts, limits)
  }

  private init(
    _ program: TemplateProgram, _ tokenTexts: [String: String], _ limits: TemplateLimits = TemplateLimits()
  ) {
    self.program = program
    self.tokenTexts = tokenTexts.mapValues { .text(TemplateText($0, .template)) }
    self.limits = limits
  }

  /// The prompt: what the template makes of the messages, with the assistant's turn opened at the end.
  ///
  /// What stands between two markers (`user`, newline, content) is encoded as one text, as it was in training.
  ///
  /// - Parameter tools: the tool objects as the client sent them.
  /// - Throws: `refused` with the template's words, and what else `TemplateError` says of a request.
  public func render(
    _ messages: [ChatMessage], tools: [JSON] = [], tokenizer: Tokenizer
  ) throws(TemplateError) -> [UInt32] {
    let text = try text(of: messages, tools: tools)
    do {
      return try PromptEncoder(tokenizer).encode(text)
    } catch {
      throw Self.error(error, in: messages)
    }
  }

  /// The prompt as text that knows who wrote it.
  func text(of messages: [ChatMessage], tools: [JSON]) throws(TemplateError) -> TemplateText {
    guard !messages.isEmpty else { throw .noMessages }
    guard messages.count <= Self.maximumMessages else {
      throw .tooManyMessages(messages.count, limit: Self.maximumMessages)
    }
    guard tools.isEmpty || acceptsTools else { throw .toolsNotSupported }
    let bytes =
      messages.reduce(0) { $0 + $1.byteCount } + tools.reduce(0) { $0 + $1.serialized().count }
    guard bytes <= Tokenizer.maximumInputBytes else {
      throw .promptTooLong(bytes: bytes, limit: Tokenizer.maximumInputBytes)
    }
    var values: [TemplateValue] = []
    for (index, message) in messages.enumerated() { values.append(try message.value(index: index)) }
    var toolValues: [TemplateValue] = []
    for tool in tools { toolValues.append(try TemplateValue(tool)) }
    var globals = tokenTexts
    globals["messages"] = .sequence(TemplateSequence(.list, values))
    // Absent tools and documents are none and not undefined: so templates have been rendered in training.
    globals["tools"] = tools.isEmpty ? TemplateValue.none : .sequence(TemplateSequence(.list, toolValues))
    globals["documents"] = TemplateValue.none
    globals["add_generation_prompt"] = .bool(true)
    return try TemplateEvaluator.output(of: program, globals, limits: limits)
  }

  /// The error with the place in the request that it comes from.
  private static func error(_ fault: PromptFault, in messages: [ChatMessage]) -> TemplateError {
    guard fault.origin == .data else { return .templateText(fault.error) }
    guard case .unencodableByte(let byte, _) = fault.error else { return .requestText(fault.error) }
    for (index, message) in messages.enumerated() {
      if let offset = Array(message.content.utf8).firstIndex(of: byte) {
        return .message(index: index, .unencodableByte(byte, offset: offset))
      }
    }
    return .requestText(fault.error)
  }
}
