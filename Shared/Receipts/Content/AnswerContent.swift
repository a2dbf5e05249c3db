internal import Codec

/// The committed content of an answer: JCS of `{"choices": [...]}` with all choices (FORMAT section 1).
public struct AnswerContent: Sendable, Equatable {
  public struct Choice: Sendable, Equatable {
    public let index: Int
    public let text: String
    public let finishReason: FinishReason

    public init(index: Int, text: String, finishReason: FinishReason) {
      self.index = index
      self.text = text
      self.finishReason = finishReason
    }
  }

  public static let choicesMax = 128

  public let choices: [Choice]

  public init(choices: [Choice]) { self.choices = choices }

  public func encoded() throws(ReceiptError) -> [UInt8] {
    let list = choices.map { choice -> JSON in
      [
        "index": .integer(choice.index), "text": .string(choice.text), "tool_calls": [],
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
      guard try choice.array("tool_calls", max: 0).isEmpty else {
        throw .field("choice.tool_calls", why: "must be empty")
      }
      choices.append(
        Choice(index: try choice.count("index"), text: try choice.string("text"), finishReason: finishReason))
      try choice.end()
    }
    try fields.end()
    self.choices = choices
  }
}

/// Why generation ended, in OpenAI's words; `cancelled` is ours.
public enum FinishReason: String, Sendable, CaseIterable {
  case stop, length, cancelled
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
