import COpenSSL
import Cryptography

/// A private key of a test's own hardware. It signs as hardware does, which nothing outside the tests needs.
final class TestKey: @unchecked Sendable {
  enum Kind { case p256, p384, rsa }

  let pointer: OpaquePointer

  struct Failure: Error {}

  init(_ kind: Kind) throws {
    guard let context = EVP_PKEY_CTX_new_from_name(nil, kind == .rsa ? "RSA" : "EC", nil) else { throw Failure() }
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_keygen_init(context) == 1 else { throw Failure() }
    switch kind {
    case .p256: guard EVP_PKEY_CTX_set_group_name(context, "P-256") == 1 else { throw Failure() }
    case .p384: guard EVP_PKEY_CTX_set_group_name(context, "P-384") == 1 else { throw Failure() }
    case .rsa: guard EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1 else { throw Failure() }
    }
    var made: OpaquePointer?
    guard EVP_PKEY_generate(context, &made) == 1, let made else { throw Failure() }
    pointer = made
  }

  deinit { EVP_PKEY_free(pointer) }

  private var isP256: Bool { EVP_PKEY_get_bits(pointer) == 256 }
  private var isRSA: Bool { EVP_PKEY_get_base_id(pointer) == EVP_PKEY_RSA }

  var digest: OpaquePointer? { isP256 || isRSA ? EVP_sha256() : EVP_sha384() }

  /// x ‖ y.
  var point: [UInt8] {
    var count = 0
    EVP_PKEY_get_octet_string_param(pointer, "encoded-pub-key", nil, 0, &count)
    var bytes = [UInt8](repeating: 0, count: count)
    EVP_PKEY_get_octet_string_param(pointer, "encoded-pub-key", &bytes, count, &count)
    return Array(bytes.dropFirst())
  }

  /// The modulus of an RSA key.
  var modulus: [UInt8] {
    var number: OpaquePointer?
    EVP_PKEY_get_bn_param(pointer, "n", &number)
    defer { BN_free(number) }
    var bytes = [UInt8](repeating: 0, count: 256)
    BN_bn2binpad(number, &bytes, 256)
    return bytes
  }

  /// r ‖ s of the curve's width, or the raw RSASSA-PKCS1-v1_5 signature.
  func sign(_ message: [UInt8]) throws -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { throw Failure() }
    defer { EVP_MD_CTX_free(context) }
    var der = [UInt8](repeating: 0, count: 512)
    var count = der.count
    guard EVP_DigestSignInit(context, nil, digest, nil, pointer) == 1,
      EVP_DigestSign(context, &der, &count, message, message.count) == 1
    else { throw Failure() }
    if isRSA { return Array(der[..<count]) }
    let width: Int32 = isP256 ? 32 : 48
    let parsed = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var cursor = buffer.baseAddress
      return d2i_ECDSA_SIG(nil, &cursor, count)
    }
    guard let parsed else { throw Failure() }
    defer { ECDSA_SIG_free(parsed) }
    var out = [UInt8](repeating: 0, count: Int(width) * 2)
    out.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      _ = BN_bn2binpad(ECDSA_SIG_get0_r(parsed), base, width)
      _ = BN_bn2binpad(ECDSA_SIG_get0_s(parsed), base + Int(width), width)
    }
    return out
  }
}
