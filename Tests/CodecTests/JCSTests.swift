import Codec
import TestKit
import Testing

@Suite struct JCSTests {
  /// RFC 8785 section 3.2.3.
  @Test func namesSortByUTF16CodeUnitsAsInRFC8785() throws {
    let input = #"""
      {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
       "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
      """#
    let canonical = try JCS.encode(JSON(parsing: utf8(input)))
    #expect(
      try JSON(parsing: canonical).objectValue?.map(\.value) == [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
        "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
      ])
  }

  /// RFC 8785 section 3.2.2, its string and literals.
  @Test func stringsHaveTheFewestEscapesAsInRFC8785() throws {
    let input = #"{"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#
    let output = "{\"literals\":[null,true,false],\"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
    #expect(try JCS.encode(JSON(parsing: utf8(input))) == utf8(output))
    #expect(JCS.isCanonical(utf8(output)))
    #expect(!JCS.isCanonical(utf8(input)))
  }

  @Test func theControlCharactersHaveTheirShortEscapes() throws {
    #expect(
      try JCS.encode(.string("\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}"))
        == utf8("\"\\b\\t\\n\\f\\r\\u0000\\u001f\u{7f}\""))
  }

  @Test(arguments: ["0", "-1", "1", "9007199254740991", "-9007199254740991"])
  func integersBelowTwoToThe53AreCanonical(literal: String) throws {
    #expect(try JCS.encode(.number(literal)) == utf8(literal))
  }

  @Test(arguments: [
    "-0", "1.0", "1e3", "1E3", "0.5", "9007199254740992", "-9007199254740992", "01", "+1", "", "1 ", "x",
    "99999999999999999999",
  ])
  func otherNumbersAreRefusedNotConverted(literal: String) {
    #expect(throws: JSONError.notCanonicalNumber(literal)) { try JCS.encode([.number(literal)]) }
  }

  @Test(arguments: [
    (#"{"b":1,"a":2}"#, 2), (#"{"a": 1}"#, 5), (#" {}"#, 0), (#"{}\#n"#, 2), (#""\u0041""#, 1), (#""\/""#, 1),
    (#"["\u000A"]"#, 3), (#""\u001F""#, 6),
  ])
  func bytesThatAreNotCanonicalAreRefusedWithTheirPlace(text: String, offset: Int) {
    #expect(throws: JSONError.notCanonical(offset: offset)) { try JCS.parse(utf8(text)) }
    #expect(!JCS.isCanonical(utf8(text)))
  }

  @Test func aValueWithOneNameTwiceOrTooDeepIsRefused() {
    #expect(throws: JSONError.duplicateName("a", offset: 0)) {
      try JCS.encode(.object([JSONMember("a", 1), JSONMember("a", 2)]))
    }
    var deep: JSON = 0
    for _ in 0..<65 { deep = [deep] }
    #expect(throws: JSONError.limit(name: "the nesting", limit: 64, got: 65, offset: 64)) { try JCS.encode(deep) }
  }

  /// A random value of what signed payloads may hold.
  static func value(_ random: inout SplitMix64, depth: Int) -> JSON {
    switch Int.random(in: 0..<(depth < 5 ? 6 : 4), using: &random) {
    case 0: return .bool(Bool.random(using: &random))
    case 1: return .null
    case 2: return .integer(Int64.random(in: -((1 << 53) - 1)...((1 << 53) - 1), using: &random))
    case 3: return .string(text(&random))
    case 4: return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(&random, depth: depth + 1) })
    default:
      var members: [JSONMember] = []
      for _ in 0..<Int.random(in: 0..<5, using: &random) {
        let name = text(&random)
        if members.contains(where: { utf8($0.name) == utf8(name) }) { continue }
        members.append(JSONMember(name, value(&random, depth: depth + 1)))
      }
      return .object(members)
    }
  }

  static func text(_ random: inout SplitMix64) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0..<6, using: &random) {
      let code = random.next() % ([0x20, 0x80, 0x800, 0x11_0000].randomElement(using: &random) ?? 0x80)
      if let scalar = Unicode.Scalar(UInt32(code)) { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  @Test func whatIsEncodedIsCanonicalAndParsesBack() throws {
    var random = SplitMix64(state: 8)
    for _ in 0..<4_000 {
      let json = Self.value(&random, depth: 0)
      let bytes = try JCS.encode(json)
      let read = try JCS.parse(bytes)
      #expect(try JCS.encode(read) == bytes)
      #expect(try JSON(parsing: json.serialized()) == json)
    }
  }

  @Test func mutatedBytesAreEitherRefusedOrCanonical() throws {
    var random = SplitMix64(state: 9)
    for _ in 0..<3_000 {
      let bytes = try JCS.encode(Self.value(&random, depth: 0))
      for _ in 0..<5 {
        let mutated = random.mutate(bytes)
        if let json = try? JCS.parse(mutated) { #expect(try JCS.encode(json) == mutated) }
        if let json = try? JSON(parsing: mutated) { #expect(try JSON(parsing: json.serialized()) == json) }
      }
    }
  }
}
