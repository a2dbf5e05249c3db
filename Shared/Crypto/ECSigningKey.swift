import COpenSSL

/// A P-256, P-384 or P-521 private key, for formats of others that know no Ed25519. No statement that this suite registers is
/// signed by one.
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
    try self.init(KeyHandle(owning: pointer))
  }

  /// A fresh key on P-256 from the system's random source.
  public static func generate() throws(CryptoError) -> ECSigningKey {
    defer { ERR_clear_error() }
    guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { throw .library("EVP_PKEY_CTX_new_from_name") }
    defer { EVP_PKEY_CTX_free(context) }
    var pointer: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
      EVP_PKEY_generate(context, &pointer) == 1, let pointer
    else { throw .library("EVP_PKEY_generate") }
    do { return try ECSigningKey(KeyHandle(owning: pointer)) } catch { throw .badKey("\(error)") }
  }

  private init(_ handle: KeyHandle) throws(X509Error) {
    self.handle = handle
    publicKey = try X509PublicKey(handle)
    guard publicKey.ecdsaScheme != nil else {
      throw .unreadable("a private key", "it is none of P-256, P-384 and P-521")
    }
  }

  /// The private key as a `PRIVATE KEY` block (PKCS #8, RFC 5958), not encrypted. Never log it.
  public var pem: [UInt8] {
    get throws(CryptoError) {
      defer { ERR_clear_error() }
      guard let bio = BIO_new(BIO_s_mem()) else { throw .library("BIO_new") }
      defer { BIO_free(bio) }
      let isWritten = handle.withPointer { PEM_write_bio_PrivateKey(bio, $0, nil, nil, 0, nil, nil) } == 1
      var text = [UInt8](repeating: 0, count: Self.pemBytesMax)
      let count = isWritten ? Int(BIO_read(bio, &text, Int32(text.count))) : 0
      guard count > 0, count < text.count else { throw .library("PEM_write_bio_PrivateKey") }
      return Array(text[..<count])
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
