import Testing

@testable import Codec

@Suite struct CBORIndefiniteTests {
  /// RFC 8949 Appendix A, the examples of indefinite length.
  static let examples: [(String, CBOR)] = [
    ("5f42010243030405ff", .bytes([1, 2, 3, 4, 5])), ("7f657374726561646d696e67ff", "streaming"), ("9fff", []),
    ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]), ("9f01820203820405ff", [1, [2, 3], [4, 5]]),
    ("83018202039f0405ff", [1, [2, 3], [4, 5]]), ("83019f0203ff820405", [1, [2, 3], [4, 5]]),
    ("bf61610161629f0203ffff", ["a": 1, "b": [2, 3]]), ("826161bf61626163ff", ["a", ["b": "c"]]),
    ("bf6346756ef563416d7421ff", ["Fun": true, "Amt": -2]),
  ]

  @Test("Indefinite lengths are read under anyLength and under nothing else", arguments: examples)
  func read(_ text: String, _ value: CBOR) throws {
    let bytes = try hex(text)
    #expect(try CBOR(decoding: bytes, rules: .anyLength) == value)
    #expect(throws: CBORError.self) { try CBOR(decoding: bytes, rules: .wellFormed) }
    #expect(throws: CBORError.self) { try CBOR(decoding: bytes, rules: .deterministic) }
  }

  @Test(
    "What is broken is refused",
    arguments: [
      "ff", "81ff", "5f", "5f01ff", "5f6161ff", "5f5f4101ffff", "7f4161ff", "7f61c3ff", "9f", "9f01", "bf01ff",
      "bf0102",
      "bf01020102ff", "a1ff", "c1ff", "1fff", "df00", "fb0000000000000000", "9f01ff00",
    ])
  func refused(_ text: String) throws {
    let bytes = try hex(text)
    #expect(throws: CBORError.self) { try CBOR(decoding: bytes, rules: .anyLength) }
  }

  @Test("Nesting of indefinite lengths counts against the limit")
  func nesting() throws {
    let deep = [UInt8](repeating: 0x9f, count: 100_000)
    #expect(throws: CBORError.self) { try CBOR(decoding: deep, rules: .anyLength) }
  }
}
