public import Cryptography

/// The right edge of a tree: the roots of the complete subtrees that make it up, largest first. It is all that an
/// appender needs: appending costs O(1) hashes amortised and the root O(log n).
public struct Frontier: Equatable, Sendable {
  /// The number of leaves.
  public private(set) var size: UInt64
  /// One hash per set bit of `size`, from the most significant bit down.
  public private(set) var hashes: [Digest32]

  /// The empty tree.
  public init() {
    size = 0
    hashes = []
  }

  /// A frontier that was kept elsewhere. Errors: ``TreeError/frontierCount(expected:actual:size:)``.
  public init(size: UInt64, hashes: [Digest32]) throws(TreeError) {
    guard hashes.count == size.nonzeroBitCount else {
      throw .frontierCount(expected: size.nonzeroBitCount, actual: hashes.count, size: size)
    }
    self.size = size
    self.hashes = hashes
  }

  init(unchecked size: UInt64, _ hashes: [Digest32]) {
    self.size = size
    self.hashes = hashes
  }

  /// The frontier of a stored tree. Errors: whatever the reader throws.
  public init(size: UInt64, reader: some HashReader) throws {
    try self.init(size: size, hashes: reader.checkedHashes(at: Frontier.coordinates(size: size)))
  }

  /// Where the hashes of the frontier of a tree of `size` stand, in the order of ``hashes``.
  public static func coordinates(size: UInt64) -> [NodeCoordinate] {
    LeafRange(start: 0, end: size).subtrees
  }

  /// Appends one leaf. Errors: ``TreeError/full`` at 2^64 - 1 leaves, and then nothing changes.
  public mutating func append(_ leaf: Digest32) throws(TreeError) {
    guard size < .max else { throw .full }
    var hash = leaf
    // Each trailing one bit of the old size is a subtree that the new leaf completes into the next larger one.
    for _ in 0..<(~size).trailingZeroBitCount { hash = TreeHash.node(hashes.removeLast(), hash) }
    hashes.append(hash)
    size += 1
  }

  /// The Merkle Tree Hash (RFC 9162 section 2.1.1).
  public var root: Digest32 { TreeHash.fold(hashes) }
}
