import Cryptography
import Testing

@Suite struct DigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func sha256MatchesTheVectorsOfFIPS180(text: String, hex: String) {
    #expect(SHA256.hash([UInt8](text.utf8)).hex == hex)
  }

  @Test func hashingInPiecesGivesTheSameDigestAtEveryCut() {
    let bytes = (0..<200).map { UInt8($0) }
    for cut in 0...bytes.count {
      var hasher = SHA256Hasher()
      hasher.update([UInt8](bytes[..<cut]))
      hasher.update([UInt8](bytes[cut...]))
      #expect(hasher.finalize() == SHA256.hash(bytes))
    }
  }

  @Test func anUnfinishedHasherIsReleasedWithoutADigest() {
    var hasher = SHA256Hasher()
    hasher.update([1])
  }

  @Test func aDigestAppendedEqualsItsBytesAppended() {
    let digest = SHA256.hash([1, 2, 3])
    var a = SHA256Hasher()
    a.update(digest)
    #expect(a.finalize() == SHA256.hash(digest.bytes))
  }

  @Test func aMillionBytesHashRight() {
    #expect(
      SHA256.hash([UInt8](repeating: 0x61, count: 1_000_000)).hex
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func aDigestRoundTripsThroughBytesAndHex() throws {
    let digest = SHA256.hash([7])
    #expect(try Digest32(digest.bytes) == digest)
    #expect(try Digest32(hex: digest.hex) == digest)
    #expect("\(digest)" == digest.hex)
    #expect(digest.bytes.count == Digest32.count)
  }

  @Test(arguments: [0, 31, 33])
  func aDigestOfAnotherLengthIsRefused(count: Int) {
    #expect(throws: CryptoError.wrongLength(what: "a SHA-256 digest", expected: 32, got: count)) {
      try Digest32([UInt8](repeating: 0, count: count))
    }
  }

  @Test func aDigestInUpperCaseOrOfBadLengthIsRefused() {
    let hex = String(repeating: "ab", count: 32)
    for bad in [hex.uppercased(), String(hex.dropLast()), hex + "00", String(hex.dropLast()) + "g", ""] {
      #expect(throws: CryptoError.badHex(bad)) { try Digest32(hex: bad) }
    }
  }

  @Test func digestsSortAsTheirBytesDo() throws {
    let digests = (0..<100).map { SHA256.hash([UInt8($0)]) }
    let byBytes = digests.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    #expect(digests.sorted() == byBytes)
  }

  @Test func hexReadsBothCasesAndWritesLower() {
    #expect(Hex.encode([0, 0x9f, 0xff]) == "009fff")
    #expect(Hex.decode("009FfF") == [0, 0x9f, 0xff])
    for bad in ["0", "0g", "0x", " 00", "é"] { #expect(Hex.decode(bad) == nil) }
  }
}
