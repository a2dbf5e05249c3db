import Codec
import Testing

@testable import Receipts

/// Several choices and calls of tools: what is committed and what is delivered.
@Suite struct ChoiceTests {
  static let call = AnswerContent.ToolCall(id: "call_1", name: "weather", arguments: #"{"city":"Oslo"}"#)
  static let choices: [AnswerContent.Choice] = [
    .init(index: 0, text: "a", finishReason: .stop),
    .init(index: 1, text: "", toolCalls: [call], finishReason: .toolCalls),
  ]

  private func delivered(_ parts: String..., part: String, count: Int = 2) throws -> DeliveredAnswer {
    var answer = DeliveredAnswer(choices: count)
    for text in parts { try answer.add(JSON(parsing: Array(text.utf8)), part) }
    return answer
  }

  @Test func `content with several choices and calls comes back as it was, in one spelling`() throws {
    let bytes = try AnswerContent(choices: Self.choices).encoded()
    #expect(try AnswerContent(bytes).choices == Self.choices)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"choices":[{"finish_reason":"stop","index":0,"text":"a","tool_calls":[]},"#
        + #"{"finish_reason":"tool_calls","index":1,"text":"","tool_calls":[{"arguments":"{\"city\":\"Oslo\"}","id":"call_1","#
        + #""name":"weather"}]}]}"#)
  }

  @Test func `one reason is stated for all choices: cancelled if any was, otherwise the first's`() {
    #expect(FinishReason.ofAll([.length, .stop]) == .length)
    #expect(FinishReason.ofAll([.stop, .cancelled]) == .cancelled)
    #expect(FinishReason.ofAll([]) == .cancelled)
  }

  @Test func `the id of a call follows from receipt, choice and place`() {
    #expect(
      AnswerContent.ToolCall.id(of: World.id, choice: 1, index: 0) == "call_8304050607 08090a0100".filter { $0 != " " })
    for (choice, index, end) in [(0, 17, "0011"), (15, 16, "0f10"), (16, 15, "100f")] {
      let id = AnswerContent.ToolCall.id(of: World.id, choice: choice, index: index)
      #expect(id == "call_830405060708090a" + end)
    }
  }

  @Test func `a body and a stream that tell the same are the committed answer`() throws {
    let committed = DeliveredAnswer(Self.choices)
    let calls = #"[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}}]"#
    let body = try delivered(
      #"{"choices":[{"index":0,"message":{"content":"a"}},{"index":1,"message":{"content":null,"tool_calls":\#(calls)}}]}"#,
      part: "message")
    #expect(body == committed)
    let stream = try delivered(
      #"{"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"id":"call_1","function":{"name":"weather"}}]}}]}"#,
      #"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#,
      #"{"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":\"Oslo\"}"}}]}}]}"#,
      part: "delta")
    #expect(stream == committed)
    #expect(try delivered(#"{"choices":[]}"#, part: "delta").isPrefix(of: committed))
    let other = try delivered(#"{"choices":[{"index":0,"delta":{"content":"b"}}]}"#, part: "delta")
    #expect(!other.isPrefix(of: committed) && other != committed)
  }

  @Test(arguments: [
    #"{"choices":[{"index":2,"delta":{"content":"x"}}]}"#, #"{"choices":[{"delta":{"content":"x"}}]}"#,
    #"{"choices":[{"index":0},{"index":1},{"index":0}]}"#,
    #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1}]}}]}"#,
  ])
  func `what speaks of another choice or call than there is is refused`(chunk: String) {
    #expect(throws: Refusal.self) { try delivered(chunk, part: "delta") }
  }

  @Test func `a report says how many choices were asked for`() {
    func why(_ count: Int) -> String {
      let three = #"{"choices":[{"index":0},{"index":1},{"index":2}]}"#
      do {
        _ = try delivered(three, part: "delta", count: count)
        return ""
      } catch { return "\(error)" }
    }
    #expect(why(1).contains("3 choices where one was asked for"))
    #expect(why(2).contains("3 choices where 2 were asked for") && why(3).isEmpty)
  }

  @Test func `what is looked for in an answer is looked for in choices that are in order`() throws {
    let salt = World.salt("content")
    func texts(_ indices: [Int]) throws -> [String] {
      let choices = indices.map { AnswerContent.Choice(index: $0, text: "\($0)", finishReason: .stop) }
      return try AnswerContent.texts(Opening(salt: salt, data: AnswerContent(choices: choices).encoded()))
    }
    #expect(try texts([0, 1]) == ["0", "1"])
    for indices in [[1], [1, 0], [0, 0], [0, 2]] {
      #expect(throws: ReceiptError.field("content", why: "has its choices out of order")) { try texts(indices) }
    }
  }

  @Test func `an execution is done again from what it commits to, and from nothing else`() {
    let again: [CommittedField] = [.request, .retrieved, .message(0), .content, .tokens, .activation]
    #expect(again.allSatisfy { $0.isForReexecution })
    #expect(![CommittedField.wire, .stream, .scores, .spans, .nearest].contains { $0.isForReexecution })
  }

  @Test func `answers are the same when every byte of every choice is`() throws {
    func answer(
      _ text: String = "\u{e9}", id: String = "\u{e9}", name: String = "\u{e9}", arguments: String = "\u{e9}",
      calls: Int = 1, choices: Int = 1
    ) -> DeliveredAnswer {
      let call = AnswerContent.ToolCall(id: id, name: name, arguments: arguments)
      return DeliveredAnswer(
        (0..<choices).map {
          .init(index: $0, text: text, toolCalls: Array(repeating: call, count: calls), finishReason: .stop)
        })
    }
    // Canonically equivalent is not equal.
    let other = "e\u{301}"
    #expect(answer() == answer() && answer().isPrefix(of: answer()))
    for different in [
      answer(other), answer(id: other), answer(name: other), answer(arguments: other), answer(choices: 2),
    ] { #expect(answer() != different && !answer().isPrefix(of: different) && !different.isPrefix(of: answer())) }
    #expect(answer(calls: 1) != answer(calls: 2) && answer(calls: 1).isPrefix(of: answer(calls: 2)))
    #expect(!answer(calls: 2).isPrefix(of: answer(calls: 1)))
    #expect(answer("a").isPrefix(of: answer("ab")) && !answer("ab").isPrefix(of: answer("a")))
  }

  @Test func `a choice has at most 128 calls`() throws {
    for (count, isRead) in [(128, true), (129, false)] {
      let calls = (0..<count).map { #"{"index":\#($0),"id":"c"}"# }.joined(separator: ",")
      let answer = try? delivered(#"{"choices":[{"index":0,"delta":{"tool_calls":[\#(calls)]}}]}"#, part: "delta")
      #expect((answer != nil) == isRead)
    }
  }
}
