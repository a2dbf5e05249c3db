import COpenSSL

/// How hardware and certified people sign. Each scheme is good for one kind of key only.
public enum SignatureScheme: Sendable, Equatable {
  /// r ‖ s, 64 bytes big-endian.
  case ecdsaP256SHA256
  /// r ‖ s, 96 bytes big-endian.
  case ecdsaP384SHA384
  /// r ‖ s, 132 bytes big-endian.
  case ecdsaP521SHA512
  /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).
  case rsaPKCS1SHA256
  /// RSASSA-PSS (RFC 8017 section 8.1), salt as long as the digest.
  case rsaPSSSHA256
}

/// A public key of other people, or of their hardware: P-256, P-384, P-521, or RSA of 2,048 to 4,096 bits.
/// `VerifyingKey` is for the statements of this suite.
public struct X509PublicKey: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case p256, p384, p521
    case rsa(bits: Int)
  }

  public let kind: Kind
  /// The DER of SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
  public let subjectPublicKeyInfo: [UInt8]
  private let handle: KeyHandle

  /// Reads a SubjectPublicKeyInfo that fills `der`.
  public init(subjectPublicKeyInfo der: [UInt8]) throws(X509Error) {
    guard der.count <= 1024, let handle = KeyHandle.publicKey(der: der) else {
      throw .unreadable("a public key", "it is no SubjectPublicKeyInfo of at most 1024 bytes")
    }
    try self.init(handle)
    // A second spelling of one key, or bytes after it.
    guard subjectPublicKeyInfo == der else { throw .unreadable("a public key", "it is not in its one DER form") }
  }

  /// An uncompressed point without its leading 4: x ‖ y, 64 bytes (P-256) or 96 (P-384), big-endian.
  public init(point: [UInt8]) throws(X509Error) {
    let prefix: [UInt8]
    switch point.count {
    case 64: prefix = SignatureAlgorithm.es256.subjectPublicKeyInfoPrefix
    case 96:
      prefix = [
        0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04,
        0x00, 0x22, 0x03, 0x62, 0x00,
      ]
    default: throw .unreadable("a public key", "a point has 64 or 96 bytes, this one \(point.count)")
    }
    guard let handle = KeyHandle.publicKey(der: prefix + [4] + point) else {
      throw .unreadable("a public key", "its bytes are no point of the curve")
    }
    try self.init(handle)
  }

  /// An RSA key from its big-endian numbers (RFC 8017 section A.1.1).
  public init(rsaModulus n: [UInt8], exponent e: [UInt8]) throws(X509Error) {
    guard n.count <= 512, e.count <= 8 else { throw .unreadable("an RSA key", "it has more than 4096 bits") }
    let key = DER.sequence(DER.unsigned(n) + DER.unsigned(e))
    let algorithm: [UInt8] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]
    let info = DER.sequence(DER.sequence(algorithm) + DER.element(0x03, [0] + key))
    guard let handle = KeyHandle.publicKey(der: info) else {
      throw .unreadable("an RSA key", "libcrypto refuses its numbers")
    }
    try self.init(handle)
  }

  init(_ handle: KeyHandle) throws(X509Error) {
    self.handle = handle
    kind = try Self.kind(of: handle)
    do { subjectPublicKeyInfo = try handle.subjectPublicKeyInfo() } catch {
      throw .unreadable("a public key", "\(error)")
    }
    // Named curve and uncompressed point: the one form in which the last bytes are x ‖ y.
    let (count, length) =
      switch kind {
      case .p256: (64, 91)
      case .p384: (96, 120)
      case .p521: (132, 158)
      case .rsa: (0, 0)
      }
    let isPlain = subjectPublicKeyInfo.count == length && subjectPublicKeyInfo.dropLast(count).last == 4
    guard count == 0 || isPlain else {
      throw .unreadable("a public key", "its point is not uncompressed, or its curve has no name")
    }
  }

  private static func kind(of handle: KeyHandle) throws(X509Error) -> Kind {
    let (type, bits) = handle.withPointer { (EVP_PKEY_get_base_id($0), Int(EVP_PKEY_get_bits($0))) }
    if type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS {
      guard (2048...4096).contains(bits) else { throw .unreadable("an RSA key", "\(bits) bits are not 2048 to 4096") }
      return .rsa(bits: bits)
    }
    var name = [CChar](repeating: 0, count: 64)
    let named = handle.withPointer { EVP_PKEY_get_group_name($0, &name, name.count, nil) } == 1
    ERR_clear_error()
    let curve = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    switch (named, curve) {
    case (true, "prime256v1"): return .p256
    case (true, "secp384r1"): return .p384
    case (true, "secp521r1"): return .p521
    default: throw .unreadable("a public key", "it is none of P-256, P-384, P-521 and RSA")
    }
  }

  /// x ‖ y of a key on a curve; nil for RSA.
  public var point: [UInt8]? {
    switch kind {
    case .p256: Array(subjectPublicKeyInfo.suffix(64))
    case .p384: Array(subjectPublicKeyInfo.suffix(96))
    case .p521: Array(subjectPublicKeyInfo.suffix(132))
    case .rsa: nil
    }
  }

  /// How a key on a curve signs by default: with the digest of the curve's width. Nil for RSA.
  public var ecdsaScheme: SignatureScheme? {
    switch kind {
    case .p256: .ecdsaP256SHA256
    case .p384: .ecdsaP384SHA384
    case .p521: .ecdsaP521SHA512
    case .rsa: nil
    }
  }

  /// Whether `signature` is this key's over `message`. False as well when the key is of another kind than the scheme.
  public func isValid(signature: [UInt8], for message: [UInt8], scheme: SignatureScheme) -> Bool {
    switch (scheme, kind) {
    case (.ecdsaP256SHA256, .p256):
      guard let der = ECDSASignature.der(signature) else { return false }
      return verify(der, message, SHA256.algorithm, padding: nil)
    case (.ecdsaP384SHA384, .p384):
      guard let der = ECDSASignature.der(signature, length: 96) else { return false }
      return verify(der, message, SHA2.sha384Algorithm, padding: nil)
    case (.ecdsaP521SHA512, .p521):
      guard let der = ECDSASignature.der(signature, length: 132) else { return false }
      return verify(der, message, SHA2.sha512Algorithm, padding: nil)
    case (.rsaPKCS1SHA256, .rsa): return verify(signature, message, SHA256.algorithm, padding: RSA_PKCS1_PADDING)
    case (.rsaPSSSHA256, .rsa): return verify(signature, message, SHA256.algorithm, padding: RSA_PKCS1_PSS_PADDING)
    default: return false
    }
  }

  /// The same for an ECDSA signature in DER (RFC 3279 section 2.2.3), in its one spelling. False for RSA.
  public func isValid(derSignature: [UInt8], for message: [UInt8], scheme: SignatureScheme) -> Bool {
    guard let half = point.map({ $0.count / 2 }) else { return false }
    guard let fixed = ECDSASignature.fixed(derSignature, half: half) else { return false }
    return isValid(signature: fixed, for: message, scheme: scheme)
  }

  private func verify(_ signature: [UInt8], _ message: [UInt8], _ digest: OpaquePointer, padding: Int32?) -> Bool {
    guard let context = EVP_MD_CTX_new() else { return false }
    defer {
      EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    var parameters: OpaquePointer?
    guard handle.withPointer({ EVP_DigestVerifyInit(context, &parameters, digest, nil, $0) }) == 1 else { return false }
    if let padding {
      guard EVP_PKEY_CTX_set_rsa_padding(parameters, padding) == 1 else { return false }
      if padding == RSA_PKCS1_PSS_PADDING {
        // -1 (RSA_PSS_SALTLEN_DIGEST): the salt is as long as the digest.
        guard EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, -1) == 1 else { return false }
      }
    }
    return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }

  public static func == (a: X509PublicKey, b: X509PublicKey) -> Bool {
    a.subjectPublicKeyInfo == b.subjectPublicKeyInfo
  }
}
