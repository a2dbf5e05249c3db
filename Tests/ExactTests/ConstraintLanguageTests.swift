import Codec
import Foundation
import TestKit
import Testing

@testable import Exact
@testable import ExactReference

/// Which texts a schema takes, by example and by counting.
@Suite struct ConstraintLanguageTests {
  private func expect(
    _ schema: String, takes: [String], refuses: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let grammar = try ConstraintDriver.grammar(schema)
    for text in takes {
      #expect(ConstraintDriver.accepts(grammar, text), "\(schema) takes \(text)", sourceLocation: sourceLocation)
    }
    for text in refuses {
      #expect(!ConstraintDriver.accepts(grammar, text), "\(schema) refuses \(text)", sourceLocation: sourceLocation)
    }
  }

  @Test func `integer bounds are exact`() throws {
    var random = SplitMix64(state: 5)
    for _ in 0..<60 {
      let low = Int.random(in: -1200...1200, using: &random)
      let high = low + Int.random(in: 0...900, using: &random)
      let divisor = Int.random(in: 1...7, using: &random)
      let count = (low...high).count { $0 % divisor == 0 }
      guard count > 0 else { continue }
      let grammar = try OutputGrammar(
        schema: [
          "type": "integer", "minimum": .integer(low), "maximum": .integer(high), "multipleOf": .integer(divisor),
        ])
      for value in low - 30...high + 30 {
        let isInside = low...high ~= value && value % divisor == 0
        #expect(ConstraintDriver.accepts(grammar, "\(value)") == isInside, "\(value) in \(low)...\(high) by \(divisor)")
      }
    }
  }

