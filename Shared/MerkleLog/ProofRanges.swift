/// Which runs of leaves a proof is made of, in proof order (from the leaf up), computed from numbers alone.
enum ProofRanges {
  /// RFC 9162 section 2.1.3.1, unrolled: at each split the half without the leaf is one element of the path.
  static func inclusion(index: UInt64, size: UInt64) throws(TreeError) -> [LeafRange] {
    guard index < size else { throw .indexBeyondTree(index: index, size: size) }
    var path: [LeafRange] = []
    var run = LeafRange(start: 0, end: size)
    while run.count > 1 {
      let (left, right) = (LeafRange(start: run.start, end: run.middle), LeafRange(start: run.middle, end: run.end))
      if index < run.middle {
        path.append(right)
        run = left
      } else {
        path.append(left)
        run = right
      }
    }
    return path.reversed()
  }

  /// RFC 9162 section 2.1.4.1, unrolled. Empty when the sizes are equal.
  static func consistency(old: UInt64, new: UInt64) throws(TreeError) -> [LeafRange] {
    guard old <= new else { throw .sizesOutOfOrder(old: old, new: new) }
    guard old > 0 else { throw .noProofFromEmptyTree }
    var path: [LeafRange] = []
    var run = LeafRange(start: 0, end: new)
    while run.end != old {
      let (left, right) = (LeafRange(start: run.start, end: run.middle), LeafRange(start: run.middle, end: run.end))
      if old <= run.middle {
        path.append(right)
        run = left
      } else {
        path.append(left)
        run = right
      }
    }
    // The verifier knows the old root, so a run that is the whole old tree is not sent.
    if run.start > 0 { path.append(run) }
    return path.reversed()
  }
}
