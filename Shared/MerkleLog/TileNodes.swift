internal import Cryptography

/// The hashes of one tile and every complete subtree above them: computed once, since all proofs of a head that pass
/// through the tile ask for some of them.
struct TileNodes: Sendable {
  /// Row r holds the roots over 2^r neighbouring hashes, left to right, where all of these are there.
  private let rows: [[Digest32]]

  init(_ hashes: [Digest32]) {
    var rows = [hashes]
    while let below = rows.last, below.count > 1 {
      rows.append(stride(from: 0, to: below.count - 1, by: 2).map { TreeHash.node(below[$0], below[$0 + 1]) })
    }
    self.rows = rows
  }

  /// The root over the hashes `index << above ..< (index + 1) << above`, which the tile must have.
  subscript(above above: Int, _ index: Int) -> Digest32 { rows[above][index] }
}
