import Testing

@testable import Receipts

@Suite struct ChatRequestTests {
  private func read(_ members: String, messages: String = #"[{"role":"user","content":"hi"}]"#) throws -> ChatRequest {
    try ChatRequest(body: Array("{\"model\":\"m\",\"messages\":\(messages)\(members)}".utf8))
  }

  private func refusal(_ work: () throws -> ChatRequest) -> (parameter: String?, code: String)? {
    do {
      _ = try work()
      return nil
    } catch let error as ReceiptError {
      guard case .request(let parameter, let code, let message) = error, !message.isEmpty else { return nil }
      return (parameter, code)
    } catch { return nil }
  }

  @Test(arguments: [
    ("modalities", "[\"audio\"]"), ("stream_options.x", "stream"),
  ])
  func `what would change the answer and is not offered is refused by name`(name: String, value: String) {
    let members = value == "stream" ? #","stream_options":{"x":true}"# : ",\"\(name)\":\(value)"
    let refused = refusal { try read(members) }
    #expect(refused?.parameter == name && refused?.code == "unsupported_parameter")
  }

  @Test(arguments: [
    "audio", "prediction", "reasoning_effort", "functions", "Temperature", "temperature ", "web_search_options",
  ])
  func `what nobody knows is refused by name`(name: String) {
    let refused = refusal { try read(",\"\(name)\":1") }
    #expect(refused?.parameter == name && refused?.code == "unknown_parameter")
  }

