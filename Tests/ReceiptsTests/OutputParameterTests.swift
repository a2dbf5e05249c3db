import Codec
import Testing

@testable import Receipts

/// What a request says of the form and the end of its answers.
@Suite struct OutputParameterTests {
  static let tool =
    #"{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object"},"strict":true}}"#

  private func read(_ members: String) throws -> ChatRequest {
    let messages = #"[{"role":"user","content":"hi"}]"#
    return try ChatRequest(body: Array("{\"model\":\"m\",\"messages\":\(messages)\(members)}".utf8))
  }

  private func refused(_ members: String) -> String? {
    do {
      _ = try read(members)
      return nil
    } catch ReceiptError.request(let parameter, _, _) {
      return parameter
    } catch { return nil }
  }

  @Test func `penalties, biases, choices, stops and log-probabilities are read as written`() throws {
    let parameters = try read(
      #","presence_penalty":0.50,"frequency_penalty":-1,"repetition_penalty":1.1,"logit_bias":{"20":-100,"3":1.5,"40":1,"7":1,"1":1},"n":3,"#
        + #""stop":["\n","END"],"logprobs":true,"top_logprobs":2"#
    ).parameters
    #expect(parameters.presencePenalty == Real(0.5, literal: "0.50"))
    #expect(parameters.frequencyPenalty == Real(-1, literal: "-1"))
    #expect(parameters.repetitionPenalty == Real(1.1, literal: "1.1"))
    #expect(parameters.logitBias.map(\.token) == [1, 3, 7, 20, 40] && parameters.logitBias[3].bias.value == -100)
    #expect(parameters.n == 3 && parameters.stop == ["\n", "END"] && parameters.topLogprobs == 2)
    #expect(try read(#","stop":"x","logprobs":true"#).parameters.stop == ["x"])
    #expect(try read(#","logprobs":true"#).parameters.topLogprobs == 0)
    #expect(try read(#","logprobs":false,"top_logprobs":0"#).parameters.topLogprobs == nil)
  }

  @Test func `a form of the answer is read, and what it cannot be is refused by its place`() throws {
    #expect(try read(#","response_format":{"type":"json_object"}"#).parameters.format == .jsonObject)
    let schema =
      #","response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}}"#
    #expect(try read(schema).parameters.format == .jsonSchema(["type": "object"]))
    #expect(refused(#","response_format":"json""#) == "response_format.type")
    #expect(refused(#","response_format":{"type":"xml"}"#) == "response_format.type")
    #expect(refused(#","response_format":{"type":"text","x":1}"#) == "response_format.x")
    #expect(refused(#","response_format":{"type":"json_schema"}"#) == "response_format.json_schema")
    #expect(
      refused(#","response_format":{"type":"json_schema","json_schema":{"name":"n"}}"#)
        == "response_format.json_schema.schema")
    #expect(refused(#","tools":[\#(Self.tool)],"response_format":{"type":"json_object"}"#) == "response_format")
  }

