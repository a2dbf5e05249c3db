internal import Codec

/// The committed content of an answer: JCS of `{"choices": [...]}` with all choices (FORMAT section 1).
public struct AnswerContent: Sendable, Equatable {
  public struct Choice: Sendable, Equatable {
    public let index: Int
    /// Without the calls.
    public let text: String
    public let toolCalls: [ToolCall]
    public let finishReason: FinishReason

    public init(index: Int, text: String, toolCalls: [ToolCall] = [], finishReason: FinishReason) {
      self.index = index
      self.text = text
      self.toolCalls = toolCalls
      self.finishReason = finishReason
    }
  }

  /// The call of a function.
  public struct ToolCall: Sendable, Equatable {
    public let id: String
    public let name: String
    /// The text of a JSON object, as the model wrote it.
    public let arguments: String

    public init(id: String, name: String, arguments: String) {
      self.id = id
      self.name = name
      self.arguments = arguments
    }

    /// The id of a call in an answer: `call_`, the last 16 hexadecimal digits of the receipt's id, then choice and index
    /// in two digits each. So it is another in every answer, and anyone can make it again.
    public static func id(of receipt: ReceiptID, choice: Int, index: Int) -> String {
      func two(_ value: Int) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
      return "call_" + receipt.description.filter { $0 != "-" }.suffix(16) + two(choice) + two(index)
    }
  }

  public static let choicesMax = 128

  public let choices: [Choice]

  public init(choices: [Choice]) { self.choices = choices }

  public func encoded() throws(ReceiptError) -> [UInt8] {
    let list = choices.map { choice -> JSON in
      [
        "index": .integer(choice.index), "text": .string(choice.text),
        "tool_calls": .array(
          choice.toolCalls.map {
            ["arguments": .string($0.arguments), "id": .string($0.id), "name": .string($0.name)]
          }),
        "finish_reason": .string(choice.finishReason.rawValue),
      ]
    }
    do { return try JCS.encode(["choices": .array(list)]) } catch { throw .encoding(what: "content", why: "\(error)") }
  }

  public init(_ bytes: [UInt8]) throws(ReceiptError) {
    let json: JSON
    do { json = try JCS.parse(bytes) } catch { throw .encoding(what: "content", why: "\(error)") }
    var fields = try Fields(json, "content")
    var choices: [Choice] = []
    for value in try fields.array("choices", max: Self.choicesMax) {
      var choice = try Fields(value, "choice")
      let reason = try choice.string("finish_reason")
      guard let finishReason = FinishReason(rawValue: reason) else {
        throw .field("choice.finish_reason", why: "\"\(reason)\" is unknown")
      }
      choices.append(
        Choice(
          index: try choice.count("index"), text: try choice.string("text"),
          toolCalls: try Self.toolCalls(try choice.array("tool_calls", max: ChatRequest.toolCallsMax)),
          finishReason: finishReason))
      try choice.end()
    }
    try fields.end()
    self.choices = choices
  }

  /// The texts of all choices. Errors: also choices that are out of order.
  static func texts(_ opening: Opening) throws(ReceiptError) -> [String] {
    let choices = try AnswerContent(opening.data).choices
    guard choices.map(\.index) == Array(choices.indices) else {
      throw .field("content", why: "has its choices out of order")
    }
    return choices.map(\.text)
  }

  private static func toolCalls(_ list: [JSON]) throws(ReceiptError) -> [ToolCall] {
    var calls: [ToolCall] = []
    for value in list {
      var call = try Fields(value, "tool call")
      calls.append(
        ToolCall(
          id: try call.name("id", max: ChatRequest.toolCallIDBytesMax), name: try call.name("name", max: 64),
          arguments: try call.string("arguments")))
      try call.end()
    }
    return calls
  }
}

/// Why a choice ended, in OpenAI's words; `cancelled` is ours.
public enum FinishReason: String, Sendable, CaseIterable {
  case stop, length, cancelled
  case toolCalls = "tool_calls"

  /// What the statement says of all choices: `cancelled` when one was, otherwise the reason of the first.
  public static func ofAll(_ reasons: [FinishReason]) -> FinishReason {
    reasons.contains(.cancelled) ? .cancelled : reasons.first ?? .cancelled
  }
}

/// The committed token ids: per choice a u32 count, then u32 each (FORMAT section 1).
public enum TokenIDs {
  public static func encode(_ choices: [[UInt32]]) -> [UInt8] {
    choices.flatMap { tokens in BigEndian.bytes(UInt32(tokens.count)) + tokens.flatMap { BigEndian.bytes($0) } }
  }

  public static func decode(_ bytes: [UInt8]) throws(ReceiptError) -> [[UInt32]] {
    guard bytes.count % 4 == 0 else { throw .field("tokens", why: "is no list of u32") }
    var words = stride(from: 0, to: bytes.count, by: 4).map { BigEndian.uint32(bytes[$0..<$0 + 4]) }[...]
    var choices: [[UInt32]] = []
    while let count = words.popFirst() {
      guard choices.count < AnswerContent.choicesMax else {
        throw .limit(name: "choices", limit: AnswerContent.choicesMax, got: choices.count + 1)
      }
      guard Int(count) <= words.count else { throw .field("tokens", why: "states more tokens than it has") }
      choices.append(Array(words.prefix(Int(count))))
      words = words.dropFirst(Int(count))
    }
    return choices
  }
}
