/// A private key that signs as COSE writes it: by an algorithm with a number, in signatures of one length.
public protocol MessageSigner: Sendable {
  var publicKey: VerifyingKey { get }
  /// The signature over `message`, `algorithm.signatureLength` bytes.
  func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8]
}

extension MessageSigner {
  /// The algorithm of every signature this key makes.
  public var algorithm: SignatureAlgorithm { publicKey.algorithm }
}

/// A P-256 key as a signer of ES256 (RFC 9053 section 2.1), for readers that know no Ed25519.
public struct ES256Key: MessageSigner {
  public let publicKey: VerifyingKey
  private let key: ECSigningKey

  /// Errors: ``CryptoError/badKey(_:)`` for a key on another curve.
  public init(_ key: ECSigningKey) throws(CryptoError) {
    guard key.publicKey.kind == .p256, let point = key.publicKey.point else {
      throw .badKey("ES256 signs with a key on P-256, this one is on another curve")
    }
    publicKey = try VerifyingKey(algorithm: .es256, raw: [4] + point)
    self.key = key
  }

  /// r ‖ s. Each signature over one message is another.
  public func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard let fixed = ECDSASignature.fixed(try key.sign(message), half: algorithm.signatureLength / 2) else {
      throw .library("EVP_DigestSign")
    }
    return fixed
  }
}
