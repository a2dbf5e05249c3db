import COpenSSL

extension VerifyingKey {
  /// The most characters of a PEM text; a P-256 key has under 200.
  public static let pemLengthMax = 16_384

  /// Reads the first `PUBLIC KEY` block (SubjectPublicKeyInfo, RFC 7468 section 13).
  public init(pem: String) throws(CryptoError) {
    let text = [UInt8](pem.utf8)
    guard text.count <= Self.pemLengthMax else {
      throw .outOfRange(what: "the length of a PEM text", limit: Self.pemLengthMax, got: text.count)
    }
    // The BIO only borrows the text, so it must not outlive this closure.
    let pointer = text.withUnsafeBytes { raw -> OpaquePointer? in
      guard let bio = BIO_new_mem_buf(raw.baseAddress, Int32(raw.count)) else { return nil }
      defer { BIO_free(bio) }
      return PEM_read_bio_PUBKEY(bio, nil, nil, nil)
    }
    guard let pointer else {
      ERR_clear_error()
      throw .badPEM("it holds no readable public key")
    }
    let der = try KeyHandle(owning: pointer).subjectPublicKeyInfo()
    for algorithm in SignatureAlgorithm.allCases {
      let prefix = algorithm.subjectPublicKeyInfoPrefix
      if der.starts(with: prefix), der.count == prefix.count + algorithm.publicKeyLength {
        try self.init(algorithm: algorithm, raw: [UInt8](der.dropFirst(prefix.count)))
        return
      }
    }
    throw .badPEM("its key is neither Ed25519 nor P-256 with an uncompressed point")
  }

  /// The key as a `PUBLIC KEY` block with a final line feed.
  public var pem: String { PublicKeyBlock.text(subjectPublicKeyInfo) }
}

extension X509PublicKey {
  /// The key as a `PUBLIC KEY` block with a final line feed.
  public var pem: String { PublicKeyBlock.text(subjectPublicKeyInfo) }
}

enum PublicKeyBlock {
  static func text(_ subjectPublicKeyInfo: [UInt8]) -> String {
    let der = subjectPublicKeyInfo
    // EVP_EncodeBlock writes one line of 4 characters for 3 bytes and a zero byte; RFC 7468 wants lines of 64.
    var encoded = [UInt8](repeating: 0, count: (der.count + 2) / 3 * 4 + 1)
    let count = Int(EVP_EncodeBlock(&encoded, der, Int32(der.count)))
    var text = "-----BEGIN PUBLIC KEY-----\n"
    for start in stride(from: 0, to: count, by: 64) {
      text += String(decoding: encoded[start..<min(start + 64, count)], as: UTF8.self) + "\n"
    }
    return text + "-----END PUBLIC KEY-----\n"
  }
}
