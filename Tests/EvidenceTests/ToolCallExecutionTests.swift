import Exact
import Foundation
import Receipts
import Testing

@testable import Evidence

/// How an answer that may call tools is decoded: by what the request says, and by the form of the model's template.
@Suite struct ToolCallExecutionTests {
  private static let hermes = load("<tool_call></tool_call>")
  private static let llama = load(#""parameters": dictionary of argument name and its value"#)

  /// The real model with another template, which has tools and names a form.
  private static func load(_ form: String) -> Result<ChatModel, any Error> {
    Result {
      var file = try Data(contentsOf: URL(filePath: EvidenceFixture.modelPath()), options: .mappedIfSafe)
      let key = try #require(file.prefix(8 << 20).range(of: Data("tokenizer.chat_template".utf8)))
      // Behind the key the type (u32) and the length (u64, little-endian).
      let count = file[(key.upperBound + 4)..<(key.upperBound + 12)].reversed().reduce(0) { $0 << 8 | Int($1) }
      let start = key.upperBound + 12
      let template =
        #"{% for message in messages %}{{ message['role'] + ': ' + message['content'] }}{% endfor %}"#
        + "{% if tools %}\(form){% endif %}"
      let padded = template.utf8 + [UInt8](repeating: 0x20, count: count - template.utf8.count)
      file.replaceSubrange(start..<start + count, with: padded)
      let copy = FileManager.default.temporaryDirectory.appending(path: "tools-\(UUID().uuidString).gguf")
      defer { try? FileManager.default.removeItem(at: copy) }
      try file.write(to: copy)
      return try ChatModel.load(path: copy.path, kernel: .automatic, threads: 2)
    }
  }

  /// A request of two tools, and how its answer is decoded.
  private func decoding(_ more: String, on model: ChatModel) throws -> DecodingParameters {
    let tools = ["f", "g"].map { #"{"type":"function","function":{"name":"\#($0)"}}"# }.joined(separator: ",")
    let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[\#(tools)]\#(more)}"#
    let request = try ChatRequest(body: Array(body.utf8))
    return try DecodingParameters(
      EffectiveParameters(request.parameters, drawnSeed: 1, room: 64), for: request, on: model)
  }

  private func accepts(_ decoding: DecodingParameters, _ text: String) throws -> Bool {
    var state = GrammarState(try #require(decoding.grammar))
    do { try state.advance(Array(text.utf8)) } catch { return false }
    return state.isComplete
  }

  private static func call(_ name: String) -> String {
    "<tool_call>\n{\"name\":\"\(name)\",\"arguments\":{}}\n</tool_call>"
  }

  @Test("calls with a prefix are optional where the request says so, and parallel unless it says not")
  func prefixed() throws {
    let model = try Self.hermes.get()
    let (f, g) = (Self.call("f"), Self.call("g"))
    let auto = try decoding("", on: model)
    #expect(auto.toolCallForm?.prefix == "<tool_call>\n")
    for (text, isAllowed) in [("Sunny.", true), (f, true), ("\(f)\n\(g)", true), (Self.call("h"), false)] {
      #expect(try accepts(auto, text) == isAllowed, "\(text)")
    }
    let single = try decoding(#","parallel_tool_calls":false"#, on: model)
    #expect(try accepts(single, g) && !accepts(single, "\(f)\n\(g)"))
    let required = try decoding(#","tool_choice":"required""#, on: model)
    #expect(try !accepts(required, "Sunny.") && accepts(required, f) && accepts(required, "\(f)\n\(g)"))
    let named = try decoding(#","tool_choice":{"type":"function","function":{"name":"g"}}"#, on: model)
    #expect(try accepts(named, g) && !accepts(named, f) && !accepts(named, "Sunny."))
  }

  @Test("calls without a prefix cannot be optional, and are one at a time")
  func bare() throws {
    let model = try Self.llama.get()
    #expect(throws: GenerationError.toolChoiceAuto) { try decoding("", on: model) }
    let required = try decoding(#","tool_choice":"required""#, on: model)
    let f = #"{"name":"f","parameters":{}}"#
    #expect(required.toolCallForm?.prefix.isEmpty == true)
    #expect(try accepts(required, f) && !accepts(required, "\(f)\n\(f)") && !accepts(required, "Sunny."))
  }
}