  @Test func `tools and the choice among them are read`() throws {
    let auto = try read(#","tools":[\#(Self.tool)]"#).parameters
    #expect(auto.tools.map(\.name) == ["weather"] && auto.toolChoice == .auto && auto.parallelToolCalls)
    #expect(try auto.tools[0].json == JSON(parsing: Array(Self.tool.utf8)))
    let named = #","tools":[\#(Self.tool)],"tool_choice":{"type":"function","function":{"name":"weather"}}"#
    #expect(try read(named).parameters.toolChoice == .function("weather"))
    let single = try read(#","tools":[\#(Self.tool)],"tool_choice":"required","parallel_tool_calls":false"#).parameters
    #expect(single.toolChoice == .required && !single.parallelToolCalls && single.ignored.isEmpty)
    // A model that is to call none is shown none.
    // Of tools that are not shown nothing is left, not even how many calls one answer may have.
    let none = try read(#","tools":[\#(Self.tool)],"tool_choice":"none","parallel_tool_calls":false"#).parameters
    #expect(none.tools.isEmpty && none.toolChoice == .none && none.parallelToolCalls && none.ignored.isEmpty)
    #expect(try read(#","parallel_tool_calls":true"#).parameters.ignored == ["parallel_tool_calls"])
    let bare = try read(#","tools":[{"type":"function","function":{"name":"now"}}]"#).parameters.tools[0].parameters
    #expect(bare["additionalProperties"] == false)
  }

  @Test(arguments: [
    ("[{}]", "tools[0].type"), (#"[{"type":"retrieval"}]"#, "tools[0].type"),
    (#"[{"type":"function"}]"#, "tools[0].function"),
    (#"[{"type":"function","function":{}}]"#, "tools[0].function.name"),
    (#"[{"type":"function","function":{"name":"a b"}}]"#, "tools[0].function.name"),
    (#"[{"type":"function","function":{"name":"f","parameters":[]}}]"#, "tools[0].function.parameters"),
    (#"[{"type":"function","function":{"name":"f","x":1}}]"#, "tools[0].function.x"),
    (#"[{"type":"function","function":{"name":"f"},"x":1}]"#, "tools[0].x"),
    (#"[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"f"}}]"#, "tools"),
  ])
  func `a tool that cannot be called is refused by its place`(tools: String, place: String) {
    #expect(refused(",\"tools\":\(tools)") == place)
  }

  @Test func `a tool that is not there cannot be chosen`() throws {
    let choice = #"{"type":"function","function":{"name":"other"}}"#
    #expect(refused(#","tools":[\#(Self.tool)],"tool_choice":\#(choice)"#) == "tool_choice")
    #expect(refused(#","tool_choice":\#(choice)"#) == "tool_choice")
    // A number is no name, even that of a tool whose name has its digits.
    let five =
      #","tools":[{"type":"function","function":{"name":"5"}}],"tool_choice":{"type":"function","function":{"name":"#
    #expect(try read(five + #""5"}}"#).parameters.toolChoice == .function("5"))
    #expect(refused(five + "5}}") == "tool_choice")
  }

  @Test func `a conversation with calls and their results is read`() throws {
    let messages =
      #"[{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},"#
      + #"{"role":"tool","tool_call_id":"c1","content":"7"}]"#
    let request = try ChatRequest(body: Array("{\"model\":\"m\",\"messages\":\(messages)}".utf8))
    #expect(request.messages[0].toolCalls == [.init(id: "c1", name: "f", arguments: #"{"a":1}"#)])
    #expect(request.messages[0].content.isEmpty && request.messages[1].toolCallID == "c1")
  }

  @Test func `a statement is silent of defaults, and of content says how much there is`() throws {
    func stated(_ members: String) throws -> JSON {
      EffectiveParameters(try read(members).parameters, drawnSeed: 1, room: 9).json
    }
    let silent = try stated("")
    #expect(
      silent.objectValue?.map(\.name) == [
        "temperature", "top_p", "min_p", "top_k", "max_tokens", "n", "seed", "seed_source", "ignored",
      ])
    let spelled =
      #","presence_penalty":0.0,"frequency_penalty":0,"repetition_penalty":1.00,"logit_bias":{},"stop":[],"logprobs":false,"#
      + #""response_format":{"type":"text"},"tools":[],"n":1"#
    #expect(try stated(spelled) == silent)
    let full = try stated(
      #","stop":["secret"],"n":2,"logit_bias":{"7":-1},"tools":[\#(Self.tool)],"parallel_tool_calls":false,"logprobs":true,"#
        + #""presence_penalty":1,"repetition_penalty":2"#)
    #expect(full["stop"] == 1 && full["tools"] == 1 && full["tool_choice"] == "auto" && full["n"] == 2)
    #expect(full["presence_penalty"] != nil && full["repetition_penalty"] != nil)
    #expect(full["parallel_tool_calls"] == false && full["top_logprobs"] == 0)
    #expect(full["logit_bias"] == [[7, ["bits": "bf800000", "as": "-1"]]])
    #expect(!String(decoding: full.serialized(), as: UTF8.self).contains("secret"))
    #expect(try EffectiveParameters(Fields(full, "parameters")).json == full)
    #expect(try stated(#","response_format":{"type":"json_object"}"#)["response_format"] == "json_object")
    let parallel = EffectiveParameters(try read(#","tools":[\#(Self.tool)]"#).parameters, drawnSeed: 1, room: 9)
    #expect(parallel.parallelToolCalls && parallel.json["parallel_tool_calls"] == nil)
    // Where a seed came from is a part of the seed.
    let drawn = EffectiveParameters(RequestedParameters(), drawnSeed: 1, room: 9)
    var asked = drawn
    asked.seedDrawn = false
    #expect(drawn.names(differingFrom: asked) == ["seed"] && drawn.names(differingFrom: drawn) == [])
    (asked.seed, asked.topK) = (2, 3)
    #expect(Set(drawn.names(differingFrom: asked)) == ["seed", "top_k"])
    #expect(drawn.names(differingFrom: asked).count == 2)
  }

  @Test(arguments: [
    #""presence_penalty":{"as":"0","bits":"00000000"}"#, #""stop":0"#, #""stop":5"#, #""n":0"#, #""n":9"#,
    #""response_format":"text""#, #""response_format":"xml""#, #""tool_choice":"none""#, #""tools":0"#,
    #""parallel_tool_calls":true"#, #""logit_bias":[]"#,
    #""logit_bias":[[2,{"as":"1","bits":"3f800000"}],[2,{"as":"1","bits":"3f800000"}]]"#,
    #""logit_bias":[[2,{"as":"1","bits":"3f800000"},1]]"#, #""top_logprobs":21"#, #""unknown":1"#,
  ])
  func `a statement with another spelling of a default, or beyond a limit, is refused`(member: String) throws {
    var members = EffectiveParameters(RequestedParameters(), drawnSeed: 1, room: 9).json.objectValue ?? []
    let added = try #require(JSON(parsing: Array("{\(member)}".utf8)).objectValue)
    members.removeAll { $0.name == added[0].name }
    let json = JSON.object(members + added)
    #expect(throws: ReceiptError.self) { try EffectiveParameters(Fields(json, "parameters")) }
  }
}
