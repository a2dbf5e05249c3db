import Codec
import Cryptography
import Testing

@Suite struct CBORTests {
  /// RFC 8949 Appendix A without floating-point numbers and indefinite lengths.
  static let examples: [(String, CBOR)] = [
    ("00", 0), ("01", 1), ("0a", 10), ("17", 23), ("1818", 24), ("1819", 25), ("1864", 100), ("1903e8", 1000),
    ("1a000f4240", 1_000_000), ("1b000000e8d4a51000", 1_000_000_000_000),
    ("1bffffffffffffffff", .unsigned(.max)), ("3bffffffffffffffff", .negative(.max)),
    ("20", -1), ("29", -10), ("3863", -100), ("3903e7", -1000),
    ("c249010000000000000000", .tag(2, .bytes([1, 0, 0, 0, 0, 0, 0, 0, 0]))),
    ("c349010000000000000000", .tag(3, .bytes([1, 0, 0, 0, 0, 0, 0, 0, 0]))),
    ("f4", false), ("f5", true), ("f6", .null), ("f7", .simple(23)), ("f0", .simple(16)), ("f8ff", .simple(255)),
    ("c074323031332d30332d32315432303a30343a30305a", .tag(0, "2013-03-21T20:04:00Z")),
    ("c11a514b67b0", .tag(1, 1_363_896_240)), ("d74401020304", .tag(23, .bytes([1, 2, 3, 4]))),
    ("d818456449455446", .tag(24, .bytes([0x64, 0x49, 0x45, 0x54, 0x46]))),
    ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", .tag(32, "http://www.example.com")),
    ("40", .bytes([])), ("4401020304", .bytes([1, 2, 3, 4])), ("60", ""), ("6161", "a"), ("6449455446", "IETF"),
    ("62225c", "\"\\"), ("62c3bc", "\u{fc}"), ("63e6b0b4", "\u{6c34}"), ("64f0908591", "\u{10151}"),
    ("80", []), ("83010203", [1, 2, 3]), ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("98190102030405060708090a0b0c0d0e0f101112131415161718181819", .array((1...25).map { .unsigned($0) })),
    ("a0", [:]), ("a201020304", [1: 2, 3: 4]), ("a26161016162820203", ["a": 1, "b": [2, 3]]),
    ("826161a161626163", ["a", ["b": "c"]]),
    (
      "a56161614161626142616361436164614461656145", ["a": "A", "b": "B", "c": "C", "d": "D", "e": "E"]
    ),
  ]

  @Test(arguments: examples)
  func theExamplesOfRFC8949EncodeAndDecode(text: String, value: CBOR) throws {
    #expect(try Hex.encode(value.encoded()) == text)
    #expect(try CBOR(decoding: hex(text)) == value)
    #expect(try CBOR(decoding: hex(text), rules: .wellFormed) == value)
  }

  @Test(arguments: [
    "", "18", "19", "1a", "1b", "1901", "1a0102", "1b01020304050607", "38", "58", "78", "98", "9a01ff00", "b8", "d8",
    "41", "61", "5affffffff00", "5bffffffffffffffff010203", "7affffffff00", "7b7fffffffffffffff010203", "81",
    "818181818181818181", "8200", "a1", "a20102", "a100", "a2000000", "c0", "9bffffffffffffffff", "bbffffffffffffffff",
    "bb8000000000000000", "f8",
  ])
  func truncatedItemsAreRefusedUnderBothRules(text: String) throws {
    let bytes = try hex(text)
    for rules in [CBORRules.deterministic, .wellFormed] {
      let error = #expect(throws: CBORError.self) { try CBOR(decoding: bytes, rules: rules) }
      guard case .truncated? = error else {
        Issue.record("\(text): \(String(describing: error))")
        return
      }
    }
  }

