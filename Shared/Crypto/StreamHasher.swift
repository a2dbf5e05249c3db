import COpenSSL

/// A digest over bytes that come in pieces, where a format of others says which one. It cannot be copied, so a running state
/// has one owner.
public struct StreamHasher: ~Copyable {
  public enum Algorithm: Sendable, Equatable {
    case sha256
    /// BLAKE2b with all of its 64 bytes and without a key (RFC 7693).
    case blake2b

    /// How long its digests are.
    public var byteCount: Int {
      switch self {
      case .sha256: 32
      case .blake2b: 64
      }
    }

    fileprivate var evp: OpaquePointer {
      switch self {
      case .sha256: SHA256.algorithm
      case .blake2b: SHA2.blake2bAlgorithm
      }
    }
  }

  private let algorithm: Algorithm
  private let context: OpaquePointer

  public init(_ algorithm: Algorithm) {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, algorithm.evp, nil) == 1 else {
      fatalError("libcrypto has no memory for a digest state")
    }
    self.algorithm = algorithm
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Appends the lent bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let ok = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(ok == 1, "libcrypto failed in EVP_DigestUpdate")
  }

  /// The digest of everything appended since the last one; the next begins with nothing.
  public mutating func takeDigest() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: algorithm.byteCount)
    let ok =
      EVP_DigestFinal_ex(context, &digest, nil) == 1 && EVP_DigestInit_ex2(context, algorithm.evp, nil) == 1
    precondition(ok, "libcrypto failed in EVP_DigestFinal_ex")
    return digest
  }
}
