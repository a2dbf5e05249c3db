import Testing

@testable import Exact

@Suite struct AnswerTextTests {
  /// What is shown token by token, the rest at the end, and whether a stop string ended it.
  private func show(
    _ pieces: [String], stop: [String], form: ToolCallForm? = nil, calls: Bool = true
  ) throws -> (shown: [String], text: String, isStopped: Bool, calls: [DecodedToolCall]) {
    let tokenizer = try RealModel.automatic().tokenizer
    var answer = AnswerText(tokenizer, stop: stop, form: form)
    var shown: [String] = []
    var isStopped = false
    for token in try pieces.flatMap({ try tokenizer.encode(Array($0.utf8), parseSpecial: false) }) where !isStopped {
      let step = try answer.push(token)
      shown.append(step.shown)
      isStopped = step.isStopped
    }
    shown.append(answer.finish(isStopped: isStopped, calls: calls))
    #expect(shown.joined() == answer.text)
    return (shown, answer.text, isStopped, answer.toolCalls)
  }

  static let form = ToolCallForm(prefix: "<tool_call>\n", suffix: "\n</tool_call>")

  @Test(
    "a stop string cuts the text wherever tokens end",
    arguments: [
      ["The end. STOP and more"], ["The end. S", "TO", "P and more"], ["The end. STO", "P"],
      Array("The end. STOP".map { String($0) }),
    ])
  func boundaries(pieces: [String]) throws {
    let answer = try show(pieces, stop: ["STOP"])
    #expect(answer.text == "The end. " && answer.isStopped)
  }

  @Test("what only began like a stop string is shown after all")
  func falseBeginning() throws {
    let answer = try show(["a S", "T", "O", "x STO"], stop: ["STOP"])
    #expect(answer.text == "a STOx STO" && !answer.isStopped)
    #expect(answer.shown.last == "STO")
  }

  @Test("of several stop strings the one that begins first counts, and a longer one may begin within a shorter")
  func several() throws {
    #expect(try show(["one two three"], stop: ["three", "two"]).text == "one ")
    #expect(try show(["xaab"], stop: ["aab", "ab"]).text == "x")
    #expect(try show(["aaab"], stop: ["aab"]).text == "a")
    #expect(try show(["ab", "ab", "ac"], stop: ["abac"]).text == "ab")
  }

  @Test("a stop string of several bytes a character is found, and nothing is shown in half")
  func characters() throws {
    let answer = try show(["Zürich 語", "です。 more"], stop: ["語です"])
    #expect(answer.text == "Zürich ")
    #expect(try show(["👩‍👩‍👧 é"], stop: ["\u{301}"]).text == "👩‍👩‍👧 é")
  }

  @Test("whole calls are no text, and what stands before them is")
  func calls() throws {
    let call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": \"</tool_call>\"}}\n</tool_call>"
    let one = try show(["Let me see. ", call], stop: [], form: Self.form)
    #expect(one.text == "Let me see. ")
    #expect(one.calls == [DecodedToolCall(name: "f", arguments: #"{"a": "</tool_call>"}"#)])
    let two = try show([call + "\n" + call], stop: [], form: Self.form)
    #expect(two.text.isEmpty && two.calls.count == 2)
    let bare = ToolCallForm(prefix: "", suffix: "", argumentsKey: "parameters")
    #expect(
      try show([#"{"name":"g","parameters":{}}"#], stop: [], form: bare).calls
        == [DecodedToolCall(name: "g", arguments: "{}")])
  }

  @Test(
    "what is no whole call is text",
    arguments: [
      "<tool_call>\n{\"name\": \"f\", \"argum", "<tool_call>\n{}\n</tool_call>",
      "<tool_call>\n{\"name\":\"f\",\"arguments\":1}\n</tool_call>",
      "<tool_call>\n{\"name\":\"f\",\"arguments\":{}}\n</tool_call> and so on", "a <tool", "<tool_call> no",
    ])
  func noCalls(text: String) throws {
    let answer = try show([text], stop: [], form: Self.form)
    #expect(answer.text == text && answer.calls.isEmpty)
  }

  @Test("a stop string within a call cuts it, and what is left is text; a cancelled answer has no calls")
  func cutCalls() throws {
    let call = "x <tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>"
    let cut = try show([call], stop: ["arguments"], form: Self.form)
    #expect(cut.text == "x <tool_call>\n{\"name\": \"f\", \"" && cut.calls.isEmpty)
    #expect(try show([call], stop: [], form: Self.form, calls: false).text == call)
  }

  @Test("the form of calls is known from the template's own words")
  func forms() {
    #expect(ToolCallForm(template: "... <tool_call></tool_call> ...")?.prefix == "<tool_call>\n")
    let llama = #"{"name": function name, "parameters": dictionary of argument name and its value}"#
    #expect(ToolCallForm(template: llama)?.argumentsKey == "parameters")
    #expect(ToolCallForm(template: "{{ tools }}") == nil)
  }
}
