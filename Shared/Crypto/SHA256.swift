import COpenSSL

/// SHA-256 (FIPS 180-4) in one call.
public enum SHA256 {
  nonisolated(unsafe) static let algorithm = DigestState.fetch("SHA256")

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
  private var state = DigestState(SHA256.algorithm)

  public init() {}

  /// Appends `bytes`.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Appends the lent bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) { state.update(bytes) }

  /// Appends the 32 bytes of a digest.
  public mutating func update(_ digest: Digest32) {
    digest.withUnsafeBytes { update($0) }
  }

  /// The digest of everything appended.
  public consuming func finalize() -> Digest32 {
    withUnsafeTemporaryAllocation(byteCount: Digest32.count, alignment: 8) { out in
      state.finish(into: out.baseAddress?.assumingMemoryBound(to: UInt8.self))
      return Digest32(unchecked: UnsafeRawBufferPointer(out))
    }
  }
}
