internal import Codec

/// A chat completion request, read from the exact bytes that the client sent.
///
/// The orchestrator validates with this reader, inference executes by it and verification re-executes by it: so what a
/// receipt says of parameters is what the committed bytes say.
public struct ChatRequest: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable { case system, user, assistant }

  public struct Message: Sendable, Equatable {
    public let role: Role
    public let content: String
    /// The exact bytes of the message object within the body.
    public let range: Range<Int>
  }

  public static let bodyBytesMax = 4 << 20
  public static let messagesMax = 1024
  public static let modelBytesMax = 256

  public let model: String
  public let messages: [Message]
  public let parameters: RequestedParameters
  public let stream: Bool
  public let includeUsage: Bool

  /// Reads a body. Errors: ``ReceiptError/request(parameter:code:message:)`` for the client.
  public init(body: [UInt8]) throws(ReceiptError) {
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
      messages.append(try Self.message(pair.0, pair.1, index))
    }
    self.model = model
    self.messages = messages
    var reader = ParameterReader(members.filter { !["model", "messages"].contains($0.name) })
    stream = try reader.flag("stream")
    includeUsage = try reader.streamOptions()
    var parameters = try reader.parameters()
    if list.contains(where: { $0["name"]?.isNull == false }) {
      // A participant's name, which no template here renders.
      parameters.ignored = (parameters.ignored + ["messages.name"]).sorted {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
      }
    }
    self.parameters = parameters
  }

  private static func message(_ json: JSON, _ range: Range<Int>, _ index: Int) throws(ReceiptError) -> Message {
    let path = "messages[\(index)]"
    guard let members = json.objectValue else { throw invalid(path, "\(path) must be an object") }
    for member in members where !["role", "content", "name"].contains(member.name) && !member.value.isNull {
      throw invalid("\(path).\(member.name)", "\(path).\(member.name) is not supported by this server")
    }
    guard let name = json["role"]?.stringValue else { throw invalid("\(path).role", "\(path).role must be a string") }
    // OpenAI's newer name for the same role.
    guard let role = name == "developer" ? .system : Role(rawValue: name) else {
      throw invalid("\(path).role", "\(path).role \"\(name)\" is none of system, developer, user, assistant")
    }
    if let text = json["content"]?.stringValue { return Message(role: role, content: text, range: range) }
    guard let parts = json["content"]?.arrayValue else {
      throw invalid("\(path).content", "\(path).content must be a string or an array of text parts")
    }
    var text = ""
    for part in parts {
      for member in part.objectValue ?? [] where !["type", "text"].contains(member.name) && !member.value.isNull {
        throw invalid(
          "\(path).content.\(member.name)", "\(path).content.\(member.name) is not supported by this server")
      }
      guard part["type"]?.stringValue == "text", let piece = part["text"]?.stringValue else {
        throw invalid(
          "\(path).content", "\(path).content may hold parts of type text only: this model reads nothing else")
      }
      text += piece
    }
    return Message(role: role, content: text, range: range)
  }

  static func invalid(_ parameter: String?, _ message: String, code: String = "invalid_value") -> ReceiptError {
    .request(parameter: parameter, code: code, message: message)
  }
}
