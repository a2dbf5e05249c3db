import Cryptography
import TestKit
import Testing

@Suite struct PEMTests {
  /// RFC 8410 section 10.1.
  static let ed25519 = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
    -----END PUBLIC KEY-----

    """
  static let p256 = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEp6qONp0G7H2Hj4MWEtjwAnCrzD1+
    drPQ2akT/MGgVwTbxZRzhg7mk/NjvJ3OcVhb4BJRwWz7jkdgdksKutQPwg==
    -----END PUBLIC KEY-----

    """
  static let p384 = """
    -----BEGIN PUBLIC KEY-----
    MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAElXwpok8p89MN/oyRpDZQrk5yi5EP92xU
    zfF0j0hPGfZ7q92ecrwPBvo19gvjkO8zYqzBFPK93bzVmaH3nTiVS0AnnBUnS/6B
    HAJ0yHSH7thYEc3OJ6QxuaIMFzzOspVf
    -----END PUBLIC KEY-----
    """

  @Test(arguments: [(ed25519, SignatureAlgorithm.edDSA), (p256, .es256)])
  func aPublicKeyIsWrittenAsItWasRead(pem: String, algorithm: SignatureAlgorithm) throws {
    let key = try VerifyingKey(pem: pem)
    #expect(key.algorithm == algorithm)
    #expect(key.pem == pem)
    #expect(try VerifyingKey(algorithm: algorithm, raw: key.raw) == key)
  }

  @Test func theKeyOfRFC8410HasItsRawBytes() throws {
    #expect(
      try Hex.encode(VerifyingKey(pem: Self.ed25519).raw)
        == "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")
  }

  @Test func aGeneratedKeyRoundTrips() throws {
    let key = try SigningKey.generate().publicKey
    #expect(try VerifyingKey(pem: key.pem) == key)
  }

  @Test(arguments: [
    "", "not PEM", p384, ed25519.replacing("MCow", with: "MCox"), ed25519.replacing("PUBLIC", with: "PRIVATE"),
    String(ed25519.prefix(60)),
  ])
  func anythingButASupportedPublicKeyIsRefused(pem: String) {
    #expect(throws: CryptoError.self) { try VerifyingKey(pem: pem) }
  }

  /// Failed now and then while libcrypto read the text after Swift had freed it.
  @Test func textsReadByManyThreadsAtOnceAllGiveTheirKeys() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for thread in 0..<8 {
        group.addTask {
          // Of the lengths that the comment may have, a short run shares out those that a long one gives to each thread.
          for round in stride(from: TestSize.pick(thread, long: 0), to: 500, by: TestSize.pick(8, long: 1)) {
            let comment = String(repeating: "#", count: round) + "\n"
            let key = try VerifyingKey(pem: comment + Self.ed25519)
            #expect(key.algorithm == .edDSA)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func aPEMTextBeyondTheLimitIsRefused() {
    let pem = String(repeating: "\n", count: VerifyingKey.pemLengthMax) + Self.ed25519
    #expect(throws: CryptoError.self) { try VerifyingKey(pem: pem) }
  }

  @Test func aSmallOrderKeyInPEMIsRefused() {
    let body = "MCowBQYDK2VwAyEA" + String(repeating: "A", count: 43) + "="
    let pem = "-----BEGIN PUBLIC KEY-----\n\(body)\n-----END PUBLIC KEY-----\n"
    #expect(throws: CryptoError.badKey("its point has small order, so its signatures bind nothing")) {
      try VerifyingKey(pem: pem)
    }
  }
}
