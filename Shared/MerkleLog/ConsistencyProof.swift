public import Cryptography

/// A proof that a tree begins with an older one: that nothing was changed or removed (RFC 9162 section 2.1.4).
public struct ConsistencyProof: Hashable, Sendable {
  public let old: UInt64
  public let new: UInt64
  public let path: [Digest32]

  public init(old: UInt64, new: UInt64, path: [Digest32]) {
    self.old = old
    self.new = new
    self.path = path
  }

  /// Throws unless the tree with `newRoot` begins with the tree of `oldRoot`. Errors: ``ProofError``.
  public func verify(oldRoot: Digest32, newRoot: Digest32) throws(ProofError) {
    try Self.verify(old: old, new: new, path: path, oldRoot: oldRoot, newRoot: newRoot)
  }

  /// RFC 9162 section 2.1.4.2. Beyond the RFC, which leaves both undefined: equal sizes need an empty path and equal
  /// roots; size 0 needs an empty path and the root of the empty tree, and then every new tree is consistent.
  public static func verify(
    old: UInt64, new: UInt64, path: [Digest32], oldRoot: Digest32, newRoot: Digest32
  ) throws(ProofError) {
    guard old <= new else { throw .sizesOutOfOrder(old: old, new: new) }
    let expected = pathLength(old: old, new: new)
    guard path.count == expected else { throw .pathLength(expected: expected, actual: path.count) }
    if old == 0 { try requireOld(TreeHash.empty, oldRoot) }
    if new == 0 { try requireNew(TreeHash.empty, newRoot) }
    if old == new { try requireNew(oldRoot, newRoot) }
    if old == 0 || old == new { return }

    let isPowerOfTwo = old.nonzeroBitCount == 1
    let whole = isPowerOfTwo ? [oldRoot] + path : path
    var (fn, sn) = (old - 1, new - 1)
    while fn & 1 == 1 {
      fn >>= 1
      sn >>= 1
    }
    var (fr, sr) = (whole[0], whole[0])
    for c in whole.dropFirst() {
      if fn & 1 == 1 || fn == sn {
        fr = TreeHash.node(c, fr)
        sr = TreeHash.node(c, sr)
        while fn & 1 == 0, fn != 0 {
          fn >>= 1
          sn >>= 1
        }
      } else {
        sr = TreeHash.node(sr, c)
      }
      fn >>= 1
      sn >>= 1
    }
    guard sn == 0 else { throw .pathLength(expected: expected, actual: path.count) }
    try requireOld(fr, oldRoot)
    try requireNew(sr, newRoot)
  }

  /// How many hashes the path has. Requires `old <= new`.
  static func pathLength(old: UInt64, new: UInt64) -> Int {
    if old == 0 || old == new { return 0 }
    // The path starts at the largest complete subtree that ends the old tree, 2^shift leaves wide.
    let shift = old.trailingZeroBitCount
    let start = old.nonzeroBitCount == 1 ? 0 : 1
    return start + InclusionProof.pathLength(index: old - 1, size: new) - shift
  }

  private static func requireOld(_ computed: Digest32, _ root: Digest32) throws(ProofError) {
    guard computed == root else { throw .oldRootMismatch(computed: computed.hex, expected: root.hex) }
  }

  private static func requireNew(_ computed: Digest32, _ root: Digest32) throws(ProofError) {
    guard computed == root else { throw .rootMismatch(computed: computed.hex, expected: root.hex) }
  }
}
