/// Who speaks in a message.
public enum ChatRole: String, Sendable, CaseIterable {
  case system, user, assistant
}

/// One message of a conversation. `content` is data: no marker in it is ever interpreted.
public struct ChatMessage: Sendable, Equatable {
  public var role: ChatRole
  public var content: String

  public init(role: ChatRole, content: String) {
    self.role = role
    self.content = content
  }
}
