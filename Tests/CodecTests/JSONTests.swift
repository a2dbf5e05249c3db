import Codec
import Testing

@Suite struct JSONTests {
  @Test func everyKindOfValueIsRead() throws {
    let json = try JSON(
      parsing: utf8(#" { "a" : [ 1 , -2.50 , 1e3 , true , false , null , "x" ] , "b" : { } , "" : [ ] } "#))
    #expect(
      json == [
        "a": [1, .number("-2.50"), .number("1e3"), true, false, .null, "x"], "b": [:], "": [],
      ])
  }

  @Test(arguments: [
    (#""\u20ac\n\"\\\/\b\f\r\t""#, "\u{20ac}\n\"\\/\u{8}\u{c}\r\t"), (#""\ud83d\ude00""#, "\u{1f600}"),
    (#""\uDBFF\uDFFF""#, "\u{10ffff}"), (#""\u0000""#, "\0"), ("\"\u{7f}\u{80}\u{1f600}\"", "\u{7f}\u{80}\u{1f600}"),
    (#""a\u0041b""#, "aAb"), (#""\\u0041""#, #"\u0041"#),
  ])
  func stringsAreUnescaped(text: String, value: String) throws {
    let read = try #require(JSON(parsing: utf8(text)).stringValue)
    #expect(utf8(read) == utf8(value))
  }

  static let refused: [(String, JSONError)] = [
    ("", .unexpectedEnd(offset: 0)), ("  ", .unexpectedEnd(offset: 2)), ("[", .unexpectedEnd(offset: 1)),
    ("[1", .unexpectedEnd(offset: 2)), ("[1,", .unexpectedEnd(offset: 3)), ("{\"a\"", .unexpectedEnd(offset: 4)),
    ("\"abc", .unexpectedEnd(offset: 4)), ("\"a\\", .unexpectedEnd(offset: 3)), ("tru", .unexpectedEnd(offset: 3)),
    ("[1,]", .unexpectedByte(0x5d, offset: 3, wanted: "a value")),
    ("[,1]", .unexpectedByte(0x2c, offset: 1, wanted: "a value")),
    ("{\"a\":1,}", .unexpectedByte(0x7d, offset: 7, wanted: "a member name in quotes")),
    ("{a:1}", .unexpectedByte(0x61, offset: 1, wanted: "a member name in quotes")),
    ("{\"a\" 1}", .unexpectedByte(0x31, offset: 5, wanted: "':'")),
    ("[1 2]", .unexpectedByte(0x32, offset: 3, wanted: "',' or ']'")),
    ("{\"a\":1 \"b\":2}", .unexpectedByte(0x22, offset: 7, wanted: "',' or '}'")),
    ("True", .unexpectedByte(0x54, offset: 0, wanted: "a value")),
    ("NaN", .unexpectedByte(0x4e, offset: 0, wanted: "a value")),
    ("'a'", .unexpectedByte(0x27, offset: 0, wanted: "a value")),
    ("// c\n1", .unexpectedByte(0x2f, offset: 0, wanted: "a value")),
    ("\u{feff}1", .unexpectedByte(0xef, offset: 0, wanted: "a value")),
    ("\u{a0}1", .unexpectedByte(0xc2, offset: 0, wanted: "a value")),
    ("+1", .unexpectedByte(0x2b, offset: 0, wanted: "a value")),
    (".5", .unexpectedByte(0x2e, offset: 0, wanted: "a value")),
    ("-", .badNumber(offset: 0)), ("01", .badNumber(offset: 0)), ("-01", .badNumber(offset: 0)),
    ("00", .badNumber(offset: 0)), ("1.", .badNumber(offset: 0)), ("[1.e1]", .badNumber(offset: 1)),
    ("1e", .badNumber(offset: 0)), ("1e+", .badNumber(offset: 0)), ("-x", .badNumber(offset: 0)),
    ("0x1", .trailingBytes(offset: 1)), ("1 2", .trailingBytes(offset: 2)), ("{}{}", .trailingBytes(offset: 2)),
    ("nullx", .trailingBytes(offset: 4)),
    ("\"\n\"", .controlCharacter(0x0a, offset: 1)),
    ("\"\\n\t\"", .controlCharacter(0x09, offset: 3)),
    (#""\x""#, .badEscape(offset: 1)), (#""\u12""#, .badEscape(offset: 1)), (#""\u12g4""#, .badEscape(offset: 1)),
    (#""\U0041""#, .badEscape(offset: 1)),
    (#""\ud800""#, .loneSurrogate(offset: 1)), (#""\udc00""#, .loneSurrogate(offset: 1)),
    (#""\ud800x""#, .loneSurrogate(offset: 1)), (#""\ud800\n""#, .loneSurrogate(offset: 1)),
    (#""\ud800\ud800""#, .loneSurrogate(offset: 1)), (#""\ud800\u0041""#, .loneSurrogate(offset: 1)),
    (#""\udc00\ud800""#, .loneSurrogate(offset: 1)),
    (#"{"a":1,"a":2}"#, .duplicateName("a", offset: 7)), (#"{"a":1,"\u0061":2}"#, .duplicateName("a", offset: 7)),
    (#"[{"x":{"b":1,"c":2,"b":3}}]"#, .duplicateName("b", offset: 19)),
  ]

  @Test(arguments: refused)
  func everythingElseIsRefusedWithItsPlace(text: String, error: JSONError) {
    let bytes = utf8(text)
    #expect(throws: error) { try JSON(parsing: bytes) }
    #expect("\(error)".contains("byte ") || "\(error)".contains("early"))
  }

  @Test func controlCharactersAreRefusedInAndAfterAValue() {
    #expect(throws: JSONError.trailingBytes(offset: 1)) { try JSON(parsing: [0x31, 0]) }
    for byte in UInt8(0)..<0x20 {
      #expect(throws: JSONError.controlCharacter(byte, offset: 1)) { try JSON(parsing: [0x22, byte, 0x22]) }
    }
  }

  @Test(
    arguments: [
      [0x22, 0x80, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xf5, 0x80, 0x80, 0x80, 0x22],
      [0x22, 0x5c, 0x6e, 0xff, 0x22], [0x22, 0xe2, 0x82, 0x22],
    ] as [[UInt8]])
  func stringsThatAreNotUTF8AreRefused(bytes: [UInt8]) {
    #expect(throws: JSONError.invalidUTF8(offset: 1)) { try JSON(parsing: bytes) }
  }

  @Test func sixtyFourLevelsAreReadAndSixtyFiveAreNot() {
    func nested(_ depth: Int) -> [UInt8] {
      utf8(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
    }
    #expect(throws: Never.self) { try JSON(parsing: nested(64)) }
    #expect(throws: JSONError.limit(name: "the nesting", limit: 64, got: 65, offset: 64)) {
      try JSON(parsing: nested(65))
    }
    let hostile = utf8(String(repeating: "{\"a\":", count: 1_000_000))
    #expect(throws: JSONError.self) { try JSON(parsing: hostile) }
  }

  @Test func everyLimitIsNamedWhenItIsCrossed() {
    #expect(throws: JSONError.limit(name: "the number of bytes", limit: 2, got: 3, offset: 0)) {
      try JSON(parsing: utf8("123"), limits: JSONLimits(byteCountMax: 2))
    }
    #expect(throws: JSONError.limit(name: "the number of values", limit: 3, got: 4, offset: 5)) {
      try JSON(parsing: utf8("[1,2,3]"), limits: JSONLimits(valueCountMax: 3))
    }
  }

  @Test func manyMembersAreCheckedWithoutSquaringTheirNumber() throws {
    let members = (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",")
    #expect(throws: Never.self) { try JSON(parsing: utf8("{\(members)}")) }
    #expect(throws: JSONError.duplicateName("77", offset: members.utf8.count + 2)) {
      try JSON(parsing: utf8("{\(members),\"77\":1}"))
    }
  }

  @Test func namesAreComparedByTheirBytes() throws {
    // Swift's String equality takes the Kelvin sign for K; a policy that looks for "Key" must not.
    let json = try JSON(parsing: utf8("{\"\u{212A}ey\":1,\"Key\":2}"))
    #expect(json["Key"] == 2)
    #expect(json["\u{212A}ey"] == 1)
    #expect(JSON.string("\u{212A}") != JSON.string("K"))
  }

  @Test func accessorsGiveTheValueOrNil() throws {
    let json: JSON = [
      "i": 5, "f": .number("5.0"), "e": .number("5e0"), "big": .number("9223372036854775808"), "s": "x",
    ]
    #expect(json["i"]?.intValue == 5)
    for name in ["f", "e", "big", "s", "missing"] { #expect(json[name]?.intValue == nil) }
    #expect(json["f"]?.numberLiteral == "5.0")
    #expect(json["s"]?.stringValue == "x")
    #expect(json["i"]?.stringValue == nil)
    #expect(([1, 2] as JSON)[1] == 2)
    #expect(([1, 2] as JSON)[2] == nil)
    #expect(json[0] == nil)
    #expect(JSON.null.isNull)
    #expect((true as JSON).boolValue == true)
  }

  @Test func decimalStringsHaveOneSpelling() {
    #expect(JSON.decimal(UInt64.max).decimalValue == .max)
    #expect(JSON.string("0").decimalValue == 0)
    for bad in ["", "00", "01", "+1", "-1", "1 ", "1.0", "18446744073709551616", "\u{0661}"] {
      #expect(JSON.string(bad).decimalValue == nil)
    }
    #expect((1 as JSON).decimalValue == nil)
  }

  @Test func serializedJSONKeepsOrderAndLiterals() throws {
    let text = #"{"z":1.50,"a":[true,null,"\"\\\n\u0001é"],"n":-0,"e":{}}"#
    let json = try JSON(parsing: utf8(text))
    #expect(json.text == text)
    #expect(try JSON(parsing: json.serialized()) == json)
  }
}
