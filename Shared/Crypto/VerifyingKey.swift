import COpenSSL

/// A public key: Ed25519 (32 raw bytes) or P-256 (65 raw bytes, `04 ‖ x ‖ y`). Equal when algorithm and bytes are.
public struct VerifyingKey: Hashable, Sendable {
  public let algorithm: SignatureAlgorithm
  public let raw: [UInt8]
  private let handle: KeyHandle

  /// An Ed25519 key from its 32 bytes. Refused: encodings that are not canonical and points of small order, for which
  /// one signature can be valid for many messages.
  public init(raw: [UInt8]) throws(CryptoError) {
    try self.init(algorithm: .edDSA, raw: raw)
  }

  /// A key of either algorithm from its raw bytes.
  public init(algorithm: SignatureAlgorithm, raw: [UInt8]) throws(CryptoError) {
    guard raw.count == algorithm.publicKeyLength else {
      throw .wrongLength(what: "a raw \(algorithm) public key", expected: algorithm.publicKeyLength, got: raw.count)
    }
    switch algorithm {
    case .edDSA: try Ed25519Point.check(raw)
    case .es256:
      guard raw[0] == 4 else { throw .badKey("a P-256 key must be an uncompressed point, its first byte is \(raw[0])") }
    }
    guard let handle = KeyHandle.publicKey(der: algorithm.subjectPublicKeyInfoPrefix + raw) else {
      throw .badKey("its bytes are no point of the curve of \(algorithm)")
    }
    self.algorithm = algorithm
    self.raw = raw
    self.handle = handle
  }

  /// Whether `signature` is this key's over `message`. ES256 signatures are r ‖ s, as COSE writes them.
  public func isValid(signature: [UInt8], for message: [UInt8]) -> Bool {
    guard signature.count == algorithm.signatureLength else { return false }
    switch algorithm {
    case .edDSA:
      return verify(signature, digest: nil, message)
    case .es256:
      guard let der = ECDSASignature.der(signature) else { return false }
      return verify(der, digest: SHA256.algorithm, message)
    }
  }

  private func verify(_ signature: [UInt8], digest: OpaquePointer?, _ message: [UInt8]) -> Bool {
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    let valid = handle.withPointer { key in
      EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1
        && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
    // A refused signature leaves an entry in this thread's error queue, which would only grow.
    if !valid { ERR_clear_error() }
    return valid
  }

  /// The DER of SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
  public var subjectPublicKeyInfo: [UInt8] { algorithm.subjectPublicKeyInfoPrefix + raw }

  public static func == (a: VerifyingKey, b: VerifyingKey) -> Bool {
    a.algorithm == b.algorithm && a.raw == b.raw
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(algorithm)
    hasher.combine(raw)
  }
}

extension VerifyingKey: CustomStringConvertible {
  public var description: String { "\(algorithm):\(Hex.encode(raw))" }
}
