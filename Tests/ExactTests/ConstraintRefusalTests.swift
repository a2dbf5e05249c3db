import Codec
import Testing

@testable import Exact
@testable import ExactReference

/// What is no grammar is refused by keyword and place, and costs little.
@Suite struct ConstraintRefusalTests {
  private static func error(_ text: String) throws -> GrammarError? {
    let schema = try JSON(parsing: Array(text.utf8))
    do {
      _ = try OutputGrammar(schema: schema)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("not", "{}"), ("if", "{}"), ("then", "{}"), ("else", "{}"), ("patternProperties", "{}"), ("propertyNames", "{}"),
    ("dependentRequired", "{}"), ("dependentSchemas", "{}"), ("contains", "{}"), ("minContains", "1"),
    ("maxContains", "1"), ("unevaluatedProperties", "false"), ("unevaluatedItems", "false"), ("uniqueItems", "true"),
    ("contentEncoding", "\"base64\""), ("contentMediaType", "\"text/plain\""), ("$anchor", "\"a\""),
    ("$dynamicRef", "\"#a\""), ("$id", "\"https://example.com/s\""), ("nullable", "true"), ("additionalItems", "true"),
    ("dependencies", "{}"), ("format", "\"iri\""), ("multipleOf", "0.1"), ("minProperties", "1"),
    ("maxProperties", "1"),
    ("$ref", "\"https://example.com/s\""), ("unknownKeyword", "1"), ("typo", "\"string\""),
  ])
  func `a keyword that is not enforced is refused by its name and place`(keyword: String, value: String) throws {
    let text = #"{"type":"object","properties":{"a/b":{"\#(keyword)":\#(value)}}}"#
    guard case .unsupported(keyword, "/properties/a~1b", let reason) = try Self.error(text) else {
      Issue.record("\(text): \(String(describing: try Self.error(text)))")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test(arguments: [
    ("type", "\"text\""), ("type", "[]"), ("type", "1"), ("enum", "{}"), ("enum", "[]"), ("minLength", "-1"),
    ("maxLength", "1.5"), ("minItems", "\"1\""), ("pattern", "1"), ("pattern", "\"(\""), ("pattern", "\"a)\""),
    ("pattern", "\"[a\""), ("pattern", "\"*\""), ("pattern", "\"a{2,1}\""), ("pattern", "\"a**\""),
    ("pattern", "\"[z-a]\""), ("pattern", "\"\\\\x1\""), ("minimum", "\"1\""), ("multipleOf", "0"), ("required", "{}"),
    ("required", "[1]"), ("properties", "[]"), ("anyOf", "[]"), ("allOf", "{}"), ("oneOf", "[]"), ("prefixItems", "[]"),
    ("uniqueItems", "1"), ("format", "1"), ("$ref", "1"),
  ])
  func `a value that the keyword cannot have is refused`(keyword: String, value: String) throws {
    guard case .invalid(keyword, "", _) = try Self.error("{\"\(keyword)\":\(value)}") else {
      Issue.record("\(keyword): \(value): \(String(describing: try Self.error("{\"\(keyword)\":\(value)}")))")
      return
    }
  }

  @Test(arguments: [
    "(?=a)", "(?!a)", "(?<=a)", "(?<n>a)", "(a)\\\\1", "\\\\bword", "\\\\p{L}", "\\\\k<n>", "a^b", "(^a|b)c",
    "\\\\ud800",
    "\\\\cA", "\\\\0",
  ])
  func `what describes no regular language is refused`(pattern: String) throws {
    guard case .unsupported("pattern", "", _) = try Self.error("{\"pattern\":\"\(pattern)\"}") else {
      Issue.record("\(pattern): \(String(describing: try Self.error("{\"pattern\":\"\(pattern)\"}")))")
      return
    }
  }

  @Test(arguments: [
    #"{"type":"array","items":{"type":"string","pattern":"(a|b)*a(a|b){40}"}}"#, #"{"pattern":"((a{100}){100}){100}"}"#,
    #"{"pattern":"a{1001}"}"#, #"{"pattern":"^(.{0,900}x){0,5}$","maxLength":900}"#, #"{"maxLength":1000000000}"#,
    #"{"type":"array","minItems":99999999999999999999999999}"#, #"{"type":"array","maxItems":1000000}"#,
    #"{"multipleOf":1001}"#, #"{"allOf":[{"multipleOf":997},{"multipleOf":991}]}"#,
  ])
  func `what would grow without bound meets a limit`(schema: String) throws {
    guard case .limit(_, _, let got, _) = try Self.error(schema) else {
      Issue.record("\(schema): \(String(describing: try Self.error(schema)))")
      return
    }
    #expect(got > 0)
  }