  static let refusedAlways: [(String, CBORError)] = [
    // RFC 8949 Appendix F: reserved additional information and simple values.
    ("1c", .reserved(offset: 0)), ("3d", .reserved(offset: 0)), ("5e", .reserved(offset: 0)),
    ("7c", .reserved(offset: 0)), ("9d", .reserved(offset: 0)), ("be", .reserved(offset: 0)),
    ("dc", .reserved(offset: 0)), ("fc", .reserved(offset: 0)), ("fd", .reserved(offset: 0)),
    ("1f", .reserved(offset: 0)), ("3f", .reserved(offset: 0)), ("df", .reserved(offset: 0)),
    ("f800", .reserved(offset: 0)), ("f801", .reserved(offset: 0)), ("f818", .reserved(offset: 0)),
    ("f81f", .reserved(offset: 0)), ("f814", .reserved(offset: 0)),
    // Indefinite lengths and a break.
    ("5f42010243030405ff", .indefiniteLength(offset: 0)), ("7f657374726561646d696e67ff", .indefiniteLength(offset: 0)),
    ("9fff", .indefiniteLength(offset: 0)), ("bfff", .indefiniteLength(offset: 0)),
    ("ff", .indefiniteLength(offset: 0)), ("81ff", .indefiniteLength(offset: 1)),
    // Floating-point numbers.
    ("f90000", .float(offset: 0)), ("fa47c35000", .float(offset: 0)), ("fb3ff199999999999a", .float(offset: 0)),
    ("8201f97e00", .float(offset: 2)),
    // Text that is not UTF-8: a lone continuation, an overlong form, a surrogate.
    ("6180", .invalidText(offset: 0)), ("62c080", .invalidText(offset: 0)), ("63eda080", .invalidText(offset: 0)),
    ("0000", .trailingBytes(offset: 1)), ("a0f6", .trailingBytes(offset: 1)),
    ("a201000100", .duplicateKey(offset: 3)), ("a2616100616101", .duplicateKey(offset: 4)),
  ]

  @Test(arguments: refusedAlways)
  func malformedOrUnwelcomeItemsAreRefused(text: String, error: CBORError) throws {
    let bytes = try hex(text)
    #expect(throws: error) { try CBOR(decoding: bytes) }
    #expect(throws: CBORError.self) { try CBOR(decoding: bytes, rules: .wellFormed) }
  }

  static let refusedOnlyWhenDeterministic: [(String, CBORError, CBOR)] = [
    ("1817", .notShortest(offset: 0), 23), ("1900ff", .notShortest(offset: 0), 255),
    ("1a0000ffff", .notShortest(offset: 0), 65535), ("1b00000000ffffffff", .notShortest(offset: 0), 4_294_967_295),
    ("3800", .notShortest(offset: 0), -1), ("580100", .notShortest(offset: 0), .bytes([0])),
    ("780161", .notShortest(offset: 0), "a"), ("980100", .notShortest(offset: 0), [0]),
    ("b8010102", .notShortest(offset: 0), [1: 2]), ("d80100", .notShortest(offset: 0), .tag(1, 0)),
    ("a203040102", .unsortedKeys(offset: 3), [3: 4, 1: 2]),
    ("a2200001f6", .unsortedKeys(offset: 3), [-1: 0, 1: .null]),
    ("a2616200616101", .unsortedKeys(offset: 4), ["b": 0, "a": 1]),
  ]

  @Test(arguments: refusedOnlyWhenDeterministic)
  func otherSpellingsAreReadOnlyAsWellFormed(text: String, error: CBORError, value: CBOR) throws {
    let bytes = try hex(text)
    #expect(throws: error) { try CBOR(decoding: bytes) }
    #expect(try CBOR(decoding: bytes, rules: .wellFormed) == value)
  }

  @Test func oneKeyInTwoSpellingsIsADuplicate() throws {
    let bytes = try hex("a20100180100")
    #expect(throws: CBORError.duplicateKey(offset: 0)) { try CBOR(decoding: bytes, rules: .wellFormed) }
  }

