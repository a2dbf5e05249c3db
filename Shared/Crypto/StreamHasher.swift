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

    nonisolated(unsafe) private static let blake2bFetched = DigestState.fetch("BLAKE2B-512")

    fileprivate var fetched: OpaquePointer {
      switch self {
      case .sha256: SHA256.algorithm
      case .blake2b: Self.blake2bFetched
      }
    }
  }

  private let algorithm: Algorithm
  private var state: DigestState

  public init(_ algorithm: Algorithm) {
    self.algorithm = algorithm
    state = DigestState(algorithm.fetched)
  }

  /// Appends the lent bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) { state.update(bytes) }

  /// The digest of everything appended since the last one; the next begins with nothing.
  public mutating func takeDigest() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: algorithm.byteCount)
    state.finish(into: &digest)
    state.restart()
    return digest
  }
}
