import Codec
import Testing

@testable import ExactReference

@Suite struct ConstraintValidatorTests {
  @Test func `the validator of these tests finds what is wrong`() throws {
    let schema = try JSON(
      parsing: Array(
        #"""
        {"type":"object","properties":{"a":{"type":"integer","maximum":3},"b":{"type":"array","items":{"$ref":"#/$defs/s"},
        "minItems":1}},"required":["a"],"additionalProperties":false,"$defs":{"s":{"type":"string","maxLength":2}}}
        """#.utf8))
    for (text, isValid) in [
      (#"{"a":3,"b":["x"]}"#, true), (#"{"a":4}"#, false), (#"{"b":["x"]}"#, false), (#"{"a":1,"b":[]}"#, false),
      (#"{"a":1,"b":["xyz"]}"#, false), (#"{"a":1,"c":1}"#, false), (#"{"a":1.5}"#, false), (#"[]"#, false),
    ] {
      let faults = SchemaValidator(root: schema).faults(try JSON(parsing: Array(text.utf8)))
      #expect(faults.isEmpty == isValid, "\(text): \(faults)")
    }
    #expect(!FormatCheck.holds("date", "2023-02-29") && FormatCheck.holds("date", "2024-02-29"))
  }
}
