import Testing

@testable import Cryptography

@Suite struct PersonalSignatureTests {
  @Test("Keccak-256 of the empty text, of 'abc', and around the size of a block")
  func keccak() {
    #expect(
      Hex.encode(Keccak256.hash([])) == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
    #expect(
      Hex.encode(Keccak256.hash(Array("abc".utf8)))
        == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")
    let lengths = [134, 135, 136, 137, 272].map { Keccak256.hash([UInt8](repeating: 0x61, count: $0)) }
    #expect(Set(lengths).count == 5)
  }

  /// The example of web3.js's documentation: the key 0x4c0883a6... signs "Some data".
  private static let address = "2c7536e3605d9c16a7a3d7b1898e529396a65c23"
  private static let signature =
    "b91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c"

  @Test("a published signature leads to its address, and no changed one does")
  func recovery() throws {
    let signature = try #require(Hex.decode(Self.signature))
    let text = Array("Some data".utf8)
    #expect(PersonalSignature.address(signature: signature, text: text).map { Hex.encode($0) } == Self.address)
    var short = signature
    short[64] = 1
    #expect(PersonalSignature.address(signature: short, text: text).map { Hex.encode($0) } == Self.address)
    for at in signature.indices {
      var flipped = signature
      flipped[at] ^= 1
      #expect(
        PersonalSignature.address(signature: flipped, text: text).map { Hex.encode($0) } != Self.address, "byte \(at)")
    }
    #expect(PersonalSignature.address(signature: signature, text: text + [0]).map { Hex.encode($0) } != Self.address)
  }

  @Test("zero, the order, the other s, another length and another v are no signature")
  func ranges() throws {
    let good = try #require(Hex.decode(Self.signature))
    let order = try #require(Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
    let zero = [UInt8](repeating: 0, count: 32)
    // n - s with the other parity recovers the same key: a second spelling.
    let other = try #require(Hex.decode("9ff818b327d1fc847ffe79bdd03d25e83e3a5df66962ceb160751b8bd754a118"))
    let (r, s) = (Array(good[..<32]), Array(good[32..<64]))
    for bad in [
      zero + s + [27], r + zero + [27], order + s + [27], r + order + [27], r + other + [27], r + other + [28],
      r + s + [2],
      r + s + [29], r + s, r + s + [28, 0], [], [UInt8](repeating: 0xff, count: 65),
    ] {
      #expect(PersonalSignature.address(signature: bad, text: Array("Some data".utf8)) == nil)
    }
  }
}
