import COpenSSL

/// SHA-384 and SHA-512 (FIPS 180-4) in one call; SHA-256 has its own type, `SHA256`.
public enum SHA2 {
  /// Fetched once and immutable from then on: see `SHA256.algorithm`.
  nonisolated(unsafe) static let sha384Algorithm: OpaquePointer = fetch("SHA384")
  nonisolated(unsafe) static let sha512Algorithm: OpaquePointer = fetch("SHA512")
  /// Not of this family, and fetched in the same way: ``StreamHasher`` has it.
  nonisolated(unsafe) static let blake2bAlgorithm: OpaquePointer = fetch("BLAKE2B-512")

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

  private static func fetch(_ name: String) -> OpaquePointer {
    guard let md = EVP_MD_fetch(nil, name, nil) else {
      fatalError("libcrypto offers no \(name): is its default provider installed?")
    }
    return md
  }
}
