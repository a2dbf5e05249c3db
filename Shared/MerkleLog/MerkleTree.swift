public import Cryptography

/// The definitions of RFC 9162 section 2.1, written as the text writes them, over all leaf hashes of a tree. They are
/// the reference that every faster form is tested against; a log of any size uses ``Frontier`` and ``HashReader``.
public enum MerkleTree {
  /// MTH (section 2.1.1): the root over these leaf hashes.
  public static func root(_ leaves: ArraySlice<Digest32>) -> Digest32 {
    guard leaves.count > 1 else { return leaves.first ?? TreeHash.empty }
    let middle = leaves.startIndex + split(leaves.count)
    return TreeHash.node(root(leaves[..<middle]), root(leaves[middle...]))
  }

  /// PATH (section 2.1.3.1): the inclusion path of the leaf at `index`, or nil when there is no such leaf.
  public static func inclusionPath(_ index: Int, _ leaves: ArraySlice<Digest32>) -> [Digest32]? {
    guard index >= 0, index < leaves.count else { return nil }
    guard leaves.count > 1 else { return [] }
    let k = split(leaves.count)
    let (left, right) = (leaves.prefix(k), leaves.dropFirst(k))
    if index < k { return inclusionPath(index, left).map { $0 + [root(right)] } }
    return inclusionPath(index - k, right).map { $0 + [root(left)] }
  }

  /// PROOF (section 2.1.4.1): the consistency path from the first `old` leaves to all of them, or nil unless
  /// `0 < old <= leaves.count`.
  public static func consistencyPath(_ old: Int, _ leaves: ArraySlice<Digest32>) -> [Digest32]? {
    guard old > 0, old <= leaves.count else { return nil }
    return subproof(old, leaves, isWholeOldTree: true)
  }

  private static func subproof(_ m: Int, _ leaves: ArraySlice<Digest32>, isWholeOldTree: Bool) -> [Digest32] {
    if m == leaves.count { return isWholeOldTree ? [] : [root(leaves)] }
    let k = split(leaves.count)
    let (left, right) = (leaves.prefix(k), leaves.dropFirst(k))
    if m <= k { return subproof(m, left, isWholeOldTree: isWholeOldTree) + [root(right)] }
    return subproof(m - k, right, isWholeOldTree: false) + [root(left)]
  }

  /// The largest power of two smaller than `count` (which is at least 2).
  private static func split(_ count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }
}
