import COpenSSL

/// Owns one `EVP_PKEY`.
///
/// `@unchecked Sendable` holds because the key is complete when the handle is made, nothing changes it afterwards, and
/// OpenSSL 3 allows concurrent use of one key by operations that each have their own context (openssl-threads(7)).
final class KeyHandle: @unchecked Sendable {
  private let pointer: OpaquePointer

  /// Lends the key; it lives at least until `body` returns.
  func withPointer<R>(_ body: (OpaquePointer) -> R) -> R {
    withExtendedLifetime(self) { body(pointer) }
  }

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { EVP_PKEY_free(pointer) }

  /// The raw public key of an Ed25519 pair.
  func rawEd25519PublicKey() throws(CryptoError) -> [UInt8] {
    var raw = [UInt8](repeating: 0, count: 32)
    var count = raw.count
    guard withPointer({ EVP_PKEY_get_raw_public_key($0, &raw, &count) }) == 1, count == 32 else {
      ERR_clear_error()
      throw .library("EVP_PKEY_get_raw_public_key")
    }
    return raw
  }

  /// The DER of SubjectPublicKeyInfo.
  func subjectPublicKeyInfo() throws(CryptoError) -> [UInt8] {
    let count = withPointer { i2d_PUBKEY($0, nil) }
    guard count > 0 else {
      ERR_clear_error()
      throw .library("i2d_PUBKEY")
    }
    var der = [UInt8](repeating: 0, count: Int(count))
    let written = der.withUnsafeMutableBufferPointer { buffer in
      var cursor = buffer.baseAddress
      return withPointer { i2d_PUBKEY($0, &cursor) }
    }
    guard written == count else { throw .library("i2d_PUBKEY") }
    return der
  }

  /// Reads the DER of SubjectPublicKeyInfo; libcrypto checks that a P-256 point is on its curve.
  static func publicKey(der: [UInt8]) -> KeyHandle? {
    let pointer = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var cursor = buffer.baseAddress
      return d2i_PUBKEY(nil, &cursor, buffer.count)
    }
    guard let pointer else {
      ERR_clear_error()
      return nil
    }
    return KeyHandle(owning: pointer)
  }
}