  @Test func theEncoderSortsKeysByTheirEncodings() throws {
    let value: CBOR = ["aa": 1, "b": 2, 100: 3, -1: 4, 10: 5, [100]: 6, [-1]: 7, false: 8]
    // RFC 8949 section 4.2.1: 10, 100, -1, "z", "aa", [100], [-1], false.
    #expect(try Hex.encode(value.encoded()) == "a80a051864032004616202626161018118640681200" + "7f408")
  }

  @Test func theEncoderRefusesWhatNoDecoderAccepts() {
    #expect(throws: CBORError.duplicateKeyInValue) { try CBOR.map([CBORPair(1, 1), CBORPair(1, 2)]).encoded() }
    for value in [UInt8(20), 21, 22, 24, 31] {
      #expect(throws: CBORError.unencodableSimple(value)) { try CBOR.simple(value).encoded() }
    }
    var deep: CBOR = 0
    for _ in 0..<17 { deep = [deep] }
    #expect(throws: CBORError.nestedTooDeep(limit: 16)) { try deep.encoded() }
  }

  @Test func sixteenLevelsAreReadAndSeventeenAreNot() throws {
    for initial in ["81", "c1", "a100"] {
      let sixteen = try hex(String(repeating: initial, count: 16) + "00")
      #expect(throws: Never.self) { try CBOR(decoding: sixteen) }
      #expect(try CBOR(decoding: sixteen).encoded() == sixteen)
      let seventeen = try hex(String(repeating: initial, count: 17) + "00")
      let error = #expect(throws: CBORError.self) { try CBOR(decoding: seventeen) }
      #expect(error.map { "\($0)".contains("the nesting is 17, the limit is 16") } == true)
    }
  }

  @Test func everyLimitIsNamedWhenItIsCrossed() throws {
    let long = try CBOR.bytes([UInt8](repeating: 0, count: 100)).encoded()
    #expect(throws: CBORError.limit(name: "the number of bytes", limit: 50, got: 102, offset: 0)) {
      try CBOR(decoding: long, limits: CBORLimits(byteCountMax: 50))
    }
    let many = try CBOR.array([CBOR](repeating: 0, count: 100)).encoded()
    #expect(throws: CBORError.limit(name: "the number of items", limit: 50, got: 101, offset: 0)) {
      try CBOR(decoding: many, limits: CBORLimits(itemCountMax: 50))
    }
    #expect(throws: CBORError.limit(name: "the nesting", limit: 1, got: 2, offset: 1)) {
      try CBOR(decoding: hex("818100"), limits: CBORLimits(nestingMax: 1))
    }
  }

  @Test func textIsComparedByItsBytes() throws {
    // Swift's String equality holds for these pairs; a signature does not.
    let kelvin: CBOR = ["\u{212A}": 1]
    #expect(kelvin["K"] == nil)
    #expect(kelvin != ["K": 1])
    #expect(CBOR.text("e\u{301}") != CBOR.text("\u{e9}"))
    #expect(throws: Never.self) { try CBOR(decoding: CBOR.map([CBORPair("K", 1), CBORPair("\u{212A}", 2)]).encoded()) }
  }

  @Test func integersReachBothEnds() {
    for value in [Int64.min, -1, 0, 1, .max] { #expect(CBOR.int(value).intValue == value) }
    #expect(CBOR.unsigned(.max).intValue == nil)
    #expect(CBOR.negative(.max).intValue == nil)
    #expect(CBOR.int(.min) == .negative(UInt64(Int64.max)))
  }

  @Test func accessorsGiveNilForOtherKinds() {
    let values: [CBOR] = [1, -1, .bytes([]), "", [], [:], .tag(1, 1), true, .null, .simple(1)]
    #expect(values.compactMap(\.intValue) == [1, -1])
    #expect(values.compactMap(\.unsignedValue) == [1])
    #expect(values.compactMap(\.bytesValue) == [[]])
    #expect(values.compactMap(\.textValue) == [""])
    #expect(values.compactMap(\.boolValue) == [true])
    #expect(values.compactMap(\.arrayValue) == [[]])
    #expect(values.compactMap(\.mapValue) == [[]])
  }
}
