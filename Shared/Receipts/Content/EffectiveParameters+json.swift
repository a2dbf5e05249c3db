internal import Codec

extension EffectiveParameters {
  /// The first members are always there. The others were added later and stand only where they say something, so that
  /// what they say has one spelling and a statement from before them is read as it was meant.
  var json: JSON {
    func real(_ value: Real, unless neutral: Float) -> JSON? { value.value == neutral ? nil : value.json }
    return .members([
      ("temperature", temperature.json), ("top_p", topP.json), ("min_p", minP.json), ("top_k", .integer(topK)),
      ("max_tokens", .integer(maxTokens)), ("n", .integer(n)), ("seed", .decimal(seed)),
      ("seed_source", .string(seedDrawn ? "drawn" : "request")), ("ignored", .array(ignored.map { .string($0) })),
      ("presence_penalty", real(presencePenalty, unless: 0)),
      ("frequency_penalty", real(frequencyPenalty, unless: 0)),
      ("repetition_penalty", real(repetitionPenalty, unless: 1)),
      ("logit_bias", logitBias.isEmpty ? nil : .array(logitBias.map { [.integer($0.token), $0.bias.json] })),
      ("stop", stops == 0 ? nil : .integer(stops)), ("top_logprobs", topLogprobs.map { .integer($0) }),
      ("response_format", format == "text" ? nil : .string(format)),
      ("tools", tools == 0 ? nil : .integer(tools)),
      ("tool_choice", toolChoice == "none" ? nil : .string(toolChoice)),
      ("parallel_tool_calls", parallelToolCalls ? nil : false),
      ("documents", documents == 0 ? nil : .integer(documents)),
    ])
  }

  init(_ fields: consuming Fields) throws(ReceiptError) {
    temperature = try Real(try fields.json("temperature"), "parameters.temperature")
    topP = try Real(try fields.json("top_p"), "parameters.top_p")
    minP = try Real(try fields.json("min_p"), "parameters.min_p")
    topK = try fields.count("top_k")
    maxTokens = try fields.count("max_tokens")
    n = try fields.count("n")
    guard (1...ChatRequest.choicesMax).contains(n) else {
      throw .field("parameters.n", why: "must be 1 to \(ChatRequest.choicesMax)")
    }
    seed = try fields.decimal("seed")
    switch try fields.string("seed_source") {
    case "drawn": seedDrawn = true
    case "request": seedDrawn = false
    default: throw .field("parameters.seed_source", why: "must be drawn or request")
    }
    ignored = []
    for name in try fields.array("ignored", max: 64) {
      guard let text = name.stringValue else { throw .field("parameters.ignored", why: "must hold strings") }
      ignored.append(text)
    }
    presencePenalty = try fields.real("presence_penalty", default: Self.penaltyDefault)
    frequencyPenalty = try fields.real("frequency_penalty", default: Self.penaltyDefault)
    repetitionPenalty = try fields.real("repetition_penalty", default: Self.repetitionPenaltyDefault)
    logitBias = try fields.logitBias()
    stops = try fields.positive("stop", max: ChatRequest.stopsMax) ?? 0
    topLogprobs = try fields.optionalCount("top_logprobs", max: ChatRequest.topLogprobsMax)
    format = try fields.oneOf("response_format", ["json_object", "json_schema"]) ?? "text"
    tools = try fields.positive("tools", max: ChatRequest.toolsMax) ?? 0
    toolChoice = try fields.oneOf("tool_choice", ["auto", "required", "function"]) ?? "none"
    parallelToolCalls = true
    if let parallel = fields.optional("parallel_tool_calls") {
      guard parallel == false else { throw .field("parameters.parallel_tool_calls", why: "stands only where false") }
      parallelToolCalls = false
    }
    documents = try fields.positive("documents", max: RequestedDocument.countMax) ?? 0
    try fields.end()
  }
}

// Members that stand only where they differ from the default.
extension Fields {
  fileprivate mutating func real(_ name: String, default neutral: Real) throws(ReceiptError) -> Real {
    guard let json = optional(name) else { return neutral }
    let value = try Real(json, "parameters.\(name)")
    guard value.value != neutral.value else {
      throw .field("parameters.\(name)", why: "is the default, which is not stated")
    }
    return value
  }

  fileprivate mutating func optionalCount(_ name: String, max: Int) throws(ReceiptError) -> Int? {
    guard let json = optional(name) else { return nil }
    guard let value = json.intValue, (0...Int64(max)).contains(value) else {
      throw .field("parameters.\(name)", why: "must be an integer from 0 to \(max)")
    }
    return Int(value)
  }

  fileprivate mutating func positive(_ name: String, max: Int) throws(ReceiptError) -> Int? {
    let count = try optionalCount(name, max: max)
    guard count != 0 else { throw .field("parameters.\(name)", why: "is none, which is not stated") }
    return count
  }

  fileprivate mutating func oneOf(_ name: String, _ values: [String]) throws(ReceiptError) -> String? {
    guard let text = try optionalString(name) else { return nil }
    guard let value = values.first(where: { $0.hasSameBytes(as: text) }) else {
      throw .field("parameters.\(name)", why: "must be one of \(values.joined(separator: ", "))")
    }
    return value
  }

  fileprivate mutating func logitBias() throws(ReceiptError) -> [LogitBias] {
    guard let json = optional("logit_bias") else { return [] }
    guard let pairs = json.arrayValue, (1...ChatRequest.logitBiasMax).contains(pairs.count) else {
      throw .field("parameters.logit_bias", why: "must hold 1 to \(ChatRequest.logitBiasMax) pairs")
    }
    var result: [LogitBias] = []
    for pair in pairs {
      guard pair.arrayValue?.count == 2, let token = pair[0]?.intValue.flatMap({ UInt32(exactly: $0) }),
        let bias = pair[1], result.last.map({ $0.token < token }) ?? true
      else { throw .field("parameters.logit_bias", why: "must hold pairs of token and real, ascending by token") }
      result.append(LogitBias(token: token, bias: try Real(bias, "parameters.logit_bias")))
    }
    return result
  }
}
