import COpenSSL

/// Somebody's own P-256, P-384 or P-521 private key, for formats of others that know no Ed25519. This suite's statements
/// never use it.
public struct ECSigningKey: Sendable {
  /// The most bytes of a key file.
  public static let pemBytesMax = 16_384

  public let publicKey: X509PublicKey
  private let handle: KeyHandle

  /// Reads the first private key of a PEM text (PKCS #8 or SEC 1), not encrypted. Errors: ``X509Error``.
  public init(pem: [UInt8]) throws(X509Error) {
    defer { ERR_clear_error() }
    guard pem.count <= Self.pemBytesMax else {
      throw .limit(name: "the size of a key file", limit: Self.pemBytesMax, got: pem.count)
    }
    // The BIO only borrows the text, so it must not outlive this closure.
    let pointer = pem.withUnsafeBytes { raw -> OpaquePointer? in
      guard let bio = BIO_new_mem_buf(raw.baseAddress, Int32(raw.count)) else { return nil }
      defer { BIO_free(bio) }
      // A callback of our own, as libcrypto's would ask the terminal for a passphrase.
      return PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
    }
    guard let pointer else {
      throw .unreadable(
        "a private key", "the text holds none in PEM, or one that is encrypted: decrypt it with openssl pkey")
    }
    handle = KeyHandle(owning: pointer)
    publicKey = try X509PublicKey(handle)
    guard publicKey.ecdsaScheme != nil else {
      throw .unreadable("a private key", "it is none of P-256, P-384 and P-521")
    }
  }

  /// The signature over `message` in DER: ECDSA with SHA-256 (P-256), SHA-384 (P-384) or SHA-512 (P-521). Each
  /// is another.
  public func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { throw .library("EVP_MD_CTX_new") }
    defer {
      EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    let digest =
      switch publicKey.kind {
      case .p256, .rsa: SHA256.algorithm
      case .p384: SHA2.sha384Algorithm
      case .p521: SHA2.sha512Algorithm
      }
    var der = [UInt8](repeating: 0, count: 256)
    var count = der.count
    let signed = handle.withPointer { key in
      EVP_DigestSignInit(context, nil, digest, nil, key) == 1
        && EVP_DigestSign(context, &der, &count, message, message.count) == 1
    }
    guard signed else { throw .library("EVP_DigestSign") }
    return Array(der[..<count])
  }
}

extension ECSigningKey: CustomStringConvertible, CustomDebugStringConvertible {
  /// Names the public half only.
  public var description: String { "ECSigningKey(public: \(Hex.encode(publicKey.subjectPublicKeyInfo)))" }
  public var debugDescription: String { description }
}
