import Codec
import Cryptography
import Testing

@testable import Receipts

/// A statement in others' envelopes; Tests/Interop holds them against others' libraries.
@Suite struct OtherEnvelopeTests {
  private let key: SigningKey
  private let signed: SignedStatement

  init() throws {
    key = try World.key("k")
    let honest = try #require(World().sealed().statements[.model])
    signed = try SignedStatement(signing: honest.statement, with: key)
  }

  @Test func `DSSE holds the payload, and the key's signature over its pre-authentication encoding`() throws {
    let json = try JSON(parsing: signed.dsse(with: key))
    #expect(json["payloadType"] == "application/vnd.in-toto+json")
    #expect(try Base64.decode(#require(json["payload"]?.stringValue)) == signed.payload)
    let signatures = try #require(json["signatures"]?.arrayValue)
    #expect(signatures.count == 1)
    #expect(signatures[0]["keyid"]?.stringValue == COSEKey(key.publicKey).thumbprint.hex)
    let signature = try Base64.decode(#require(signatures[0]["sig"]?.stringValue))
    // Written out, as the standard has it: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body.
    let encoding = Array("DSSEv1 28 application/vnd.in-toto+json \(signed.payload.count) ".utf8) + signed.payload
    #expect(key.publicKey.isValid(signature: signature, for: encoding))
    #expect(!key.publicKey.isValid(signature: signature, for: signed.payload))
  }

  @Test func `a hash envelope holds the payload's SHA-256 and says so in its headers, and is no statement`() throws {
    let bytes = try signed.hashEnvelope(with: key)
    let envelope = try COSESign1(decoding: bytes)
    try envelope.verify(key: key.publicKey)
    #expect(envelope.payload == SHA256.hash(signed.payload).bytes && envelope.unprotected.isEmpty)
    let header = envelope.protectedHeader
    // RFC 9995 section 3: 258 and 259 are there, and 3 must not be.
    #expect(header[258] == -16 && header[259] == .text(Statement.contentType))
    #expect(header.contentType == nil && header.other.count == 2)
    #expect(header.keyID == signed.keyID)
    #expect(
      header.claims
        == CWTClaims(
          issuer: signed.statement.issuer, subject: signed.statement.subject, issuedAt: signed.statement.issuedAt))
    #expect(throws: ReceiptError.self) { try SignedStatement(bytes) }
  }

  @Test func `no other key signs them`() throws {
    let other = try World.key("other")
    #expect(throws: ReceiptError.self) { try signed.dsse(with: other) }
    #expect(throws: ReceiptError.self) { try signed.hashEnvelope(with: other) }
  }

  @Test func `a statement signed by ES256 is read, verified and bound to its key like any other`() throws {
    let es256 = try ES256Key(ECSigningKey.generate())
    let again = try SignedStatement(signing: signed.statement, with: es256)
    #expect(again.payload == signed.payload && again.statement == signed.statement && again.digest != signed.digest)
    #expect(again.isSigned(by: es256.publicKey) && !again.isSigned(by: key.publicKey))
    #expect(!signed.isSigned(by: es256.publicKey))
    for at in again.bytes.indices {
      var bytes = again.bytes
      bytes[at] ^= 1
      #expect((try? SignedStatement(bytes))?.isSigned(by: es256.publicKey) != true, "byte \(at)")
    }
  }
}
