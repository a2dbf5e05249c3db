internal import Codec

extension ChatRequest.Message {
  /// Reads one message object. What would be rendered and is not is refused by name.
  init(_ json: JSON, range: Range<Int>, path: String) throws(ReceiptError) {
    guard let members = json.objectValue else { throw ChatRequest.invalid(path, "\(path) must be an object") }
    role = try Self.role(json, path)
    var known: Set<String> = ["role", "content", "name"]
    if role == .assistant { known.insert("tool_calls") }
    if role == .tool { known.insert("tool_call_id") }
    for member in members where !known.contains(member.name) && !member.value.isNull {
      throw ChatRequest.invalid(
        "\(path).\(member.name)", "\(path).\(member.name) is not supported by this server")
    }
    // Of another role it is null by now.
    toolCalls = try Self.toolCalls(json["tool_calls"] ?? .null, "\(path).tool_calls")
    toolCallID = role == .tool ? try Self.toolCallID(json["tool_call_id"], "\(path).tool_call_id") : nil
    let content = json["content"] ?? .null
    self.content = content.isNull && !toolCalls.isEmpty ? "" : try Self.text(content, "\(path).content")
    self.range = range
  }

  private static func role(_ json: JSON, _ path: String) throws(ReceiptError) -> ChatRequest.Role {
    guard let name = json["role"]?.stringValue else {
      throw ChatRequest.invalid("\(path).role", "\(path).role must be a string")
    }
    // OpenAI's newer name for the same role.
    guard let role = name == "developer" ? .system : ChatRequest.Role(rawValue: name) else {
      throw ChatRequest.invalid(
        "\(path).role", "\(path).role \"\(name)\" is none of system, developer, user, assistant, tool")
    }
    return role
  }

  private static func text(_ json: JSON, _ path: String) throws(ReceiptError) -> String {
    if let text = json.stringValue { return text }
    guard let parts = json.arrayValue else {
      throw ChatRequest.invalid(path, "\(path) must be a string or an array of text parts")
    }
    var text = ""
    for part in parts {
      for member in part.objectValue ?? [] where !["type", "text"].contains(member.name) && !member.value.isNull {
        throw ChatRequest.invalid(
          "\(path).\(member.name)", "\(path).\(member.name) is not supported by this server")
      }
      guard part["type"]?.stringValue == "text", let piece = part["text"]?.stringValue else {
        throw ChatRequest.invalid(
          path, "\(path) may hold parts of type text only: this model reads nothing else")
      }
      text += piece
    }
    return text
  }

  private static func toolCallID(_ json: JSON?, _ path: String) throws(ReceiptError) -> String {
    guard let id = json?.stringValue, (1...ChatRequest.toolCallIDBytesMax).contains(id.utf8.count) else {
      throw ChatRequest.invalid(
        path, "\(path) is required and must be a string of 1 to \(ChatRequest.toolCallIDBytesMax) bytes")
    }
    return id
  }

  private static func toolCalls(_ json: JSON, _ path: String) throws(ReceiptError) -> [AnswerContent.ToolCall] {
    if json.isNull { return [] }
    guard let list = json.arrayValue, list.count <= ChatRequest.toolCallsMax else {
      throw ChatRequest.invalid(path, "\(path) must be an array of at most \(ChatRequest.toolCallsMax) calls")
    }
    var calls: [AnswerContent.ToolCall] = []
    for (index, item) in list.enumerated() {
      let place = "\(path)[\(index)]"
      let function = item["function"] ?? .null
      guard item["type"] == "function", let name = function["name"]?.stringValue, ChatRequest.isFunctionName(name)
      else { throw ChatRequest.invalid(place, "\(place) must be the call of a function with a name") }
      guard let arguments = function["arguments"]?.stringValue,
        (try? JSON(parsing: Array(arguments.utf8)))?.objectValue != nil
      else {
        throw ChatRequest.invalid(
          "\(place).function.arguments", "\(place).function.arguments must be a JSON object as a string")
      }
      calls.append(
        AnswerContent.ToolCall(id: try toolCallID(item["id"], "\(place).id"), name: name, arguments: arguments))
    }
    return calls
  }
}

extension ChatRequest {
  /// 1 to 64 letters, digits, underscores and dashes, as OpenAI names functions.
  static func isFunctionName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
