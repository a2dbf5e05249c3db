internal import Codec
internal import Cryptography
internal import Receipts
internal import Stores
internal import Wire

/// The bytes of one chat answer, written by hand: what is committed to is exactly what is sent.
struct ChatFormat: Sendable {
  private let id: String
  private let created: UInt64
  private let model: String
  private let fingerprint: String
  private let includeUsage: Bool
  /// The members that every chunk begins with, up to its choices.
  private let chunkHead: [UInt8]

  init(_ live: LiveRequest) {
    self.init(
      id: live.row.completionID, created: live.row.acceptedUnixMs / 1000, model: live.model.id,
      fingerprint: "fp_" + live.model.manifest.hex.prefix(12), includeUsage: live.request.includeUsage)
  }

  init(id: String, created: UInt64, model: String, fingerprint: String, includeUsage: Bool) {
    self.id = id
    self.created = created
    self.model = model
    self.fingerprint = fingerprint
    self.includeUsage = includeUsage
    let head: JSON = [
      "id": .string(id), "object": "chat.completion.chunk", "created": .integer(created), "model": .string(model),
      "system_fingerprint": .string(fingerprint),
    ]
    chunkHead = head.serialized().dropLast() + Array(#","choices":["#.utf8)
  }

  struct Usage: Sendable, Equatable {
    var promptTokens: Int
    var completionTokens: Int

    var json: JSON {
      [
        "prompt_tokens": .integer(promptTokens), "completion_tokens": .integer(completionTokens),
        "total_tokens": .integer(promptTokens + completionTokens),
      ]
    }
  }

  /// The body without its receipt: the data of the wire commitment.
  ///
  /// - Parameter logprobs: of each choice; nil when none were asked for.
  func body(_ choices: [AnswerContent.Choice], logprobs: [[WireLogprobs]]?, usage: Usage) -> [UInt8] {
    let list = choices.map { choice -> JSON in
      [
        "index": .integer(choice.index), "message": Self.message(choice),
        "logprobs": logprobs.map { .logprobs($0[choice.index]) } ?? .null,
        "finish_reason": .string(choice.finishReason.rawValue),
      ]
    }
    let json: JSON = [
      "id": .string(id), "object": "chat.completion", "created": .integer(created), "model": .string(model),
      "choices": .array(list), "usage": usage.json, "system_fingerprint": .string(fingerprint),
    ]
    return json.serialized()
  }

  private static func message(_ choice: AnswerContent.Choice) -> JSON {
    var members = [JSONMember("role", "assistant")]
    let isCallAlone = choice.text.isEmpty && !choice.toolCalls.isEmpty
    members.append(JSONMember("content", isCallAlone ? .null : .string(choice.text)))
    members.append(JSONMember("refusal", .null))
    if !choice.toolCalls.isEmpty {
      let calls = choice.toolCalls.map { JSON.toolCall(index: nil, id: $0.id, name: $0.name, arguments: $0.arguments) }
      members.append(JSONMember("tool_calls", .array(calls)))
    }
    return .object(members)
  }

  /// The body as it leaves: the receipt is its last member, so that taking it off gives back the committed bytes.
  static func body(_ wire: [UInt8], receipt: JSON) -> [UInt8] {
    wire.dropLast() + Array(#","receipt":"#.utf8) + receipt.serialized() + [UInt8(ascii: "}")]
  }

  /// The first chunk, which opens the message of each choice.
  func roleChunk(choices count: Int) -> [UInt8] {
    let choices = (0..<count).map {
      #"{"index":\#($0),"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}"#
    }
    return chunk(choices.joined(separator: ",").utf8)
  }

  /// A piece of the answer. This runs once a token: no tree is built but those of the string and of log-probabilities.
  func deltaChunk(_ delta: Delta) -> [UInt8] {
    var choice = Array(#"{"index":\#(delta.choice),"delta":{"content":"#.utf8)
    choice += JSON.string(delta.text).serialized()
    choice += #"},"logprobs":"#.utf8
    choice += delta.logprobs.isEmpty ? Array("null".utf8) : JSON.logprobs(delta.logprobs).serialized()
    choice += #","finish_reason":null}"#.utf8
    return chunk(choice)
  }

  /// Calls of tools.
  /// - Parameter index: of the first of them within its message.
  func toolCallChunk(_ calls: [WireToolCall], choice: UInt32, from index: Int) -> [UInt8] {
    let list = calls.enumerated().map { at, call in
      JSON.toolCall(index: index + at, id: call.id, name: call.name, arguments: call.arguments)
    }
    let json: JSON = [
      "index": .integer(choice), "delta": ["tool_calls": .array(list)], "logprobs": .null, "finish_reason": .null,
    ]
    return chunk(json.serialized())
  }

  /// The chunk with `finish_reason` of every choice, and the receipt at its top level.
  func finishChunk(_ choices: [AnswerContent.Choice], receipt: JSON) -> [UInt8] {
    let list = choices.map { choice -> [UInt8] in
      let json: JSON = [
        "index": .integer(choice.index), "delta": [:], "logprobs": .null,
        "finish_reason": .string(choice.finishReason.rawValue),
      ]
      return json.serialized()
    }
    return chunk(list.joined(separator: [UInt8(ascii: ",")])).dropLast() + Array(#","receipt":"#.utf8)
      + receipt.serialized() + [UInt8(ascii: "}")]
  }

  /// The last chunk of a stream whose client asked for usage.
  func usageChunk(_ usage: Usage) -> [UInt8] {
    chunkHead + Array(#"],"usage":"#.utf8) + usage.json.serialized() + [UInt8(ascii: "}")]
  }

  private func chunk(_ choice: some Sequence<UInt8>) -> [UInt8] {
    chunkHead + choice + Array((includeUsage ? #"],"usage":null}"# : "]}").utf8)
  }
}
