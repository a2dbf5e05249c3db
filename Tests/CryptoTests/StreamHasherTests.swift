import Cryptography
import Testing

@Suite struct StreamHasherTests {
  private func hash(_ algorithm: StreamHasher.Algorithm, _ pieces: [[UInt8]]) -> String {
    var hasher = StreamHasher(algorithm)
    for piece in pieces { piece.withUnsafeBytes { hasher.update($0) } }
    return Hex.encode(hasher.takeDigest())
  }

  @Test("BLAKE2b of RFC 7693's example, and of nothing")
  func blake2b() {
    #expect(
      hash(.blake2b, [Array("abc".utf8)])
        == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
    )
    #expect(
      hash(.blake2b, [])
        == "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce"
    )
    #expect(StreamHasher.Algorithm.blake2b.byteCount == 64 && StreamHasher.Algorithm.sha256.byteCount == 32)
  }

  @Test("pieces give the digest of the whole, and a digest that was taken leaves nothing to the next")
  func pieces() {
    let bytes = (0..<200).map { UInt8($0) }
    #expect(hash(.sha256, [bytes]) == SHA256.hash(bytes).hex)
    for algorithm in [StreamHasher.Algorithm.sha256, .blake2b] {
      for cut in 0...bytes.count {
        #expect(hash(algorithm, [Array(bytes[..<cut]), Array(bytes[cut...])]) == hash(algorithm, [bytes]))
      }
      var hasher = StreamHasher(algorithm)
      for part in [bytes, [1], [], bytes] {
        part.withUnsafeBytes { hasher.update($0) }
        #expect(Hex.encode(hasher.takeDigest()) == hash(algorithm, [part]))
      }
    }
  }
}
