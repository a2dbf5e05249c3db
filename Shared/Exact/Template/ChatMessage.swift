/// Who speaks in a message.
public enum ChatRole: String, Sendable, CaseIterable {
  case system, user, assistant, tool
}

/// A call of a tool that the assistant has made.
public struct ToolCall: Sendable, Equatable {
  public var id: String
  public var name: String
  /// The arguments as the text of one JSON object; an empty text counts as an empty object.
  public var argumentsJSON: String

  public init(id: String, name: String, argumentsJSON: String) {
    self.id = id
    self.name = name
    self.argumentsJSON = argumentsJSON
  }
}

/// One message of a conversation. All of it is data: no marker in it is ever interpreted.
public struct ChatMessage: Sendable, Equatable {
  public var role: ChatRole
  public var content: String
  /// The name of the speaker or of the tool, for templates that write it.
  public var name: String?
  /// What the assistant called, in order.
  public var toolCalls: [ToolCall]
  /// Which call a message of the role `tool` answers.
  public var toolCallID: String?

  public init(
    role: ChatRole, content: String, name: String? = nil, toolCalls: [ToolCall] = [], toolCallID: String? = nil
  ) {
    self.role = role
    self.content = content
    self.name = name
    self.toolCalls = toolCalls
    self.toolCallID = toolCallID
  }

  /// Bytes of everything that a template may write.
  var byteCount: Int {
    let calls = toolCalls.reduce(0) { $0 + $1.id.utf8.count + $1.name.utf8.count + $1.argumentsJSON.utf8.count }
    return content.utf8.count + (name?.utf8.count ?? 0) + (toolCallID?.utf8.count ?? 0) + calls
  }
}
