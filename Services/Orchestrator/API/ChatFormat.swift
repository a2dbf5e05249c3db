internal import Codec
internal import Cryptography
internal import Receipts
internal import Stores

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
  func body(text: String, finishReason: String, usage: Usage) -> [UInt8] {
    let json: JSON = [
      "id": .string(id), "object": "chat.completion", "created": .integer(created), "model": .string(model),
      "choices": [
        [
          "index": 0, "message": ["role": "assistant", "content": .string(text), "refusal": .null], "logprobs": .null,
          "finish_reason": .string(finishReason),
        ]
      ], "usage": usage.json, "system_fingerprint": .string(fingerprint),
    ]
    return json.serialized()
  }

  /// The body as it leaves: the receipt is its last member, so that taking it off gives back the committed bytes.
  static func body(_ wire: [UInt8], receipt: JSON) -> [UInt8] {
    wire.dropLast() + Array(#","receipt":"#.utf8) + receipt.serialized() + [UInt8(ascii: "}")]
  }

  /// The first chunk, which opens the message.
  var roleChunk: [UInt8] {
    chunk(#"{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}"#.utf8)
  }

  /// A piece of the answer. This runs once a token: no tree is built but that of the one string.
  func textChunk(_ text: String) -> [UInt8] {
    var choice = Array(#"{"index":0,"delta":{"content":"#.utf8)
    choice += JSON.string(text).serialized()
    choice += #"},"logprobs":null,"finish_reason":null}"#.utf8
    return chunk(choice)
  }

  /// The chunk with `finish_reason`, and the receipt at its top level.
  func finishChunk(_ reason: String, receipt: JSON) -> [UInt8] {
    let choice: JSON = ["index": 0, "delta": [:], "logprobs": .null, "finish_reason": .string(reason)]
    return chunk(choice.serialized()).dropLast() + Array(#","receipt":"#.utf8) + receipt.serialized()
      + [UInt8(ascii: "}")]
  }

  /// The last chunk of a stream whose client asked for usage.
  func usageChunk(_ usage: Usage) -> [UInt8] {
    chunkHead + Array(#"],"usage":"#.utf8) + usage.json.serialized() + [UInt8(ascii: "}")]
  }

  private func chunk(_ choice: some Sequence<UInt8>) -> [UInt8] {
    chunkHead + choice + Array((includeUsage ? #"],"usage":null}"# : "]}").utf8)
  }
}
