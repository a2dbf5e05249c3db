internal import Codec

/// Reads the members of a request besides model and messages. What would change the answer and is not offered is refused
/// by name; what changes nothing is listed as ignored; what nobody knows is refused.
struct ParameterReader {
  /// Members of OpenAI's request that name or file it, and touch no token.
  static let harmless: Set<String> = [
    "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
    "verbosity",
  ]
  /// Members with a value that asks for nothing, and are refused with any other.
  static let neutral: [String: [JSON]] = [
    "modalities": [["text"]]
  ]

  private var members: [JSONMember]

  init(_ members: [JSONMember]) { self.members = members.filter { !$0.value.isNull } }

  mutating func take(_ name: String) -> JSON? {
    guard let at = members.firstIndex(where: { $0.name == name }) else { return nil }
    return members.remove(at: at).value
  }

  mutating func flag(_ name: String) throws(ReceiptError) -> Bool {
    guard let value = take(name) else { return false }
    guard let flag = value.boolValue else { throw ChatRequest.invalid(name, "\(name) must be true or false") }
    return flag
  }

  mutating func streamOptions() throws(ReceiptError) -> Bool {
    guard let options = take("stream_options") else { return false }
    guard let members = options.objectValue else {
      throw ChatRequest.invalid("stream_options", "stream_options must be an object")
    }
    for member in members {
      let name = "stream_options.\(member.name)"
      guard ["include_usage", "include_obfuscation"].contains(member.name) else {
        throw ChatRequest.invalid(name, "\(name) is not supported", code: "unsupported_parameter")
      }
      guard member.value.boolValue != nil || member.value.isNull else {
        throw ChatRequest.invalid(name, "\(name) must be true or false")
      }
    }
    return options["include_usage"]?.boolValue ?? false
  }

  mutating func parameters() throws(ReceiptError) -> RequestedParameters {
    var result = RequestedParameters()
    result.temperature = try real("temperature", 0...2)
    result.topP = try real("top_p", 0...1)
    if result.topP?.value == 0 {
      throw ChatRequest.invalid("top_p", "top_p must be above 0: use temperature 0 for greedy")
    }
    result.minP = try real("min_p", 0...1)
    result.topK = try integer("top_k", 0...1_048_576)
    let limit = try integer("max_completion_tokens", 1...1_048_576)
    result.maxTokens = try integer("max_tokens", 1...1_048_576) ?? limit
    if let limit, result.maxTokens != limit {
      throw ChatRequest.invalid("max_tokens", "max_tokens and max_completion_tokens differ: give one")
    }
    result.seed = try seed()
    result.presencePenalty = try real("presence_penalty", -2...2)
    result.frequencyPenalty = try real("frequency_penalty", -2...2)
    result.repetitionPenalty = try real("repetition_penalty", 0.01...100)
    result.logitBias = try logitBias()
    result.n = try integer("n", 1...Int64(ChatRequest.choicesMax))
    result.stop = try stop()
    result.topLogprobs = try topLogprobs()
    result.format = try responseFormat()
    try tools(&result)
    try documents(&result)
    guard result.tools.isEmpty || result.format == .text else {
      throw ChatRequest.invalid(
        "response_format", "response_format cannot be combined with tools: leave one out", code: "unsupported_parameter"
      )
    }
    for member in members {
      if Self.harmless.contains(member.name) { result.ignored.append(member.name); continue }
      guard let neutral = Self.neutral[member.name] else {
        throw ChatRequest.invalid(member.name, "unknown parameter \(member.name)", code: "unknown_parameter")
      }
      guard neutral.contains(member.value) else {
        throw ChatRequest.invalid(
          member.name, "\(member.name) is not offered by this server: leave it out", code: "unsupported_parameter")
      }
    }
    result.ignored.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return result
  }

  mutating func real(_ name: String, _ range: ClosedRange<Float>) throws(ReceiptError) -> Real? {
    guard let value = take(name) else { return nil }
    guard let literal = value.numberLiteral, let real = Real(literal: literal),
      range.contains(real.value)
    else { throw ChatRequest.invalid(name, "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)") }
    return real
  }

  mutating func integer(_ name: String, _ range: ClosedRange<Int64>) throws(ReceiptError) -> Int? {
    guard let value = take(name) else { return nil }
    guard let number = value.intValue, range.contains(number) else {
      throw ChatRequest.invalid(
        name, "\(name) must be an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return Int(number)
  }

  /// Any 64-bit integer: a negative one stands for its two's complement.
  private mutating func seed() throws(ReceiptError) -> UInt64? {
    guard let value = take("seed") else { return nil }
    if let signed = value.intValue { return UInt64(bitPattern: signed) }
    guard let literal = value.numberLiteral, let unsigned = UInt64(literal) else {
      throw ChatRequest.invalid("seed", "seed must be an integer of 64 bits")
    }
    return unsigned
  }
}
