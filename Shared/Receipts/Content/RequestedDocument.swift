public import Credit
public import Cryptography

/// A text that a request gives the model to answer from, and whom it comes from as the client says.
public struct RequestedDocument: Sendable, Equatable {
  /// Documents of one request: up to 12 every subset of them is valued, of more those of drawn permutations (FORMAT section
  /// 7).
  public static let countMax = SampledContextShapley.documentCountMax
  /// Of those that are valued before the receipt; more are in a later statement.
  public static let countMaxBeforeReceipt = 6
  public static let textBytesMax = 65_536
  /// Of an id and of a title.
  public static let nameBytesMax = 256

  /// The client's own name for it, which no statement holds.
  public let id: String?
  public let title: String?
  public let text: String
  public let source: DocumentSource
  /// Whether it is of a collection that the request names, and not in the request itself.
  public var isRetrieved = false

  /// What stands of it in the prompt.
  var shown: String { "Document" + (title.map { ": \($0)" } ?? "") + "\n\(text)\n\n" }
}

/// Who is credited for a document: the part of it that attribution is told.
public struct DocumentSource: Sendable, Equatable {
  /// `unattributed` where the client names nobody.
  public let contributor: String
  /// What it is a part of; credit does not depend on it.
  public let asset: String?
  /// SHA-256 of its canonical bytes, the text in UTF-8: what it is registered by. Never in a statement without a salt. Nil
  /// where the text is not known.
  public let record: Digest32?
  /// Where near copies count, and the text is known.
  public let text: String?

  public init(contributor: String, asset: String? = nil, record: Digest32? = nil, text: String? = nil) {
    self.contributor = contributor
    self.asset = asset
    self.record = record
    self.text = text
  }
}

extension ChatRequest {
  /// The messages as the model is shown them: behind the documents of `coalition` (whose bit i says that document i is
  /// given), which stand in front of the last `user` message's own content, in their order. A document that is not given
  /// leaves no trace.
  public func messages(given coalition: Int) -> [Message] { messages { coalition >> $0 & 1 == 1 } }

  /// The same of any of 256 documents.
  public func messages(given coalition: DocumentSet) -> [Message] { messages(where: coalition.contains) }

  private func messages(where isGiven: (Int) -> Bool) -> [Message] {
    let given = parameters.documents.enumerated().filter { isGiven($0.offset) }
    guard let last = messages.lastIndex(where: { $0.role == .user }) else { return messages }
    var shown = messages
    shown[last] = messages[last].saying(given.map(\.element.shown).joined() + messages[last].content)
    return shown
  }

  /// The messages with all documents: what is executed.
  public var shownMessages: [Message] { messages(given: -1) }
}

extension ChatRequest.Message {
  fileprivate func saying(_ content: String) -> ChatRequest.Message {
    ChatRequest.Message(
      role: role, content: content, toolCalls: toolCalls, toolCallID: toolCallID, range: range)
  }
}