  @Test func `large schemas meet limits`() throws {
    func expectLimit(_ name: String, _ schema: JSON, sourceLocation: SourceLocation = #_sourceLocation) {
      do throws(GrammarError) {
        _ = try OutputGrammar(schema: schema)
        Issue.record("no limit: \(name)", sourceLocation: sourceLocation)
      } catch {
        guard case .limit(name, _, _, _) = error else {
          Issue.record("\(error)", sourceLocation: sourceLocation)
          return
        }
      }
    }
    var deep: JSON = ["type": "null"]
    for _ in 0..<80 { deep = ["items": deep] }
    expectLimit("the nesting", deep)
    expectLimit("the nesting of 'pattern'", ["pattern": .string(String(repeating: "(", count: 80))])
    expectLimit("the number of bytes of 'pattern'", ["pattern": .string(String(repeating: "a", count: 1025))])
    expectLimit("the number of bytes of the schema", ["description": .string(String(repeating: "a", count: 1 << 18))])
    expectLimit("the number of values of 'enum'", ["enum": .array((0...4096).map { .integer($0) })])
    expectLimit("the number of schemas of 'anyOf'", ["anyOf": .array((0...256).map { ["const": .integer($0)] })])
    expectLimit(
      "the number of properties", ["properties": .object((0...1024).map { JSONMember("p\($0)", true) })])
    // Each leads to the next; the stack must not grow with them.
    let links: [@Sendable (JSON) -> JSON] = [
      { next in ["type": "object", "properties": ["a": next], "required": ["a"]] },
      { next in
        let other: JSON = ["type": "object", "properties": ["a": ["const": 1]], "required": ["a"]]
        return ["oneOf": [["type": "object", "properties": ["a": next], "required": ["a"]], other]]
      },
      { next in ["allOf": [["allOf": [["allOf": [next]]]]]] },
      { next in ["anyOf": [["type": "null"], next]] },
    ]
    for link in links {
      var definitions = [JSONMember("d1000", ["type": "null"])]
      for index in 0..<1000 {
        definitions.append(JSONMember("d\(index)", link(["$ref": .string("#/$defs/d\(index + 1)")])))
      }
      expectLimit(
        "the number of schemas inside each other, references included",
        ["$ref": "#/$defs/d0", "$defs": .object(definitions)])
    }
    // 4^12 conjunctions: states, if not the schemas to combine, are soon too many.
    let group: JSON = ["anyOf": .array((0..<4).map { ["minLength": .integer($0)] })]
    let product: JSON = ["allOf": .array([JSON](repeating: group, count: 12))]
    #expect {
      _ = try OutputGrammar(schema: product)
    } throws: { error in
      if case .limit? = error as? GrammarError { true } else { false }
    }
  }

  @Test(arguments: [
    ##"{"$ref":"#"}"##, ##"{"anyOf":[{"$ref":"#"},{"type":"null"}]}"##, ##"{"allOf":[{"$ref":"#"}]}"##,
    ##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
    ##"{"oneOf":[{"$ref":"#"},{"type":"null"}]}"##,
    ##"{"anyOf":[{"anyOf":[{"$ref":"#/$defs/a"}]}],"$defs":{"a":{"anyOf":[{"type":"null"},{"$ref":"#/anyOf/0"}]}}}"##,
  ])
  func `a reference that leads to itself is refused`(schema: String) throws {
    let error = try Self.error(schema)
    switch error {
    case .circular, .unsatisfiable, .unsupported("oneOf", _, _): break
    default: Issue.record("\(schema): \(String(describing: error))")
    }
  }

  @Test(arguments: [
    "false", #"{"type":"string","enum":[1]}"#, #"{"minLength":3,"maxLength":2,"type":"string"}"#,
    #"{"type":"integer","minimum":2,"maximum":1}"#, #"{"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":2}"#,
    #"{"type":"integer","minimum":11,"maximum":19,"multipleOf":10}"#,
    #"{"type":"number","exclusiveMinimum":1,"maximum":1}"#,
    #"{"type":"array","minItems":1,"items":false}"#, #"{"type":"array","minItems":2,"maxItems":1}"#,
    #"{"allOf":[{"type":"string"},{"type":"null"}]}"#, #"{"const":1,"enum":[2]}"#,
    #"{"type":"object","required":["a"],"additionalProperties":false}"#,
    #"{"type":"object","properties":{"a":false},"required":["a"]}"#,
    ##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##,
    ##"{"type":"array","items":{"$ref":"#"},"minItems":1}"##, #"{"type":"string","pattern":"^a$","minLength":2}"#,
    #"{"type":"string","pattern":"^[^\\s\\S]$"}"#, #"{"type":"integer","minimum":1e18}"#,
  ])
  func `a schema that nothing satisfies is refused`(schema: String) throws {
    #expect(try Self.error(schema) == .unsatisfiable(pointer: ""), "\(schema)")
  }

  @Test(arguments: [
    ##"{"$ref":"#/$defs/none"}"##, ##"{"$ref":"#/$defs/a/items/7","$defs":{"a":{"items":[]}}}"##, ##"{"$ref":"#/%4"}"##,
  ])
  func `a reference to nowhere is refused`(schema: String) throws {
    guard case .unresolved = try Self.error(schema) else {
      Issue.record("\(schema): \(String(describing: try Self.error(schema)))")
      return
    }
  }

  @Test(arguments: [
    #"{"oneOf":[{"type":"string"},{"type":"string","maxLength":3}]}"#,
    #"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#,
    #"{"oneOf":[{"const":1},{"enum":[1.0,2]}]}"#, #"{"oneOf":[{"required":["a"]},{"required":["b"]}]}"#,
  ])
  func `oneOf whose schemas may both hold is refused`(schema: String) throws {
    guard case .unsupported("oneOf", "", _) = try Self.error(schema) else {
      Issue.record("\(schema): \(String(describing: try Self.error(schema)))")
      return
    }
  }

  @Test func `two patterns, two formats, and values with a pattern are refused`() throws {
    for (keyword, schema) in [
      ("pattern", #"{"allOf":[{"pattern":"a"},{"pattern":"b"}]}"#),
      ("format", #"{"allOf":[{"format":"date"},{"format":"time"}]}"#),
      ("pattern", #"{"pattern":"a","format":"date"}"#), ("enum", #"{"enum":["a"],"pattern":"a"}"#),
      ("enum", #"{"const":{"a":1},"required":["a"]}"#),
    ] {
      guard case .unsupported(keyword, _, _) = try Self.error(schema) else {
        Issue.record("\(schema): \(String(describing: try Self.error(schema)))")
        continue
      }
    }
  }

  @Test func `messages name the keyword, the place and the way out`() throws {
    let message = try #require(try Self.error(#"{"properties":{"a":{"not":{}}}}"#)).description
    #expect(
      message
        == "the schema at '/properties/a': 'not' is not supported: it cannot be enforced while an answer is written")
  }

  /// Ambiguous alternatives at every level: 2^n ways to read the same text. Places are bounded, and answers stay whole.
  @Test func `an ambiguous recursion neither grows without bound nor runs into a dead end`() throws {
    let grammar = try ConstraintDriver.grammar(
      ##"{"anyOf":[{"type":"array","items":{"$ref":"#"},"maxItems":3},{"type":"array","items":{"$ref":"#"},"maxItems":4}]}"##
    )
    var state = GrammarState(grammar)
    for _ in 0..<40 { try state.advance([0x5b]) }
    #expect(state.bytesToComplete(ConstraintDriver.trie) == 40)
    for _ in 0..<40 { try state.advance([0x5d]) }
    #expect(state.mustEnd)
  }

  @Test func `an answer nests 64 deep and no deeper`() throws {
    var state = GrammarState(try ConstraintDriver.grammar("{}"))
    for _ in 0..<64 { try state.advance([0x5b]) }
    #expect(throws: GrammarError.rejected(byte: 0x5b, offset: 0)) { try state.advance([0x5b]) }
    #expect(throws: GrammarError.rejected(byte: 0x7b, offset: 0)) { try state.advance([0x7b]) }
    for _ in 0..<64 { try state.advance([0x5d]) }
    #expect(state.mustEnd)
  }
}
