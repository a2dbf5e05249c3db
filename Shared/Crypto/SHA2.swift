import COpenSSL

/// SHA-384 and SHA-512 (FIPS 180-4) in one call; SHA-256 has its own type, `SHA256`.
public enum SHA2 {
  nonisolated(unsafe) static let sha384Algorithm = DigestState.fetch("SHA384")
  nonisolated(unsafe) static let sha512Algorithm = DigestState.fetch("SHA512")

  /// 48 bytes.
  public static func sha384(_ bytes: [UInt8]) -> [UInt8] { hash(bytes, sha384Algorithm, count: 48) }

  /// 64 bytes.
  public static func sha512(_ bytes: [UInt8]) -> [UInt8] { hash(bytes, sha512Algorithm, count: 64) }

  private static func hash(_ bytes: [UInt8], _ algorithm: OpaquePointer, count: Int) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: count)
    let ok = EVP_Digest(bytes, bytes.count, &digest, nil, algorithm, nil)
    // No input makes this fail: only a lack of memory does.
    precondition(ok == 1, "libcrypto failed in EVP_Digest")
    return digest
  }
}
