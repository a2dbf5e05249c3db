import COpenSSL

/// An Ed25519 private key (RFC 8032). It is only bytes here: files and permissions are the owner's business.
public struct SigningKey: MessageSigner {
  /// The 32 secret bytes. Never log them.
  public let seed: [UInt8]
  /// The matching public key.
  public let publicKey: VerifyingKey
  private let handle: KeyHandle

  /// A fresh key from the system's random source.
  public static func generate() throws(CryptoError) -> SigningKey {
    try SigningKey(seed: SecureRandom.bytes(32))
  }

  /// The key of a 32-byte seed.
  public init(seed: [UInt8]) throws(CryptoError) {
    guard seed.count == 32 else {
      throw .wrongLength(what: "an Ed25519 seed", expected: 32, got: seed.count)
    }
    guard let pointer = EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed, seed.count) else {
      ERR_clear_error()
      throw .library("EVP_PKEY_new_raw_private_key_ex")
    }
    self.seed = seed
    handle = KeyHandle(owning: pointer)
    publicKey = try VerifyingKey(raw: handle.rawEd25519PublicKey())
  }

  /// The 64-byte signature over `message`; the same message always gives the same signature.
  public func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { throw .library("EVP_MD_CTX_new") }
    defer { EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: algorithm.signatureLength)
    var count = signature.count
    let signed = handle.withPointer { key in
      EVP_DigestSignInit(context, nil, nil, nil, key) == 1
        && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
    }
    guard signed, count == signature.count else {
      ERR_clear_error()
      throw .library("EVP_DigestSign")
    }
    return signature
  }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible {
  /// Names the public half only, so that a logged key gives nothing away.
  public var description: String { "SigningKey(public: \(Hex.encode(publicKey.raw)))" }
  public var debugDescription: String { description }
}
