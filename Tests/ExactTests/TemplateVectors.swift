import Codec

@testable import Exact
@testable import ExactReference

/// What Jinja itself made of templates (Tests/Vectors/templates/generate.py).
struct TemplateVectors {
  enum Outcome: Equatable {
    case output(String)
    /// The template called `raise_exception` with these words.
    case refused(String)
    /// Jinja raised an error of its own.
    case error
  }

  struct Snippet {
    var template: String
    var outcome: Outcome
  }

  struct Conversation {
    var messages: [ChatMessage]
    var tools: [JSON]
  }

  struct Case {
    var name: String
    var template: ChatTemplate
    var conversation: Conversation
    var outcome: Outcome
  }

  let json: JSON

  static func load() throws -> TemplateVectors {
    let text = try ModelFixture.vectors("templates/vectors.json")
    return TemplateVectors(json: try JSON(parsing: Array(text.utf8)))
  }

  func text(_ template: String) throws -> String {
    try Self.string(json["templates"]?[template]?["text"])
  }

  func template(_ name: String) throws -> ChatTemplate {
    var tokens: [String: String] = [:]
    for member in json["templates"]?[name]?["tokens"]?.objectValue ?? [] {
      tokens[member.name] = member.value.stringValue
    }
    return try ChatTemplate(text: text(name), tokenTexts: tokens)
  }

  func conversation(_ name: String) throws -> Conversation {
    let json = json["conversations"]?[name]
    return Conversation(
      messages: try (json?["messages"]?.arrayValue ?? []).map(Self.message), tools: json?["tools"]?.arrayValue ?? [])
  }

  func cases() throws -> [Case] {
    try (json["cases"]?.arrayValue ?? []).map { entry in
      let template = try Self.string(entry["template"])
      let conversation = try Self.string(entry["conversation"])
      return Case(
        name: "\(template), \(conversation)", template: try self.template(template),
        conversation: try self.conversation(conversation), outcome: Self.outcome(entry))
    }
  }

  func snippets() throws -> [Snippet] {
    try (json["snippets"]?.arrayValue ?? []).map {
      Snippet(template: try Self.string($0["template"]), outcome: Self.outcome($0))
    }
  }

  /// The variables that the snippets are rendered with.
  func context() throws -> [String: TemplateValue] {
    var out: [String: TemplateValue] = [:]
    for member in json["context"]?.objectValue ?? [] { out[member.name] = try TemplateValue(member.value) }
    return out
  }

  private static func outcome(_ entry: JSON) -> Outcome {
    if let output = entry["output"]?.stringValue { return .output(output) }
    if let words = entry["refused"]?.stringValue { return .refused(words) }
    return .error
  }

  private static func message(_ json: JSON) throws -> ChatMessage {
    let calls = try (json["tool_calls"]?.arrayValue ?? []).map { call in
      ToolCall(
        id: try string(call["id"]), name: try string(call["function"]?["name"]),
        argumentsJSON: call["function"]?["arguments"]?.text ?? "")
    }
    guard let role = ChatRole(rawValue: try string(json["role"])) else {
      throw ModelFixture.Missing(description: "a role of the vectors is unknown")
    }
    return ChatMessage(
      role: role, content: try string(json["content"]), name: json["name"]?.stringValue, toolCalls: calls,
      toolCallID: json["tool_call_id"]?.stringValue)
  }

  private static func string(_ json: JSON?) throws -> String {
    guard let text = json?.stringValue else { throw ModelFixture.Missing(description: "the vectors lack a string") }
    return text
  }
}
