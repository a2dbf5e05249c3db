import Cryptography
import Testing

@Suite struct SignatureTests {
  struct Vector: Sendable {
    var seed, key, message, signature: String
  }

  /// RFC 8032 section 7.1, tests 1 and 2.
  static let vectors = [
    Vector(
      seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
      signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        + "d25bf5f0595bbe24655141438e7a100b"),
    Vector(
      seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
      signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        + "387b2eaeb4302aeeb00d291612bb0c00"),
  ]

  static func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }

  @Test(arguments: vectors)
  func ed25519MatchesRFC8032(vector: Vector) throws {
    let key = try SigningKey(seed: Self.bytes(vector.seed))
    let message = try Self.bytes(vector.message)
    #expect(Hex.encode(key.publicKey.raw) == vector.key)
    let signature = try key.sign(message)
    #expect(Hex.encode(signature) == vector.signature)
    #expect(key.publicKey.isValid(signature: signature, for: message))
  }

  @Test func everyFlippedBitOfASignatureIsRefused() throws {
    let key = try SigningKey(seed: Self.bytes(Self.vectors[1].seed))
    let signature = try key.sign([0x72])
    for at in signature.indices {
      for bit in 0..<8 {
        var bad = signature
        bad[at] ^= 1 << UInt8(bit)
        #expect(!key.publicKey.isValid(signature: bad, for: [0x72]))
      }
    }
  }

  @Test func aSignatureOfAnotherLengthMessageOrKeyIsRefused() throws {
    let key = try SigningKey.generate()
    let signature = try key.sign([1, 2, 3])
    #expect(key.publicKey.isValid(signature: signature, for: [1, 2, 3]))
    #expect(!key.publicKey.isValid(signature: signature, for: [1, 2]))
    #expect(!key.publicKey.isValid(signature: [UInt8](signature.dropLast()), for: [1, 2, 3]))
    #expect(!key.publicKey.isValid(signature: signature + [0], for: [1, 2, 3]))
    #expect(!key.publicKey.isValid(signature: [], for: [1, 2, 3]))
    #expect(try !SigningKey.generate().publicKey.isValid(signature: signature, for: [1, 2, 3]))
  }

  @Test func aSignatureWhoseScalarIsNotReducedIsRefused() throws {
    // S + L is the same scalar modulo the group order: accepting it would give one signature two spellings.
    let key = try SigningKey(seed: Self.bytes(Self.vectors[0].seed))
    var signature = try key.sign([])
    let order = try Self.bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    var carry = 0
    for at in 0..<32 {
      let sum = Int(signature[32 + at]) + Int(order[at]) + carry
      signature[32 + at] = UInt8(sum & 0xff)
      carry = sum >> 8
    }
    #expect(!key.publicKey.isValid(signature: signature, for: []))
  }

  @Test(arguments: [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  ])
  func aPublicKeyOfSmallOrderOrNotCanonicalIsRefused(hex: String) throws {
    let raw = try Self.bytes(hex)
    #expect(throws: CryptoError.self) { try VerifyingKey(raw: raw) }
  }

  @Test func keysOfAnotherLengthAreRefused() {
    #expect(throws: CryptoError.wrongLength(what: "an Ed25519 seed", expected: 32, got: 31)) {
      try SigningKey(seed: [UInt8](repeating: 1, count: 31))
    }
    #expect(throws: CryptoError.wrongLength(what: "a raw EdDSA public key", expected: 32, got: 33)) {
      try VerifyingKey(raw: [UInt8](repeating: 1, count: 33))
    }
    #expect(throws: CryptoError.wrongLength(what: "a raw ES256 public key", expected: 65, got: 64)) {
      try VerifyingKey(algorithm: .es256, raw: [UInt8](repeating: 4, count: 64))
    }
  }

  @Test func aPointOffTheCurveIsRefused() {
    #expect(throws: CryptoError.self) {
      try VerifyingKey(algorithm: .es256, raw: [4] + [UInt8](repeating: 1, count: 64))
    }
    #expect(throws: CryptoError.self) {
      try VerifyingKey(algorithm: .es256, raw: [2] + [UInt8](repeating: 1, count: 64))
    }
  }

  @Test func keysAreEqualAndHashByAlgorithmAndBytes() throws {
    let key = try SigningKey.generate()
    let again = try SigningKey(seed: key.seed)
    #expect(key.publicKey == again.publicKey)
    #expect(Set([key.publicKey, again.publicKey]).count == 1)
    #expect(try key.publicKey != SigningKey.generate().publicKey)
  }

  @Test func aPrintedSigningKeyDoesNotShowItsSeed() throws {
    let key = try SigningKey.generate()
    for text in ["\(key)", String(reflecting: key)] { #expect(!text.contains(Hex.encode(key.seed))) }
  }

  @Test func manyThreadsShareOneKey() async throws {
    let key = try SigningKey.generate()
    let valid = try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          var good = true
          for round in 0..<50 {
            let message = [UInt8(task), UInt8(round)]
            good = try good && key.publicKey.isValid(signature: key.sign(message), for: message)
          }
          return good
        }
      }
      return try await group.reduce(true) { $0 && $1 }
    }
    #expect(valid)
  }
}