  @Test func `integers have one spelling and an end`() throws {
    try expect(
      #"{"type":"integer"}"#, takes: ["0", "-1", "999999999999999", "-999999999999999"],
      refuses: ["-0", "00", "01", "1.0", "1e2", "1000000000000000", "", "-", "+1", " 1"])
    try expect(#"{"type":"integer","maximum":9223372036854775807}"#, takes: ["5"], refuses: ["1000000000000000"])
    try expect(
      #"{"type":"integer","minimum":1e16,"maximum":10000000000000009}"#, takes: ["10000000000000000"],
      refuses: ["9999999999999999", "10000000000000010"])
    try expect(
      #"{"type":"integer","exclusiveMinimum":-1.5,"exclusiveMaximum":2}"#, takes: ["-1", "0", "1"],
      refuses: ["-2", "2"])
  }

  @Test func `number bounds are those of decimals`() throws {
    try expect(
      #"{"type":"number","minimum":0,"maximum":1}"#, takes: ["0", "1", "0.5", "0.00", "1.0", "1.000"],
      refuses: ["-0", "-0.1", "1.01", "2", "1e0", "1.", ".5", "00.5"])
    try expect(
      #"{"type":"number","exclusiveMinimum":-1.25,"exclusiveMaximum":10.5}"#,
      takes: ["-1.2", "-1.2499999", "-1", "0", "10.49", "10", "9.99", "-0.5"],
      refuses: ["-1.25", "-1.250", "-1.3", "-2", "10.5", "10.50", "10.6", "11", "100"])
    try expect(#"{"type":"number","minimum":1e2}"#, takes: ["100", "100.5", "1000"], refuses: ["99.9", "99", "-100"])
    try expect(#"{"type":"number","maximum":-0.5}"#, takes: ["-0.5", "-0.6", "-1"], refuses: ["-0.4", "0", "1", "-0"])
    try expect(
      #"{"type":"number"}"#, takes: ["1", "-0", "1.5e3", "0.1E-7", "12e+9"],
      refuses: ["1e", "1.", "01", "1e400", "NaN"])
  }

  @Test func `decimals between two bounds are counted exactly`() throws {
    var random = SplitMix64(state: 6)
    for _ in 0..<40 {
      let low = Int.random(in: -3000...3000, using: &random)
      let high = low + Int.random(in: 1...2000, using: &random)
      func text(_ hundredths: Int) -> String {
        let magnitude = abs(hundredths)
        let fraction = String(magnitude % 100)
        return "\(hundredths < 0 ? "-" : "")\(magnitude / 100).\(fraction.count == 1 ? "0" : "")\(fraction)"
      }
      let grammar = try ConstraintDriver.grammar(
        #"{"type":"number","exclusiveMinimum":\#(text(low)),"maximum":\#(text(high))}"#)
      for value in low - 150...high + 150 where value != 0 {
        let isInside = value > low && value <= high
        #expect(
          ConstraintDriver.accepts(grammar, text(value)) == isInside, "\(text(value)) in (\(text(low)), \(text(high))]")
      }
    }
  }

  @Test func `strings are JSON strings of UTF-8`() throws {
    try expect(
      #"{"type":"string"}"#,
      takes: [#""""#, #""é漢😀\n\u00e9\ud83d\ude00\/""#, #""\uD7FF\uE000""#],
      refuses: [
        #"""#, "\"\n\"", "\"\t\"", #""\x""#, #""\ud83d""#, #""\ude00""#, #""\ud83d\u0041""#, #""\u12g4""#, "'a'",
      ])
    let grammar = try ConstraintDriver.grammar(#"{"type":"string"}"#)
    for bytes in [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80], [0xff], [0xe2, 0x82]] as [[UInt8]]
    {
      var state = GrammarState(grammar)
      try state.advance([0x22])
      #expect(throws: GrammarError.self, "\(bytes)") { try state.advance(bytes + [0x22]) }
    }
  }

  @Test func `lengths count characters, however they are written`() throws {
    try expect(
      #"{"type":"string","minLength":2,"maxLength":3}"#,
      takes: [#""ab""#, #""漢字""#, #""😀😀😀""#, #""\ud83d\ude00a""#, #""\n\n""#],
      refuses: [#""a""#, #""😀""#, #""\ud83d\ude00""#, #""abcd""#])
  }

  @Test(arguments: [
    ("^a+$", ["a", "aaa"], ["", "b", "ab"]), ("b", ["b", "abc", "b漢"], ["", "a"]),
    ("^(ab|c)*$", ["", "ab", "cab"], ["a", "abx"]), ("^\\\\d{2,3}$", ["12", "123"], ["1", "1234", "ab"]),
    ("^[^abc]$", ["d", "é", "1"], ["a", "", "dd"]), ("^\\\\w+\\\\s\\\\S+$", ["ab x", "a_9 !"], ["ab", "é x"]),
    ("^a{0}b?$", ["", "b"], ["a", "bb"]), ("^(?:x|y){2}$", ["xy", "yy"], ["x", "xyx"]),
    ("^[\\\\u0041-C]$", ["A", "B"], ["D", "a"]), ("^a|b$", ["ax", "xb"], ["xa", "bx"]),
    ("^a.c$", ["abc", "a漢c"], ["ac"]),
    ("^[]$|^x$", ["x"], [""]), ("^[+*.-]+$", ["+-", "."], ["a"]), ("^a+?b*?$", ["a", "ab"], ["b"]),
    ("^\\\\{\\\\}$", ["{}"], ["{"]), ("^\\\\x41\\\\t?$", ["A"], ["x41"]),
  ])
  func `patterns match as ECMA-262 says`(pattern: String, takes: [String], refuses: [String]) throws {
    func quoted(_ text: String) -> String { JSON.string(text).text }
    try expect(
      "{\"type\":\"string\",\"pattern\":\"\(pattern)\"}", takes: takes.map(quoted), refuses: refuses.map(quoted))
  }

  @Test func `a pattern's text is escaped where JSON asks for it`() throws {
    try expect(
      ##"{"type":"string","pattern":"^[\"\\\\\\n]{1,2}$"}"##, takes: [#""\"""#, #""\\\n""#], refuses: [#""""#, #""n""#])
  }

  @Test func `objects follow their properties in order`() throws {
    try expect(
      #"{"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"},"c":{"type":"null"}},"required":["b"],"additionalProperties":false}"#,
      takes: [
        #"{"b":null}"#, #"{"a":null,"b":null}"#, #"{"b":null,"c":null}"#, #"{ "a": null, "b": null, "c": null }"#,
        "{\n  \"b\": null,\n  \"c\": null\n}",
      ],
      refuses: [
        "{}", #"{"a":null}"#, #"{"b":null,"a":null}"#, #"{"b":null,}"#, #"{,"b":null}"#, #"{"b":null,"b":null}"#,
        #"{"b":null,"d":null}"#, #"{"b" :null}"#, #"{"b":  null}"#, #"{"b":null} "#, #" {"b":null}"#,
        #"{"b":null"c":null}"#,
        "{\t\"b\":null}",
      ])
  }

  @Test func `other members come last, under other names`() throws {
    try expect(
      #"{"type":"object","properties":{"ab":{"type":"null"},"x":false},"additionalProperties":{"type":"integer"}}"#,
      takes: [#"{}"#, #"{"ab":null}"#, #"{"a":1}"#, #"{"ab":null,"abc":1,"":2}"#, #"{"é":1}"#],
      refuses: [#"{"ab":1}"#, #"{"a":null}"#, #"{"x":1}"#, #"{"a":1,"ab":null}"#, #"{"\u0061b":1}"#])
    try expect(
      #"{"type":"object","required":["z"],"additionalProperties":{"type":"integer"}}"#,
      takes: [#"{"z":1}"#, #"{"z":1,"a":2}"#],
      refuses: ["{}", #"{"a":1}"#, #"{"z":"1"}"#])
  }

  @Test func `arrays keep their bounds and places`() throws {
    try expect(
      #"{"type":"array","prefixItems":[{"type":"null"},{"type":"boolean"}],"items":{"type":"integer"},"minItems":1,"maxItems":4}"#,
      takes: ["[null]", "[null,true]", "[null, false, 1, 2]", "[\n  null\n]"],
      refuses: ["[]", "[true]", "[null,1]", "[null,true,1,2,3]", "[null,]", "[null true]"])
    try expect(
      #"{"type":"array","prefixItems":[{"type":"null"}],"items":false}"#, takes: ["[]", "[null]"],
      refuses: ["[null,null]"])
    try expect(#"{"type":"array","maxItems":0}"#, takes: ["[]"], refuses: ["[1]"])
    try expect(
      #"{"type":"array","items":{"type":"null"},"minItems":2}"#, takes: ["[null,null]", "[null,null,null,null]"],
      refuses: ["[null]"])
  }

  @Test func `allOf, anyOf and references hold together with what stands beside them`() throws {
    try expect(
      ##"{"$ref":"#/$defs/a","required":["y"],"allOf":[{"properties":{"y":{"maximum":5}}}],"$defs":{"a":{"type":"object","properties":{"x":{"type":"null"},"y":{"type":"integer","minimum":3}},"additionalProperties":false}}}"##,
      takes: [#"{"y":3}"#, #"{"y":5}"#], refuses: [#"{"y":6}"#, #"{"y":2}"#, "{}", #"{"z":1,"y":4}"#])
    try expect(
      #"{"type":"string","anyOf":[{"minLength":3},{"const":"a"}]}"#, takes: [#""abc""#, #""a""#],
      refuses: [#""b""#, "1"])
    try expect(
      ##"{"anyOf":[{"type":"null"},{"type":"array","items":{"$ref":"#"}}]}"##, takes: ["null", "[null,[[],null]]"],
      refuses: ["[1]"])
    try expect(
      ##"{"properties":{"a":{"$ref":"#/properties/b~1%63"},"b/c":{"$ref":"#/$defs/x~0"}},"$defs":{"x~":{"const":1}},"type":"object"}"##,
      takes: [#"{"a":1}"#, #"{"b/c":1}"#], refuses: [#"{"a":2}"#])
    try expect(
      #"{"allOf":[{"enum":[1,2,"a"]},{"enum":[2.0,"a",{"b":1}]}],"type":"integer"}"#, takes: ["2"],
      refuses: ["1", "\"a\""])
  }

  @Test func `a keyword speaks only about its own type`() throws {
    try expect(#"{"minLength":2}"#, takes: ["1", "null", #""ab""#, "[]", "{}"], refuses: [#""a""#])
    try expect(#"{"type":["string","null"],"maxLength":1}"#, takes: ["null", #""a""#], refuses: [#""ab""#, "1"])
  }

  @Test(arguments: StringFormat.patterns.keys.sorted())
  func `text of every format is valid`(format: String) throws {
    let grammar = try OutputGrammar(schema: ["type": "string", "format": .string(format)])
    var random = SplitMix64(state: 8)
    for _ in 0..<50 {
      let answer = try ConstraintDriver.write(
        grammar, ConstraintDriver.synthetic, ConstraintDriver.trie, limit: 120, random: &random)
      let text = try #require(JSON(parsing: answer.bytes).stringValue)
      #expect(FormatCheck.holds(format, text), "\(format): \(text)")
    }
  }
}
