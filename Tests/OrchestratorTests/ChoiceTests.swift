import Codec
import HTTPTypes
import Receipts
import Testing
import Wire

@testable import OrchestratorService

@Suite("Answers of several choices, with calls and log-probabilities")
struct ChoiceTests {
  static let call = AnswerContent.ToolCall(id: "call_1", name: "weather", arguments: #"{"city":"Oslo"}"#)
  static let asked = #","n":2,"logprobs":true,"top_logprobs":1"#

  private static func body(stream: Bool) -> String {
    #"{"model":"tiny-test","messages":[{"role":"user","content":"x"}],"stream":\#(stream)\#(asked)}"#
  }

  private static func world() throws -> World {
    let world = try World()
    world.peers.set { state in
      state.script.pieces = ["Two"]
      let likeliest = WireLogprob(token: Array("Tw".utf8), logprob: -0.25)
      state.script.more = [
        Delta(
          choice: 0, tokens: 1,
          logprobs: [WireLogprobs(chosen: WireLogprob(token: [0xC3], logprob: -1.5), top: [likeliest])]),
        Delta(
          choice: 1, tokens: 3, toolCalls: [WireToolCall(id: call.id, name: call.name, arguments: call.arguments)]),
      ]
      state.script.others = [.init(index: 1, text: "", toolCalls: [call], finishReason: .toolCalls)]
    }
    return world
  }

  @Test("A body has every choice, its calls and the log-probabilities of its tokens as OpenAI writes them")
  func body() async throws {
    let world = try Self.world()
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body(stream: false))
    #expect(answer.status == 200)
    let choices = try #require(try answer.json["choices"]?.arrayValue)
    #expect(choices.count == 2 && choices[0]["message"]?["content"] == "Two" && choices[0]["finish_reason"] == "stop")
    #expect(
      choices[0]["logprobs"] == [
        "content": [
          [
            "token": "\u{FFFD}", "logprob": .number("-1.5"), "bytes": [195],
            "top_logprobs": [["token": "Tw", "logprob": .number("-0.25"), "bytes": [84, 119]]],
          ]
        ], "refusal": .null,
      ])
    let message = try #require(choices[1]["message"])
    #expect(message["content"] == .null && choices[1]["finish_reason"] == "tool_calls")
    let receipt = try #require(answer.receiptID.flatMap { ReceiptID($0) })
    #expect(
      message["tool_calls"] == [
        [
          "id": .string(AnswerContent.ToolCall.id(of: receipt, choice: 1, index: 0)), "type": "function",
          "function": ["name": "weather", "arguments": #"{"city":"Oslo"}"#],
        ]
      ])
    let bundle = try await service.bundle(try #require(answer.receiptID))
    let report = BundleVerifier(policy: try world.trust(), ownResponse: answer.body).verify(bundle.body)
    #expect(report.isAccepted, "\(report.checks)")
  }

  @Test("A stream opens and finishes all choices, and tells pieces and calls with their index")
  func stream() async throws {
    let world = try Self.world()
    let service = try await world.ready()
    let answer = try await service.ask(.post, "/v1/chat/completions", Self.body(stream: true))
    let chunks = try answer.events.dropLast().map { event in try JSON(parsing: Array(event.utf8)) }
    #expect(chunks.first?["choices"]?.arrayValue?.compactMap { $0["index"]?.intValue } == [0, 1])
    let finish = try #require(chunks.last)
    #expect(
      finish["choices"]?.arrayValue?.compactMap { $0["finish_reason"]?.stringValue } == ["stop", "tool_calls"])
    #expect(finish["receipt"] != nil)
    let told = chunks.dropFirst().dropLast().compactMap { $0["choices"]?[0] }
    #expect(told.count == 3 && told[0]["delta"]?["content"] == "Two" && told[0]["logprobs"] == .null)
    #expect(told[1]["delta"]?["content"] == "" && told[1]["logprobs"]?["content"]?[0]?["bytes"] == [195])
    #expect(told[2]["index"] == 1 && told[2]["delta"]?["tool_calls"]?[0]?["index"] == 0)
    #expect(told[2]["delta"]?["tool_calls"]?[0]?["function"]?["name"] == "weather")
    let bundle = try await service.bundle(try #require(answer.receiptID))
    let report = BundleVerifier(policy: try world.trust()).verify(bundle.body)
    #expect(report.isAccepted, "\(report.checks)")
  }

  @Test("Choices that nobody asked for are not passed on", arguments: [false, true])
  func unasked(stream: Bool) async throws {
    let world = try World()
    world.peers.set { $0.script.others = [.init(index: 1, text: "more", finishReason: .stop)] }
    let service = try await world.ready()
    let answer = try await service.chat(stream: stream)
    #expect(!answer.text.contains("more") && !answer.text.contains("[DONE]"))
    let told = try World()
    told.peers.set { $0.script.more = [Delta(choice: 1, text: "more", tokens: 1)] }
    let other = try await told.ready().chat(stream: stream)
    #expect(!other.text.contains("more") && !other.text.contains("[DONE]"))
  }
}
