internal import Codec
public import Cryptography
public import MerkleLog

/// A COSE Receipt of inclusion (RFC 9942, vds RFC9162_SHA256): the log's signature over a root, with the path to it.
public struct COSEReceipt: Sendable, Equatable {
  /// RFC9162_SHA256 among the verifiable data structures.
  private static let rfc9162: Int64 = 1
  /// Label of the inclusion proofs within header 396.
  private static let inclusion: Int64 = -1

  public let bytes: [UInt8]
  public let index: UInt64
  public let size: UInt64
  public let path: [Digest32]
  public let issuer: String
  public let subject: String
  private let envelope: COSESign1

  /// Signs the root of a published checkpoint for the entry at `index`.
  public init(
    proof: InclusionProof, root: Digest32, issuer: String, subject: String, issuedAt: Int64, key: SigningKey
  ) throws(ReceiptError) {
    do {
      let inner: CBOR = [
        .unsigned(proof.size), .unsigned(proof.index), .array(proof.path.map { .bytes($0.bytes) }),
      ]
      let header = ProtectedHeader(
        algorithm: key.algorithm, keyID: COSEKey(key.publicKey).keyID,
        claims: CWTClaims(issuer: issuer, subject: subject, issuedAt: issuedAt),
        other: [CBORPair(.int(COSELabel.verifiableDataStructure), .int(Self.rfc9162))])
      let proofs = CBOR.map([CBORPair(.int(Self.inclusion), [.bytes(try inner.encoded())])])
      let signed = try COSESign1.sign(
        root.bytes, protected: header, unprotected: [CBORPair(.int(COSELabel.verifiableDataProofs), proofs)],
        detached: true, with: key)
      try self.init(try signed.encoded())
    } catch let error as ReceiptError { throw error } catch { throw .signing("COSE Receipt: \(error)") }
  }

  /// Reads a receipt strictly: exactly one inclusion proof, and no byte that neither the signature nor the path covers.
  public init(_ bytes: [UInt8]) throws(ReceiptError) {
    func malformed(_ why: String) -> ReceiptError { .encoding(what: "COSE Receipt", why: why) }
    let envelope: COSESign1
    let inner: CBOR
    do {
      envelope = try COSESign1(decoding: bytes)
      guard try envelope.encoded() == bytes else { throw malformed("is not deterministic") }
      guard envelope.payload == nil else { throw malformed("must have a detached payload") }
      guard envelope.unprotected.count == 1, let proofs = envelope.unprotected[.int(COSELabel.verifiableDataProofs)],
        let map = proofs.mapValue, map.count == 1, let list = map[.int(Self.inclusion)]?.arrayValue, list.count == 1,
        let proof = list[0].bytesValue
      else { throw malformed("must carry one inclusion proof in header 396 and nothing else") }
      inner = try CBOR(decoding: proof)
    } catch let error as ReceiptError { throw error } catch { throw malformed("\(error)") }
    guard let parts = inner.arrayValue, parts.count == 3, let size = parts[0].unsignedValue,
      let index = parts[1].unsignedValue, let hashes = parts[2].arrayValue, hashes.count <= TlogProof.pathMax
    else { throw malformed("the inclusion proof is not [size, index, path]") }
    var path: [Digest32] = []
    for hash in hashes {
      guard let raw = hash.bytesValue, let digest = try? Digest32(raw) else {
        throw malformed("a path hash is no digest")
      }
      path.append(digest)
    }
    let header = envelope.protectedHeader
    guard header.other.count == 1, header[COSELabel.verifiableDataStructure] == .int(Self.rfc9162),
      header.contentType == nil, header.keyID != nil, let claims = header.claims, claims.other.isEmpty,
      let issuer = claims.issuer, let subject = claims.subject, let issuedAt = claims.issuedAt,
      issuedAt >= 0
    else { throw malformed("the protected header is not that of an RFC9162_SHA256 receipt") }
    self.bytes = bytes
    self.index = index
    self.size = size
    self.path = path
    self.issuer = issuer
    self.subject = subject
    self.envelope = envelope
  }

  /// The root that the receipt vouches for, when its path leads there from `entry` and `key` signed it.
  public func verify(entry: [UInt8], key: VerifyingKey) throws(ReceiptError) -> Digest32 {
    let root: Digest32
    do { root = try InclusionProof.rootOf(leafHash: TreeHash.leaf(entry), index: index, size: size, path: path) } catch
    {
      throw .field("COSE Receipt path", why: "\(error)")
    }
    guard envelope.protectedHeader.keyID == COSEKey(key).keyID else {
      throw .field("COSE Receipt kid", why: "is not that of the log's receipt key")
    }
    do { try envelope.verify(key: key, detachedPayload: root.bytes) } catch {
      throw .field("COSE Receipt", why: "\(error)")
    }
    return root
  }
}
