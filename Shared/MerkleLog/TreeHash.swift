public import Cryptography

/// The three hashes of an RFC 9162 Merkle tree (section 2.1.1), over SHA-256. The prefix byte keeps a leaf from being
/// read as an inner node and the reverse (second-preimage resistance).
public enum TreeHash {
  /// The root of the tree with no leaves: the hash of the empty string.
  public static let empty = SHA256.hash([])

  /// `H(0x00 ‖ entry)`.
  public static func leaf(_ entry: [UInt8]) -> Digest32 {
    // One call of the library instead of four: most entries are digests.
    if entry.count <= 64 {
      return withUnsafeTemporaryAllocation(byteCount: 1 + entry.count, alignment: 8) { message in
        message[0] = 0x00
        UnsafeMutableRawBufferPointer(rebasing: message[1...]).copyBytes(from: entry)
        return SHA256.hash(UnsafeRawBufferPointer(message))
      }
    }
    var hasher = SHA256Hasher()
    hasher.update([0x00])
    hasher.update(entry)
    return hasher.finalize()
  }

  /// `H(0x01 ‖ left ‖ right)`.
  public static func node(_ left: Digest32, _ right: Digest32) -> Digest32 {
    withUnsafeTemporaryAllocation(byteCount: 1 + 2 * Digest32.count, alignment: 8) { message in
      let (first, second) = (message[1...], message[(1 + Digest32.count)...])
      message[0] = 0x01
      left.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: first).copyMemory(from: $0) }
      right.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: second).copyMemory(from: $0) }
      return SHA256.hash(UnsafeRawBufferPointer(message))
    }
  }

  /// The root over complete subtrees that lie side by side, largest (leftmost) first: folded from the right, as
  /// RFC 9162 section 2.1.1 splits at the largest power of two. No subtrees: the empty tree.
  public static func fold(_ subtrees: some BidirectionalCollection<Digest32>) -> Digest32 {
    guard var hash = subtrees.last else { return empty }
    for left in subtrees.dropLast().reversed() { hash = node(left, hash) }
    return hash
  }

  /// The root of a complete subtree from its `2^k` hashes of one level, left to right.
  static func complete(_ hashes: ArraySlice<Digest32>) -> Digest32 {
    precondition(hashes.count.nonzeroBitCount == 1, "a complete subtree has a power of two of hashes")
    var level = Array(hashes)
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map { node(level[$0], level[$0 + 1]) }
    }
    return level[0]
  }
}
