import Cryptography
import Exact
import Receipts
import Testing

@testable import Evidence

/// Openings that are the committed ones and contradict the statement, or each other: found without the engine.
@Suite struct StatedExecutionTests {
  private let honest: Executed

  init() throws { honest = try Executed(#""max_tokens":4,"temperature":0"#) }

  private func finding(_ edit: (inout Executed) throws -> Void) throws -> String? {
    var executed = honest
    try edit(&executed)
    let opened = try executed.opened()
    do {
      _ = try StatedExecution(opened).claim(opened, on: EvidenceFixture.model())
      return nil
    } catch let finding as Finding { return finding.text }
  }

  private func body(_ rest: String, messages: String = #"{"role":"user","content":"Name three rivers."}"#) -> [UInt8] {
    Array("{\"model\":\"smollm2\",\"messages\":[\(messages)],\(rest)}".utf8)
  }

  private func content(_ choices: AnswerContent.Choice...) throws -> [UInt8] {
    try AnswerContent(choices: choices).encoded()
  }

  @Test("what the openings contradict is named")
  func contradictions() throws {
    #expect(try finding { _ in } == nil)
    let execution = honest.execution
    let reason = execution.finishReason
    let other: FinishReason = reason == .stop ? .length : .stop
    let id = AnswerContent.ToolCall.id(of: execution.receiptID, choice: 0, index: 0)
    func call(_ id: String) throws -> [UInt8] {
      let call = AnswerContent.ToolCall(id: id, name: "f", arguments: "{}")
      return try content(.init(index: 0, text: "", toolCalls: [call], finishReason: reason))
    }
    let two = #"{"role":"user","content":"Name three rivers."},{"role":"user","content":"x"}"#
    let lies: [(String, (inout Executed) throws -> Void)] = [
      ("not one that can be executed", { try $0.replace(.request, [0x7b]) }),
      ("has 2 messages", { try $0.replace(.request, body(#""max_tokens":4,"temperature":0"#, messages: two)) }),
      ("message 0 is not", { try $0.replace(.message(0), [1]) }),
      (
        "another model",
        {
          try $0.replace(
            .request, Array(#"{"model":"x","messages":[{"role":"user","content":"Name three rivers."}]}"#.utf8))
        }
      ), ("another model", { $0.execution.model = "x" }),
      ("tokens are not those of one choice", { try $0.replace(.tokens, [1]) }),
      ("tokens are not those of one choice", { try $0.replace(.tokens, TokenIDs.encode([[1], [2]])) }),
      ("4 are stated", { try $0.replace(.tokens, TokenIDs.encode([[1]])) }),
      ("content is not that of one choice", { try $0.replace(.content, [1]) }),
      (
        "content is not that of one choice",
        { try $0.replace(.content, content(.init(index: 1, text: "", finishReason: reason))) }
      ),
      (
        "ends for another reason", { try $0.replace(.content, content(.init(index: 0, text: "", finishReason: other))) }
      ),
      ("id of call 0 of choice 0", { try $0.replace(.content, call("call_x")) }),
      ("\(execution.promptTokens + 1) are stated", { $0.execution.promptTokens += 1 }),
      (
        "not the parameters that the request leads to: temperature",
        { $0.execution.parameters.temperature = Real(1, literal: "1") }
      ),
      (
        "leaves no room",
        {
          $0.manifest.contextLength = $0.execution.promptTokens
          $0.execution.manifest = try $0.manifest.digest()
        }
      ),
    ]
    for (text, lie) in lies { #expect(try finding(lie)?.contains(text) == true, "\(text)") }
    #expect(try finding { try $0.replace(.content, call(id)) } == nil)
    for model in ["x", "smollm2"] {
      // All three names must agree: the request's, the statement's and the manifest's.
      let found = try finding {
        $0.execution.model = model
        try $0.replace(
          .request,
          Array(
            "{\"model\":\"\(model)\",\"messages\":[{\"role\":\"user\",\"content\":\"Name three rivers.\"}],\"max_tokens\":4,\"temperature\":0}"
              .utf8))
      }
      #expect((found == nil) == (model == "smollm2"))
    }
    let twice = try finding {
      $0.execution.parameters.n = 2
      try $0.replace(.tokens, TokenIDs.encode([[1]]))
    }
    #expect(twice == "the tokens are not those of 2 choices")
    // This model's template has no form for calls.
    let tools = #""max_tokens":4,"tools":[{"type":"function","function":{"name":"f"}}]"#
    let request = try ChatRequest(body: body(tools))
    let used = EffectiveParameters(request.parameters, drawnSeed: 1, room: 9)
    let model = try EvidenceFixture.model()
    #expect(throws: GenerationError.self) { try DecodingParameters(used, for: request, on: model) }
    let biased = body(#""max_tokens":4,"temperature":0,"logit_bias":{"4000000000":1}"#)
    let found = try finding {
      try $0.replace(.request, biased)
      $0.execution.parameters.logitBias = [LogitBias(token: 4_000_000_000, bias: Real(1, literal: "1"))]
    }
    #expect(found == "the parameters are outside of what the sampler takes")
  }
}
