internal import Codec

// What says how an answer ends, what form it has and what is told of it.
extension ParameterReader {
  /// An object from token ids in decimal to numbers. Its pairs are sorted: their order says nothing.
  mutating func logitBias() throws(ReceiptError) -> [LogitBias] {
    guard let value = take("logit_bias") else { return [] }
    guard let members = value.objectValue else {
      throw ChatRequest.invalid("logit_bias", "logit_bias must be an object from token ids to numbers")
    }
    guard members.count <= ChatRequest.logitBiasMax else {
      throw ChatRequest.invalid(
        "logit_bias", "logit_bias has \(members.count) members, above the limit of \(ChatRequest.logitBiasMax)")
    }
    var result: [LogitBias] = []
    for member in members {
      guard let token = UInt32(member.name), member.name.hasSameBytes(as: String(token)) else {
        throw ChatRequest.invalid("logit_bias", "logit_bias has a name that is no token id in decimal")
      }
      guard let literal = member.value.numberLiteral, let bias = Real(literal: literal),
        (-100...100).contains(bias.value)
      else { throw ChatRequest.invalid("logit_bias", "logit_bias must hold numbers from -100 to 100") }
      result.append(LogitBias(token: token, bias: bias))
    }
    return result.sorted { $0.token < $1.token }
  }

  /// One text or a list of them.
  mutating func stop() throws(ReceiptError) -> [String] {
    guard let value = take("stop") else { return [] }
    let list = value.stringValue.map { [JSON.string($0)] } ?? value.arrayValue
    guard let list, list.count <= ChatRequest.stopsMax else {
      throw ChatRequest.invalid("stop", "stop must be a string or an array of at most \(ChatRequest.stopsMax) strings")
    }
    var result: [String] = []
    for item in list {
      guard let text = item.stringValue, (1...ChatRequest.stopBytesMax).contains(text.utf8.count) else {
        throw ChatRequest.invalid("stop", "stop must hold strings of 1 to \(ChatRequest.stopBytesMax) bytes")
      }
      result.append(text)
    }
    return result
  }

  mutating func topLogprobs() throws(ReceiptError) -> Int? {
    let isAsked = try flag("logprobs")
    let count = try integer("top_logprobs", 0...Int64(ChatRequest.topLogprobsMax))
    guard isAsked || (count ?? 0) == 0 else {
      throw ChatRequest.invalid("top_logprobs", "top_logprobs needs logprobs to be true")
    }
    return isAsked ? count ?? 0 : nil
  }

  mutating func responseFormat() throws(ReceiptError) -> ResponseFormat {
    guard let value = take("response_format") else { return .text }
    switch value["type"]?.stringValue {
    case "text": return try only(["type"], in: value, "response_format", .text)
    case "json_object": return try only(["type"], in: value, "response_format", .jsonObject)
    case "json_schema":
      let format = value["json_schema"] ?? .null
      _ = try only(["type", "json_schema"], in: value, "response_format", ())
      _ = try only(["name", "description", "schema", "strict"], in: format, "response_format.json_schema", ())
      guard let schema = format["schema"], schema.objectValue != nil else {
        throw ChatRequest.invalid(
          "response_format.json_schema.schema", "response_format.json_schema.schema is required and must be an object")
      }
      return .jsonSchema(schema)
    default:
      throw ChatRequest.invalid(
        "response_format.type", "response_format.type must be text, json_object or json_schema")
    }
  }

  /// Tools, and with them what is asked about them. Without tools there is nothing to choose.
  mutating func tools(_ result: inout RequestedParameters) throws(ReceiptError) {
    let isParallel = take("parallel_tool_calls")
    let choice = take("tool_choice")
    var tools: [RequestedTool] = []
    if let value = take("tools") {
      guard let list = value.arrayValue, list.count <= ChatRequest.toolsMax else {
        throw ChatRequest.invalid("tools", "tools must be an array of at most \(ChatRequest.toolsMax) tools")
      }
      for (index, item) in list.enumerated() { tools.append(try tool(item, "tools[\(index)]")) }
    }
    for (index, tool) in tools.enumerated() where tools[..<index].contains(where: { $0.name == tool.name }) {
      throw ChatRequest.invalid("tools", "tools[\(index)] has the name of an earlier tool")
    }
    result.toolChoice = try toolChoice(choice, among: tools)
    if let isParallel {
      guard let flag = isParallel.boolValue else {
        throw ChatRequest.invalid("parallel_tool_calls", "parallel_tool_calls must be true or false")
      }
      if tools.isEmpty { result.ignored.append("parallel_tool_calls") } else { result.parallelToolCalls = flag }
    }
    // A model that is not to call any is shown none.
    result.tools = result.toolChoice == .none ? [] : tools
    if result.tools.isEmpty { result.parallelToolCalls = true }
  }

  private func tool(_ json: JSON, _ path: String) throws(ReceiptError) -> RequestedTool {
    guard json["type"] == "function" else {
      throw ChatRequest.invalid("\(path).type", "\(path).type must be function: no other tool is offered")
    }
    _ = try only(["type", "function"], in: json, path, ())
    let function = json["function"] ?? .null
    _ = try only(["name", "description", "parameters", "strict"], in: function, "\(path).function", ())
    guard let name = function["name"]?.stringValue, ChatRequest.isFunctionName(name) else {
      throw ChatRequest.invalid(
        "\(path).function.name", "\(path).function.name must be 1 to 64 letters, digits, underscores and dashes")
    }
    var parameters: JSON = ["type": "object", "properties": [:], "additionalProperties": false]
    if let given = function["parameters"], !given.isNull { parameters = given }
    guard parameters.objectValue != nil else {
      throw ChatRequest.invalid(
        "\(path).function.parameters", "\(path).function.parameters must be a JSON Schema object")
    }
    return RequestedTool(name: name, parameters: parameters, json: json)
  }

  private func toolChoice(_ json: JSON?, among tools: [RequestedTool]) throws(ReceiptError) -> ToolChoice {
    let choice: ToolChoice
    switch json?.stringValue {
    case "none": return .none
    case "auto": choice = .auto
    case "required": choice = .required
    case nil where json == nil: choice = .auto
    case nil:
      guard let name = json?["function"]?["name"]?.stringValue, json?["type"] == "function",
        tools.contains(where: { $0.name.hasSameBytes(as: name) })
      else {
        throw ChatRequest.invalid("tool_choice", "tool_choice must name one of the tools, or be none, auto or required")
      }
      choice = .function(name)
    default: throw ChatRequest.invalid("tool_choice", "tool_choice must be none, auto, required or name a function")
    }
    guard tools.isEmpty else { return choice }
    guard choice == .auto else { throw ChatRequest.invalid("tool_choice", "tool_choice needs tools") }
    return .none
  }

  /// `value`, unless `json` is no object or has other members.
  private func only<Value>(
    _ names: [String], in json: JSON, _ path: String, _ value: Value
  ) throws(ReceiptError) -> Value {
    guard let members = json.objectValue else { throw ChatRequest.invalid(path, "\(path) must be an object") }
    for member in members where !names.contains(member.name) {
      throw ChatRequest.invalid(
        "\(path).\(member.name)", "\(path).\(member.name) is not supported", code: "unsupported_parameter")
    }
    return value
  }
}
