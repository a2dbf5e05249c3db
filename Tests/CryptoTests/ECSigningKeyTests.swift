import Cryptography
import Testing

/// Keys for formats of others, and ES256 as COSE writes it.
@Suite struct ECSigningKeyTests {
  /// On P-384, made for this test and good for nothing else.
  private static let p384 = Array(
    """
    -----BEGIN PRIVATE KEY-----
    MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDCJWdmH34BV6SWUEjx
    vp7pG+mZyoTjMxlTmnxw4WyTCP0Sjj7lPaPV9xd6vRGInX6hZANiAASIMnfhGUCZ
    YZ3m+JDQYNAR+/ya9i94KWk/qxRwBrIZwqDl5dzwtxncMM0eBBKsDvolHHMl4mON
    WMb57uTTXlHjIzUA1zi+0VvK/QGGm+n029JlabqjCpIk0szNuetTAgs=
    -----END PRIVATE KEY-----
    """.utf8)

  @Test func `a generated key is on P-256 and another each time, and its PEM text is the same key`() throws {
    let key = try ECSigningKey.generate()
    #expect(key.publicKey.kind == .p256)
    #expect(try ECSigningKey.generate().publicKey != key.publicKey)
    let read = try ECSigningKey(pem: key.pem)
    #expect(read.publicKey == key.publicKey)
    let message: [UInt8] = [1, 2, 3]
    #expect(try key.publicKey.isValid(derSignature: read.sign(message), for: message, scheme: .ecdsaP256SHA256))
    let text = String(decoding: try key.pem, as: UTF8.self)
    #expect(text.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(!"\(key)".contains(text) && !String(reflecting: key).contains(text))
  }

  @Test func `ES256 signs as COSE writes it, and its public half verifies`() throws {
    let key = try ES256Key(ECSigningKey.generate())
    #expect(key.algorithm == .es256 && key.publicKey.algorithm == .es256)
    // So many that some r or s is short, and has to be filled to 32 bytes.
    for round in 0..<600 {
      let message = [UInt8(round & 0xff), UInt8(round >> 8)]
      let signature = try key.sign(message)
      #expect(signature.count == 64)
      #expect(key.publicKey.isValid(signature: signature, for: message))
      #expect(!key.publicKey.isValid(signature: signature, for: message + [0]))
    }
  }

  @Test func `every flipped bit of an ES256 signature is refused`() throws {
    let key = try ES256Key(ECSigningKey.generate())
    let signature = try key.sign([7])
    for at in signature.indices {
      for bit in 0..<8 {
        var bad = signature
        bad[at] ^= 1 << UInt8(bit)
        #expect(!key.publicKey.isValid(signature: bad, for: [7]), "bit \(bit) of byte \(at)")
      }
    }
  }

  @Test func `a key on another curve signs no ES256`() throws {
    let key = try ECSigningKey(pem: Self.p384)
    #expect(key.publicKey.kind == .p384)
    #expect(throws: CryptoError.self) { try ES256Key(key) }
  }
}