  @Test(arguments: [
    ("temperature", "2.1"), ("temperature", "-0.1"), ("temperature", "\"1\""), ("temperature", "1e999"),
    ("top_p", "0"), ("top_p", "1.5"), ("top_p", "1e-60"), ("min_p", "2"), ("top_k", "-1"), ("top_k", "1.5"),
    ("top_k", "1048577"), ("max_tokens", "0"), ("max_tokens", "1e3"), ("max_completion_tokens", "0"),
    ("seed", "1.5"), ("seed", "18446744073709551616"), ("seed", "\"7\""), ("stream", "1"), ("stream_options", "1"),
    ("temperature", "0." + String(repeating: "0", count: 70)), ("n", "0"), ("n", "9"), ("n", "1.0"),
    ("stop", "1"), ("stop", "[1]"), ("stop", "\"\""), ("stop", "[\"\"]"), ("stop", #"["a","b","c","d","e"]"#),
    ("stop", "\"\(String(repeating: "s", count: 257))\""), ("presence_penalty", "2.1"), ("presence_penalty", "-2.1"),
    ("frequency_penalty", "-3"), ("frequency_penalty", "\"1\""), ("repetition_penalty", "0"),
    ("repetition_penalty", "-1"), ("repetition_penalty", "101"), ("logit_bias", "[]"), ("logit_bias", #"{"01":1}"#),
    ("logit_bias", #"{"-1":1}"#), ("logit_bias", #"{"x":1}"#), ("logit_bias", #"{"1":101}"#),
    ("logit_bias", #"{"1":"2"}"#), ("logit_bias", #"{"4294967296":1}"#), ("logprobs", "1"), ("top_logprobs", "3"),
    ("top_logprobs", "21"), ("tools", "{}"), ("tool_choice", "\"required\""), ("tool_choice", "\"all\""),
    ("parallel_tool_calls", "1"),
  ])
  func `a value outside its range or kind is refused by name`(name: String, value: String) {
    let refused = refusal { try read(",\"\(name)\":\(value)") }
    #expect(refused?.parameter == name && refused?.code == "invalid_value")
  }

  @Test(arguments: [
    (#"[]"#, "messages"), (#"{}"#, "messages"), (#"["hi"]"#, "messages[0]"),
    (#"[{"content":"hi"}]"#, "messages[0].role"),
    (#"[{"role":"tool","content":"hi"}]"#, "messages[0].tool_call_id"), (#"[{"role":"user"}]"#, "messages[0].content"),
    (#"[{"role":"user","content":1}]"#, "messages[0].content"),
    (#"[{"role":"user","content":[{"type":"image_url"}]}]"#, "messages[0].content"),
    (#"[{"role":"user","content":[{"type":"input_text","text":"a"}]}]"#, "messages[0].content"),
    (#"[{"role":"user","content":[{"type":"text"}]}]"#, "messages[0].content"),
    (#"[{"role":"user","content":[{"type":"text","text":"a","cache":1}]}]"#, "messages[0].content.cache"),
    (#"[{"role":"user","content":"hi","tool_calls":[]}]"#, "messages[0].tool_calls"),
    (#"[{"role":"user","content":"hi","tool_call_id":"c"}]"#, "messages[0].tool_call_id"),
    (#"[{"role":"tool","content":"hi","tool_call_id":""}]"#, "messages[0].tool_call_id"),
    (#"[{"role":"assistant","content":null}]"#, "messages[0].content"),
    (#"[{"role":"assistant","tool_calls":{}}]"#, "messages[0].tool_calls"),
    (
      #"[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}]"#,
      "messages[0].tool_calls[0]"
    ),
    (
      #"[{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]}]"#,
      "messages[0].tool_calls[0].id"
    ),
    (
      #"[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"[]"}}]}]"#,
      "messages[0].tool_calls[0].function.arguments"
    ),
  ])
  func `a message that cannot be rendered is refused by its place`(messages: String, place: String) {
    #expect(refusal { try read("", messages: messages) }?.parameter == place)
  }

  @Test func `bodies that are no request are refused`() {
    for body in [
      "", "[]", "{", "{}", #"{"model":"m"}"#, #"{"model":"","messages":[{"role":"user","content":"a"}]}"#,
      #"{"model":"m","model":"m"}"#, "{} ",
    ] {
      #expect(refusal { try ChatRequest(body: Array(body.utf8)) } != nil, "\(body)")
    }
    let long = "{\"model\":\"\(String(repeating: "m", count: 257))\",\"messages\":[]}"
    #expect(refusal { try ChatRequest(body: Array(long.utf8)) }?.parameter == "model")
    let many = "[" + Array(repeating: #"{"role":"user","content":""}"#, count: 1025).joined(separator: ",") + "]"
    #expect(refusal { try read("", messages: many) }?.parameter == "messages")
    #expect(throws: ReceiptError.limit(name: "request body bytes", limit: 4 << 20, got: 4 << 20 + 1)) {
      try ChatRequest(body: [UInt8](repeating: 0x20, count: 4 << 20 + 1))
    }
    #expect(refusal { try read(#","max_tokens":4,"max_completion_tokens":5"#) }?.parameter == "max_tokens")
    #expect(
      refusal { try read(#","stream_options":{"include_usage":1}"#) }?.parameter == "stream_options.include_usage")
  }

  @Test func `what asks for nothing is accepted, and what is not acted on is listed`() throws {
    let request = try read(
      #","n":1,"stop":[],"presence_penalty":0.0,"frequency_penalty":0,"logit_bias":{},"tools":[],"tool_choice":"none","#
        + #""response_format":{"type":"text"},"logprobs":false,"user":"u","store":true,"metadata":{"a":"b"},"seed":null"#
    )
    #expect(request.parameters.ignored == ["metadata", "store", "user"])
    let silent = RequestedParameters(ignored: request.parameters.ignored)
    #expect(
      EffectiveParameters(request.parameters, drawnSeed: 1, room: 9)
        == EffectiveParameters(silent, drawnSeed: 1, room: 9))
    let named = try read("", messages: #"[{"role":"user","content":"hi","name":"Ann"}]"#)
    #expect(named.parameters.ignored == ["messages.name"])
  }

  @Test func `values are read as written`() throws {
    let request = try read(
      #","temperature":0.70,"top_p":0.9,"min_p":0.05,"top_k":40,"max_completion_tokens":9,"seed":-1,"stream":true,"#
        + #""stream_options":{"include_usage":true}"#)
    let parameters = request.parameters
    #expect(parameters.temperature == Real(0.7, literal: "0.70") && parameters.topP == Real(0.9, literal: "0.9"))
    #expect(parameters.minP == Real(0.05, literal: "0.05") && parameters.topK == 40 && parameters.maxTokens == 9)
    #expect(parameters.seed == .max && request.stream && request.includeUsage)
    #expect(try read(#","seed":18446744073709551615"#).parameters.seed == .max)
  }

  @Test func `messages are the exact slices of the body`() throws {
    let body = Array(
      #" { "model":"m", "messages" : [ {"role":"developer","content":"a"} ,{"content":[{"type":"text","text":"b"},{"type":"text","text":"\u0063"}],"role":"user"}] }"#
        .utf8)
    let request = try ChatRequest(body: body)
    #expect(request.messages.map(\.role) == [.system, .user] && request.messages.map(\.content) == ["a", "bc"])
    #expect(Array(body[request.messages[0].range]) == Array(#"{"role":"developer","content":"a"}"#.utf8))
    #expect(body[request.messages[1].range].last == UInt8(ascii: "}"))
  }

  @Test func `defaults are filled in, and an omitted seed is the drawn one`() throws {
    let effective = EffectiveParameters(RequestedParameters(), drawnSeed: 99, room: 30)
    #expect(effective.seed == 99 && effective.seedDrawn && effective.maxTokens == 30 && effective.topK == 0)
    #expect(effective.temperature == Real(1, literal: "1") && effective.topP == Real(1, literal: "1"))
    #expect(effective.follow(from: RequestedParameters(), room: 30))
    #expect(!effective.follow(from: RequestedParameters(), room: 31))
    #expect(!effective.follow(from: RequestedParameters(seed: 99), room: 30))
    #expect(EffectiveParameters(RequestedParameters(maxTokens: 50), drawnSeed: 0, room: 30).maxTokens == 30)
  }
}
