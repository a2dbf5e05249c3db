internal import Codec

/// A chat completion request, read from the exact bytes that the client sent.
///
/// The orchestrator validates with this reader, inference executes by it and verification re-executes by it: so what a
/// receipt says of parameters is what the committed bytes say.
public struct ChatRequest: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable { case system, user, assistant, tool }

  public struct Message: Sendable, Equatable {
    public let role: Role
    /// Empty for an assistant's message that holds calls alone.
    public let content: String
    /// What the assistant called, in order.
    public let toolCalls: [AnswerContent.ToolCall]
    /// Of a tool's message: which call it answers.
    public let toolCallID: String?
    /// The exact bytes of the message object within the body.
    public let range: Range<Int>
  }

  public static let bodyBytesMax = 4 << 20
  public static let messagesMax = 1024
  public static let modelBytesMax = 256
  /// Answers to one request.
  public static let choicesMax = 8
  public static let stopsMax = 4
  public static let stopBytesMax = 256
  public static let logitBiasMax = 1024
  public static let topLogprobsMax = 20
  public static let toolsMax = 128
  /// Calls in one message.
  public static let toolCallsMax = 128
  public static let toolCallIDBytesMax = 64

  public let model: String
  public let messages: [Message]
  public internal(set) var parameters: RequestedParameters
  public let stream: Bool
  public let includeUsage: Bool

  /// How many answers are asked for.
  public var choices: Int { parameters.n ?? 1 }

  /// Reads a body as it is asked with: what it wants of collections is not among its documents. Errors:
  /// ``ReceiptError/request(parameter:code:message:)`` for the client.
  public init(asked body: [UInt8]) throws(ReceiptError) {
    guard body.count <= Self.bodyBytesMax else {
      throw .limit(name: "request body bytes", limit: Self.bodyBytesMax, got: body.count)
    }
    let json: JSON
    let ranges: [Range<Int>]
    do {
      json = try JSON(parsing: body)
    } catch { throw Self.invalid(nil, "the body is no acceptable JSON: \(error)", code: "invalid_json") }
    guard let members = json.objectValue else { throw Self.invalid(nil, "the body must be a JSON object") }
    guard let model = json["model"]?.stringValue, (1...Self.modelBytesMax).contains(model.utf8.count) else {
      throw Self.invalid("model", "model is required and must be a string of 1 to \(Self.modelBytesMax) bytes")
    }
    guard let list = json["messages"]?.arrayValue, !list.isEmpty else {
      throw Self.invalid("messages", "messages is required and must be a non-empty array")
    }
    guard list.count <= Self.messagesMax else {
      throw Self.invalid("messages", "messages has \(list.count) elements, above the limit of \(Self.messagesMax)")
    }
    do { ranges = try JSON.elementRanges(ofArrayNamed: "messages", in: body) } catch {
      throw Self.invalid("messages", "\(error)")
    }
    var messages: [Message] = []
    for (index, pair) in zip(list, ranges).enumerated() {
      messages.append(try Message(pair.0, range: pair.1, path: "messages[\(index)]"))
    }
    self.model = model
    self.messages = messages
    var reader = ParameterReader(members.filter { !["model", "messages"].contains($0.name) })
    stream = try reader.flag("stream")
    includeUsage = try reader.streamOptions()
    var parameters = try reader.parameters()
    let isAlone = parameters.documents.isEmpty && parameters.collections.isEmpty
    guard isAlone || messages.contains(where: { $0.role == .user }) else {
      throw Self.invalid("documents", "documents need a message of role user, in front of which they stand")
    }
    if list.contains(where: { $0["name"]?.isNull == false }) {
      // A participant's name, which no template here renders.
      parameters.ignored = (parameters.ignored + ["messages.name"]).sorted {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
      }
    }
    self.parameters = parameters
  }

  static func invalid(_ parameter: String?, _ message: String, code: String = "invalid_value") -> ReceiptError {
    .request(parameter: parameter, code: code, message: message)
  }
}
