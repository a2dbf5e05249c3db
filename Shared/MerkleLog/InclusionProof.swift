public import Cryptography

/// A proof that one leaf is in one tree (RFC 9162 section 2.1.3).
public struct InclusionProof: Hashable, Sendable {
  public let index: UInt64
  public let size: UInt64
  /// From the leaf's sibling up to the child of the root.
  public let path: [Digest32]

  public init(index: UInt64, size: UInt64, path: [Digest32]) {
    self.index = index
    self.size = size
    self.path = path
  }

  /// Throws unless this path leads from `leafHash` to `root`. Errors: ``ProofError``.
  public func verify(leafHash: Digest32, root: Digest32) throws(ProofError) {
    try Self.verify(leafHash: leafHash, index: index, size: size, path: path, root: root)
  }

  /// RFC 9162 section 2.1.3.2. The length is checked first, so a long hostile path costs no hashing.
  public static func verify(
    leafHash: Digest32, index: UInt64, size: UInt64, path: [Digest32], root: Digest32
  ) throws(ProofError) {
    let computed = try rootOf(leafHash: leafHash, index: index, size: size, path: path)
    guard computed == root else { throw .rootMismatch(computed: computed.hex, expected: root.hex) }
  }

  /// The root that this path leads to: what a COSE Receipt's signature covers (RFC 9942 section 5.2).
  public static func rootOf(
    leafHash: Digest32, index: UInt64, size: UInt64, path: [Digest32]
  ) throws(ProofError) -> Digest32 {
    guard index < size else { throw .indexBeyondTree(index: index, size: size) }
    let expected = pathLength(index: index, size: size)
    guard path.count == expected else { throw .pathLength(expected: expected, actual: path.count) }
    var (fn, sn, r) = (index, size - 1, leafHash)
    for p in path {
      if fn & 1 == 1 || fn == sn {
        r = TreeHash.node(p, r)
        while fn & 1 == 0, fn != 0 {
          fn >>= 1
          sn >>= 1
        }
      } else {
        r = TreeHash.node(r, p)
      }
      fn >>= 1
      sn >>= 1
    }
    guard sn == 0 else { throw .pathLength(expected: expected, actual: path.count) }
    return r
  }

  /// How many hashes the path of this leaf has: one for each level below the point where the leaf's way parts from the
  /// last leaf's, and above it one for each left sibling. At most 64. Requires `index < size`.
  static func pathLength(index: UInt64, size: UInt64) -> Int {
    let parting = UInt64.bitWidth - (index ^ (size - 1)).leadingZeroBitCount
    return parting + (index >> UInt64(parting)).nonzeroBitCount
  }
}
