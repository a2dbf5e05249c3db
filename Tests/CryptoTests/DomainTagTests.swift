import Cryptography
import Testing

@Suite struct DomainTagTests {
  @Test func everyTagIsDistinctAndPrintableASCII() {
    let tags = DomainTag.allCases.map(\.rawValue)
    #expect(Set(tags).count == tags.count)
    for tag in tags {
      #expect(tag.hasPrefix("colophon/"))
      #expect(tag.utf8.allSatisfy { (0x21...0x7e).contains($0) })
    }
  }

  @Test func noTagWithItsZeroByteBeginsAnother() {
    for a in DomainTag.allCases {
      #expect(a.prefix == a.bytes + [0])
      for b in DomainTag.allCases where a != b { #expect(!b.prefix.starts(with: a.prefix)) }
    }
  }

  @Test func theTagsNamedInTheFormatAreSpelledAsThere() {
    #expect(DomainTag.activation.rawValue == "colophon/activation/v1")
    #expect(DomainTag.stream.rawValue == "colophon/stream/v1")
    #expect(DomainTag.draw.rawValue == "colophon/draw/v1")
    #expect(DomainTag.evidence.rawValue == "colophon/evidence/v1")
  }
}

@Suite struct RandomAndComparisonTests {
  @Test func randomBytesHaveTheCountAskedForAndDiffer() throws {
    for count in [0, 1, 32, 257, 100_000] { #expect(try SecureRandom.bytes(count).count == count) }
    #expect(try SecureRandom.bytes(32) != SecureRandom.bytes(32))
    #expect(try Set(SecureRandom.bytes(100_000)).count == 256)
  }

  @Test(arguments: [-1, SecureRandom.countMax + 1])
  func aCountOutsideTheLimitIsRefused(count: Int) {
    #expect(
      throws: CryptoError.outOfRange(what: "the number of random bytes", limit: SecureRandom.countMax, got: count)
    ) { try SecureRandom.bytes(count) }
  }

  @Test func constantTimeEqualityIsEquality() {
    #expect(ConstantTime.equal([], []))
    #expect(ConstantTime.equal([1, 2, 3], [1, 2, 3]))
    #expect(!ConstantTime.equal([1, 2, 3], [1, 2, 4]))
    #expect(!ConstantTime.equal([0, 2, 3], [1, 2, 3]))
    #expect(!ConstantTime.equal([1, 2], [1, 2, 3]))
  }

  @Test func everyErrorSaysWhatToDoOrWhatTheLimitIs() {
    let errors: [CryptoError] = [
      .wrongLength(what: "x", expected: 1, got: 2), .badHex("zz"), .badKey("why"), .badPEM("why"),
      .noRandomness(errno: 5), .outOfRange(what: "x", limit: 1, got: 2), .library("EVP"),
    ]
    for error in errors { #expect("\(error)".count > 20) }
  }
}
