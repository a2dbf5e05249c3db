import Codec
import TestKit
import Testing

@Suite struct Base64Tests {
  /// RFC 4648 section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func theVectorsOfRFC4648RoundTrip(plain: String, text: String) throws {
    #expect(Base64.encode(utf8(plain)) == text)
    #expect(try Base64.decode(text) == utf8(plain))
    let bare = text.replacing("=", with: "")
    #expect(Base64URL.encode(utf8(plain)) == bare)
    #expect(try Base64URL.decode(bare) == utf8(plain))
  }

  @Test func theTwoAlphabetsDifferInTwoCharacters() throws {
    #expect(Base64.encode([0xfb, 0xff]) == "+/8=")
    #expect(Base64URL.encode([0xfb, 0xff]) == "-_8")
    #expect(throws: Base64Error.badCharacter(offset: 0)) { try Base64.decode("-_8=") }
    #expect(throws: Base64Error.badCharacter(offset: 0)) { try Base64URL.decode("+/8") }
  }

  @Test(arguments: [
    ("Zg", Base64Error.badLength(2)), ("Zg=", .badLength(3)), ("Z===", .badCharacter(offset: 1)),
    ("====", .badCharacter(offset: 0)), ("Zg==\n", .badLength(5)), ("Zm 9v", .badLength(5)),
    ("Zm\n9vYg=", .badCharacter(offset: 2)), ("Zg==Zg==", .badCharacter(offset: 2)), ("Zh==", .trailingBits(offset: 1)),
    ("Zm9=", .trailingBits(offset: 2)), ("Zm9\u{e9}", .badLength(5)), ("A", .badLength(1)),
  ])
  func everyOtherSpellingIsRefused(text: String, error: Base64Error) {
    #expect(throws: error) { try Base64.decode(text) }
  }

  @Test(arguments: [
    ("A", Base64Error.badLength(1)), ("Zg==", .badCharacter(offset: 2)), ("Zh", .trailingBits(offset: 1)),
    ("Zm9", .trailingBits(offset: 2)), ("Zg ", .badCharacter(offset: 2)),
  ])
  func everyOtherURLSpellingIsRefused(text: String, error: Base64Error) {
    #expect(throws: error) { try Base64URL.decode(text) }
  }

  @Test func randomBytesRoundTripAndEveryTextHasOneSpelling() throws {
    var random = SplitMix64(state: 5)
    for count in 0..<300 {
      let bytes = random.bytes(count)
      #expect(try Base64.decode(Base64.encode(bytes)) == bytes)
      #expect(try Base64URL.decode(Base64URL.encode(bytes)) == bytes)
    }
    for _ in 0..<5_000 {
      let text = String(decoding: random.mutate(utf8(Base64.encode(random.bytes(9)))), as: UTF8.self)
      if let bytes = try? Base64.decode(text) { #expect(Base64.encode(bytes) == text) }
    }
  }

  @Test func megabytesRoundTrip() throws {
    var random = SplitMix64(state: 6)
    let bytes = random.bytes(3 << 20 | 1)
    #expect(try Base64.decode(Base64.encode(bytes)) == bytes)
  }
}
