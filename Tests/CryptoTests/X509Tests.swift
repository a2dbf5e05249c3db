import Testing

@testable import Cryptography

@Suite struct X509Tests {
  @Test("ECDSA signatures: zero, another length and a number beyond the order are never valid")
  func ecdsa() throws {
    // RFC 6979 section A.2.5, message "sample": the public key, r and s.
    let point = try #require(
      Hex.decode(
        "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
      ))
    let r = try #require(Hex.decode("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"))
    let s = try #require(Hex.decode("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"))
    let order = try #require(Hex.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))
    let key = try X509PublicKey(point: point)
    let message = Array("sample".utf8)
    func valid(_ signature: [UInt8], _ scheme: SignatureScheme = .ecdsaP256SHA256) -> Bool {
      key.isValid(signature: signature, for: message, scheme: scheme)
    }
    #expect(valid(r + s))
    let zeros = [UInt8](repeating: 0, count: 32)
    for bad in [zeros + s, r + zeros, zeros + zeros, order + s, r + order, s + r, r, r + s + [0], [], [0] + r + s] {
      #expect(!valid(bad))
    }
    #expect(!valid(r + s, .ecdsaP384SHA384))
    #expect(!valid(r + s, .rsaPKCS1SHA256))
    #expect(!key.isValid(signature: r + s, for: message + [0], scheme: .ecdsaP256SHA256))
  }

  @Test("Keys that are no point, too small or padded are refused")
  func keys() throws {
    #expect(throws: X509Error.self) { try X509PublicKey(point: [UInt8](repeating: 0, count: 64)) }
    #expect(throws: X509Error.self) { try X509PublicKey(point: [UInt8](repeating: 1, count: 96)) }
    #expect(throws: X509Error.self) { try X509PublicKey(point: [1]) }
    #expect(throws: X509Error.self) {
      try X509PublicKey(rsaModulus: [UInt8](repeating: 0xff, count: 128), exponent: [3])
    }
    #expect(throws: X509Error.self) {
      try X509PublicKey(rsaModulus: [UInt8](repeating: 0xff, count: 513), exponent: [3])
    }
    let ed25519 = try SigningKey(seed: [UInt8](repeating: 1, count: 32)).publicKey
    #expect(throws: X509Error.self) { try X509PublicKey(subjectPublicKeyInfo: ed25519.subjectPublicKeyInfo) }
  }

  @Test("PEM texts: without a block, with another block, damaged or with too many, are refused")
  func pem() {
    let block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    for text in [
      "", "hello", block, "-----BEGIN CERTIFICATE-----\nAA", "-----BEGIN SECRET-----\nAAAA\n-----END SECRET-----\n",
    ] {
      #expect(throws: X509Error.self) { try X509Bundle(Array(text.utf8)) }
    }
    #expect(throws: X509Error.self) { try X509Certificate(der: [UInt8](repeating: 0x30, count: 20_000)) }
    #expect(throws: X509Error.self) { try X509RevocationList(der: [0x30, 0]) }
  }

  @Test("SHA-384 and SHA-512 of FIPS 180-4's example")
  func digests() {
    #expect(
      Hex.encode(SHA2.sha384(Array("abc".utf8)))
        == "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7")
    #expect(Hex.encode(SHA2.sha512(Array("abc".utf8))).hasPrefix("ddaf35a193617abacc417349ae204131"))
  }
}
