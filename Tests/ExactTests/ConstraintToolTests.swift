import Codec
import Foundation
import TestKit
import Testing

@testable import Exact
@testable import ExactReference

@Suite struct ConstraintToolTests {
  static let tools: [(name: String, parameters: JSON)] = [
    (
      "weather",
      [
        "type": "object", "properties": ["city": ["type": "string"], "days": ["$ref": "#/$defs/d"]],
        "required": ["city"],
        "additionalProperties": false, "$defs": ["d": ["type": "integer", "minimum": 1, "maximum": 7]],
      ]
    ),
    (
      "weather_map",
      ["type": "object", "properties": ["zoom": ["$ref": "#/$defs/d"]], "$defs": ["d": ["enum": [1, 2]]]]
    ),
  ]
  static let form = ToolCallForm(prefix: "<tool_call>\n", suffix: "\n</tool_call>")

  @Test func `a forced call names a tool and has its arguments`() throws {
    let grammar = try OutputGrammar.toolCalls(Self.tools, prefix: "<tool_call>\n", suffix: "\n</tool_call>")
    func call(_ json: String) -> String { "<tool_call>\n\(json)\n</tool_call>" }
    for (text, isCall) in [
      (call(#"{"name": "weather", "arguments": {"city": "Köln", "days": 7}}"#), true),
      (call(#"{"name":"weather_map","arguments":{"zoom":2}}"#), true),
      (call(#"{"name": "weather", "arguments": {"city": "Köln", "days": 8}}"#), false),
      (call(#"{"name": "weather", "arguments": {"zoom": 1}}"#), false),
      (call(#"{"name": "weather_map", "arguments": {"zoom": 7}}"#), false),
      (call(#"{"name": "other", "arguments": {}}"#), false), (call(#"{"arguments": {"city": "x"}}"#), false),
      (#"{"name": "weather", "arguments": {"city": "x"}}"#, false), ("Sunny.", false), ("", false),
    ] {
      #expect(ConstraintDriver.accepts(grammar, text) == isCall, "\(text)")
    }
  }

  @Test func `an optional call leaves text free until its prefix appears`() throws {
    let grammar = try OutputGrammar.toolCalls(Self.tools, form: Self.form, isOptional: true, isParallel: true)
    let call = "<tool_call>\n{\"name\":\"weather_map\",\"arguments\":{}}\n</tool_call>"
    for (text, isAllowed) in [
      ("", true), ("Sunny <tool", true), ("<<tool_call>", true), ("漢\u{1}", true), ("Let me see. \(call)", true),
      (call, true), ("\(call)\n\(call)", true), ("<tool_<\(call)", true), ("\(call) and more", false),
      ("<tool_call>\nweather", false), ("a <tool_call>\n{}\n</tool_call>", false),
    ] {
      #expect(ConstraintDriver.accepts(grammar, text) == isAllowed, "\(text)")
    }
    let single = try OutputGrammar.toolCalls(Self.tools, form: Self.form, isOptional: true)
    #expect(!ConstraintDriver.accepts(single, "\(call)\n\(call)"))
  }

  @Test func `drawn calls are whole within their limit`() throws {
    var random = SplitMix64(state: 4)
    for isOptional in [false, true] {
      let grammar = try OutputGrammar.toolCalls(Self.tools, form: Self.form, isOptional: isOptional, isParallel: true)
      for _ in 0..<30 {
        let answer = try ConstraintDriver.write(
          grammar, ConstraintDriver.synthetic, ConstraintDriver.trie, limit: 150, random: &random)
        let text = String(decoding: answer.bytes, as: UTF8.self)
        #expect(answer.isComplete, "\(text)")
        guard !isOptional else { continue }
        for part in text.split(separator: "<tool_call>\n") {
          guard let end = part.range(of: "\n</tool_call>") else { continue }
          let value = try ConstraintSchemaTests.parse(Array(part[..<end.lowerBound].utf8))
          let tool = try #require(Self.tools.first { .string($0.name) == value["name"] })
          let arguments = try #require(value["arguments"])
          #expect(SchemaValidator(root: tool.parameters).faults(arguments).isEmpty, "\(text)")
        }
      }
    }
  }

  @Test func `a tool that cannot be called is refused by its place`() throws {
    func error(_ tools: [(name: String, parameters: JSON)], _ form: ToolCallForm, optional: Bool = false)
      -> GrammarError?
    {
      do throws(GrammarError) {
        _ = try OutputGrammar.toolCalls(tools, form: form, isOptional: optional)
        return nil
      } catch {
        return error
      }
    }
    #expect(error([Self.tools[0], ("x", false)], Self.form) == .unsatisfiable(pointer: "/tools/1/parameters"))
    guard
      case .unsupported("not", "/tools/0/parameters/properties/a", _) = error(
        [("x", ["properties": ["a": ["not": [:]]]])], Self.form)
    else {
      Issue.record("no place")
      return
    }
    let many = [(name: String, parameters: JSON)](repeating: ("x", true), count: 129)
    #expect(error(many, Self.form) == .limit(name: "the number of tools", limit: 128, got: 129, pointer: "/tools"))
    #expect(error([], Self.form) == .limit(name: "the number of tools", limit: 128, got: 0, pointer: "/tools"))
    guard case .invalid("prefix", "/tools", _) = error(Self.tools, ToolCallForm(prefix: "", suffix: ""), optional: true)
    else {
      Issue.record("an optional call without prefix")
      return
    }
  }
}
