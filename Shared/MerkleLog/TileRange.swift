/// The tiles that a tree has, or that growth makes, one by one: a large log has millions, so they are never listed.
public struct TileRange: Sequence, IteratorProtocol, Sendable {
  private let old: UInt64
  private let new: UInt64
  private var kinds: ArraySlice<Tile.Kind>
  private var index: UInt64?

  /// The tiles of the tree of `new` leaves that the tree of `old` leaves does not have under the same path: entries
  /// first, then hashes from the leaves up, each from left to right. Nothing when the tree did not grow.
  public init(from old: UInt64 = 0, to new: UInt64) {
    self.old = old
    self.new = new
    kinds = Tile.Kind.all[...]
  }

  public mutating func next() -> Tile? {
    while let kind = kinds.first {
      let level = UInt64(8 * kind.level)
      let (before, after) = (old >> level, new >> level)
      // The tile that held the last old hash changes when it was partial; a full one never does.
      let position = index ?? before / 256
      if after > before, let tile = Tile.tile(kind: kind, index: position, inTreeOf: new) {
        index = position + 1
        return tile
      }
      kinds = kinds.dropFirst()
      index = nil
    }
    return nil
  }
}
