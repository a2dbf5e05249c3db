import Codec
import Testing

@testable import Receipts

/// Members of messages and of a request that are null, harmless, or at the edge of their form.
@Suite struct MessageFormTests {
  private func read(_ messages: String, _ rest: String = "") -> ChatRequest? {
    try? ChatRequest(body: Array(#"{"model":"m","messages":[\#(messages)]\#(rest)}"#.utf8))
  }

  private func call(_ name: String, id: String = "c", arguments: String = "{}") -> String {
    #"{"id":"\#(id)","type":"function","function":{"name":"\#(name)","arguments":"\#(arguments)"}}"#
  }

  private func calls(_ calls: String...) -> ChatRequest? {
    read(#"{"role":"assistant","content":null,"tool_calls":[\#(calls.joined(separator: ","))]}"#)
  }

  @Test func `a member that is null says nothing`() throws {
    let plain = #"{"role":"user","content":"hi","tool_calls":null,"tool_call_id":null,"audio":null,"name":null}"#
    #expect(try #require(read(plain)).parameters.ignored.isEmpty)
    #expect(read(#"{"role":"user","content":[{"type":"text","text":"a","cache":null}]}"#)?.messages[0].content == "a")
    #expect(read(#"{"role":"assistant","content":"x","tool_calls":null}"#)?.messages[0].toolCalls.isEmpty == true)
    #expect(read(#"{"role":"assistant","content":"x","tool_calls":[]}"#)?.messages[0].content == "x")
    #expect(read(#"{"role":"assistant","content":null,"tool_calls":[]}"#) == nil)
    let both = #"{"role":"assistant","content":"x","tool_calls":[\#(call("f"))]}"#
    #expect(read(both)?.messages[0].content == "x" && read(both)?.messages[0].toolCalls.count == 1)
    let rest =
      #","stream_options":{"include_usage":null,"include_obfuscation":true},"tools":null,"modalities":["text"]"#
    #expect(read(plain, rest)?.includeUsage == false)
    #expect(read(plain)?.includeUsage == false)
    #expect(read(plain, #","stream_options":{"include_obfuscation":1}"#) == nil)
    #expect(read(plain, #","stream_options":{"include_usage":true}"#)?.includeUsage == true)
    #expect(read(plain, #","max_tokens":4,"max_completion_tokens":4"#)?.parameters.maxTokens == 4)
    let tool = #","tools":[{"type":"function","function":{"name":"f","parameters":null}}]"#
    #expect(read(plain, tool)?.parameters.tools[0].parameters["additionalProperties"] == false)
  }

  @Test func `a function's name has letters, digits, _ and -, and at most 64 of them`() {
    let long = String(repeating: "f", count: 64)
    for good in ["a", "z", "A", "Z", "0", "9", "_", "-", long] { #expect(calls(call(good)) != nil, "\(good)") }
    for bad in ["", "`", "{", "@", "[", "/", ":", "^", ".", " ", "a b", "\u{e9}", long + "f"] {
      #expect(calls(call(bad)) == nil, "\(bad)")
    }
    for arguments in ["x", "[]", "1", ""] { #expect(calls(call("f", arguments: arguments)) == nil, "\(arguments)") }
    #expect(calls(call("f", id: String(repeating: "c", count: 64))) != nil)
    #expect(calls(call("f", id: String(repeating: "c", count: 65))) == nil)
    for (count, isRead) in [(128, true), (129, false)] {
      let many = Array(repeating: call("f"), count: count).joined(separator: ",")
      #expect((calls(many) != nil) == isRead)
    }
  }

  @Test func `a choice of a tool names one by its bytes, and lists are sorted by theirs`() throws {
    let user = #"{"role":"user","content":"hi"}"#
    func chosen(_ choice: String) -> ToolChoice? {
      read(user, #","tools":[\#(OutputParameterTests.tool)],"tool_choice":\#(choice)"#)?.parameters.toolChoice
    }
    #expect(chosen(#"{"type":"function","function":{"name":"weather"}}"#) == .function("weather"))
    for wrong in [
      #"{"function":{"name":"weather"}}"#, #"{"type":"custom","function":{"name":"weather"}}"#, #"{"type":"function"}"#,
      "1",
    ] { #expect(chosen(wrong) == nil, "\(wrong)") }
    let request = try #require(read(user, #","user":"u","store":true,"metadata":{},"verbosity":"low""#))
    #expect(request.parameters.ignored == ["metadata", "store", "user", "verbosity"])
    let named = try #require(read(#"{"role":"user","content":"hi","name":"Ann"}"#, #","user":"u","metadata":{}"#))
    #expect(named.parameters.ignored == ["messages.name", "metadata", "user"])
    for (schema, place) in [
      (#"{"type":"json_schema","json_schema":{"schema":{}},"x":1}"#, false),
      (#"{"type":"json_schema","json_schema":{"schema":{},"x":1}}"#, false),
      (#"{"type":"json_schema","json_schema":{"schema":[]}}"#, false),
      (#"{"type":"json_schema","json_schema":{"schema":{}}}"#, true),
    ] { #expect((read(user, #","response_format":\#(schema)"#) != nil) == place, "\(schema)") }
  }
}
