internal import Codec
public import Cryptography

/// The same statement in envelopes that others' tools read, by the key that signed it. The log knows none of them.
extension SignedStatement {
  /// SHA-256 among the COSE algorithms (RFC 9054 section 2.1).
  private static let sha256: Int64 = -16

  /// A DSSE envelope around the payload, as in-toto's tools read it; `keyid` is the key's thumbprint in hex.
  /// Errors: ``ReceiptError/signing(_:)``, also for another key.
  public func dsse(with key: SigningKey) throws(ReceiptError) -> [UInt8] {
    try checkSigned(by: key)
    let signature: [UInt8]
    do { signature = try key.sign(DSSE.preAuthenticated(payload)) } catch { throw .signing("\(error)") }
    let json: JSON = [
      "payload": .string(Base64.encode(payload)), "payloadType": .string(DSSE.payloadType),
      "signatures": [["keyid": .string(Hex.encode(keyID)), "sig": .string(Base64.encode(signature))]],
    ]
    return json.serialized()
  }

  /// A hash envelope (RFC 9995): COSE_Sign1 over the SHA-256 of the payload, for whoever keeps the payload elsewhere. Its claims
  /// are the statement's. Errors: ``ReceiptError/signing(_:)``, also for another key.
  public func hashEnvelope(with key: SigningKey) throws(ReceiptError) -> [UInt8] {
    try checkSigned(by: key)
    let header = ProtectedHeader(
      algorithm: key.algorithm, keyID: keyID,
      claims: CWTClaims(issuer: statement.issuer, subject: statement.subject, issuedAt: statement.issuedAt),
      other: [
        CBORPair(.int(COSELabel.payloadHashAlgorithm), .int(Self.sha256)),
        CBORPair(.int(COSELabel.preimageContentType), .text(Statement.contentType)),
      ])
    do { return try COSESign1.sign(SHA256.hash(payload).bytes, protected: header, with: key).encoded() } catch {
      throw .signing("\(error)")
    }
  }

  private func checkSigned(by key: SigningKey) throws(ReceiptError) {
    guard isSigned(by: key.publicKey) else { throw .signing("the key is not the one that signed the statement") }
  }
}
