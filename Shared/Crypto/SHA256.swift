import COpenSSL

/// SHA-256 (FIPS 180-4) in one call.
public enum SHA256 {
  /// Fetched once: an implicit fetch triples the price of a small hash. An `EVP_MD` is immutable after the fetch and
  /// OpenSSL allows its use from any thread, which makes the unchecked global safe.
  nonisolated(unsafe) static let algorithm: OpaquePointer = {
    guard let md = EVP_MD_fetch(nil, "SHA256", nil) else {
      fatalError("libcrypto offers no SHA256: is its default provider installed?")
    }
    return md
  }()

  /// The digest of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> Digest32 {
    bytes.withUnsafeBytes { hash($0) }
  }

  /// The digest of the lent bytes.
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest32 {
    withUnsafeTemporaryAllocation(byteCount: Digest32.count, alignment: 8) { out in
      let ok = EVP_Digest(
        bytes.baseAddress, bytes.count, out.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, algorithm, nil)
      // No input makes this fail: only a lack of memory does.
      precondition(ok == 1, "libcrypto failed in EVP_Digest")
      return Digest32(unchecked: UnsafeRawBufferPointer(out))
    }
  }
}

/// SHA-256 over bytes that come in pieces. It cannot be copied, so a running state has one owner.
public struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer

  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, SHA256.algorithm, nil) == 1 else {
      fatalError("libcrypto has no memory for a digest state")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Appends `bytes`.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Appends the lent bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let ok = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(ok == 1, "libcrypto failed in EVP_DigestUpdate")
  }

  /// Appends the 32 bytes of a digest.
  public mutating func update(_ digest: Digest32) {
    digest.withUnsafeBytes { update($0) }
  }

  /// The digest of everything appended.
  public consuming func finalize() -> Digest32 {
    let context = self.context
    discard self
    defer { EVP_MD_CTX_free(context) }
    return withUnsafeTemporaryAllocation(byteCount: Digest32.count, alignment: 8) { out in
      let ok = EVP_DigestFinal_ex(context, out.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
      precondition(ok == 1, "libcrypto failed in EVP_DigestFinal_ex")
      return Digest32(unchecked: UnsafeRawBufferPointer(out))
    }
  }
}
