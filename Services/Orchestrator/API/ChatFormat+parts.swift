internal import Codec
internal import Wire

extension JSON {
  /// The call of a function as OpenAI writes it.
  /// - Parameter index: its place in the message, which chunks state and bodies do not.
  static func toolCall(index: Int?, id: String, name: String, arguments: String) -> JSON {
    let function: JSON = ["name": .string(name), "arguments": .string(arguments)]
    let members = [JSONMember("id", .string(id)), JSONMember("type", "function"), JSONMember("function", function)]
    return .object((index.map { [JSONMember("index", .integer($0))] } ?? []) + members)
  }

  /// The log-probabilities of some tokens as OpenAI writes them.
  static func logprobs(_ tokens: [WireLogprobs]) -> JSON {
    let content = tokens.map { token -> JSON in
      let members = (token.chosen ?? WireLogprob()).members
      return .object(members + [JSONMember("top_logprobs", .array(token.top.map { .object($0.members) }))])
    }
    return ["content": .array(content), "refusal": .null]
  }
}

extension WireLogprob {
  /// The text is for people: where a token holds part of a character only the bytes say which.
  fileprivate var members: [JSONMember] {
    [
      JSONMember("token", .string(String(decoding: token, as: UTF8.self))),
      JSONMember("logprob", .number("\(logprob)")), JSONMember("bytes", .array(token.map { .integer($0) })),
    ]
  }
}
