internal import Codec
public import Cryptography

/// A statement in its envelope: COSE_Sign1 with an empty unprotected header (FORMAT section 2).
public struct SignedStatement: Sendable, Equatable {
  public static let bytesMax = 1 << 20

  /// The exact bytes whose SHA-256 is the statement's digest and its entry in the log.
  public let bytes: [UInt8]
  public let digest: Digest32
  public let statement: Statement
  /// The RFC 9679 thumbprint of the key that signed, as the protected header states it.
  public let keyID: [UInt8]
  let envelope: COSESign1

  /// Signs a statement. Errors: ``ReceiptError/signing(_:)``.
  public init(signing statement: Statement, with key: some MessageSigner) throws(ReceiptError) {
    try statement.checkPredicate()
    let payload = try statement.payload()
    let header = ProtectedHeader(
      algorithm: key.algorithm, contentType: Statement.contentType, keyID: COSEKey(key.publicKey).keyID,
      claims: CWTClaims(issuer: statement.issuer, subject: statement.subject, issuedAt: statement.issuedAt))
    let bytes: [UInt8]
    do { bytes = try COSESign1.sign(payload, protected: header, with: key).encoded() } catch {
      throw .signing("\(error)")
    }
    // Read back, as the predicate was: nothing is signed that this suite's own verifier would refuse.
    try self.init(bytes)
  }

  /// Reads an envelope without trusting it: ``verify(with:)`` checks the signature. Errors: ``ReceiptError``.
  public init(_ bytes: [UInt8]) throws(ReceiptError) {
    guard bytes.count <= Self.bytesMax else {
      throw .limit(name: "statement bytes", limit: Self.bytesMax, got: bytes.count)
    }
    let envelope: COSESign1
    let canonical: [UInt8]
    do {
      envelope = try COSESign1(decoding: bytes)
      canonical = try envelope.encoded()
    } catch { throw .encoding(what: "statement", why: "\(error)") }
    guard envelope.unprotected.isEmpty else { throw .field("unprotected header", why: "must be empty when signed") }
    // An empty map has longer spellings, which no signature would tell apart.
    guard canonical == bytes else { throw .encoding(what: "statement", why: "is not deterministic CBOR") }
    let header = envelope.protectedHeader
    guard let keyID = header.keyID, let claims = header.claims, header.other.isEmpty else {
      throw .field("protected header", why: "must hold alg, content type, kid and claims, and nothing else")
    }
    guard header.contentType == Statement.contentType else {
      throw .field("content type", why: "must be \(Statement.contentType)")
    }
    guard let payload = envelope.payload else { throw .field("payload", why: "is missing") }
    self.bytes = bytes
    self.digest = SHA256.hash(bytes)
    self.statement = try Statement(payload: payload, claims: claims)
    self.keyID = keyID
    self.envelope = envelope
  }

  public var payload: [UInt8] { envelope.payload ?? [] }

  /// Whether this key made the signature and is the one that the header names.
  public func isSigned(by key: VerifyingKey) -> Bool {
    guard COSEKey(key).keyID == keyID else { return false }
    do { try envelope.verify(key: key) } catch { return false }
    return true
  }

  /// The transparent statement: the same envelope with its COSE Receipts in header 394 (RFC 9942).
  public func transparent(receipts: [[UInt8]]) throws(ReceiptError) -> [UInt8] {
    do {
      let pair = CBORPair(.int(COSELabel.receipts), .array(receipts.map(CBOR.bytes)))
      return try envelope.withUnprotected([pair]).encoded()
    } catch { throw .encoding(what: "transparent statement", why: "\(error)") }
  }
}
