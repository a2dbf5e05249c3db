/// One immutable piece of a tiled log (c2sp.org/tlog-tiles): up to 256 hashes of every eighth tree level, or the
/// entries under one level-0 tile.
public struct Tile: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// Hash `i` of tile `n` at level L is the root of leaves `[(256 n + i) << 8 L, (256 n + i + 1) << 8 L)`.
    case hashes(level: Int)
    /// The entries whose leaf hashes are the level-0 tile of the same index.
    case entries
  }

  /// Hashes in a full tile.
  public static let widthMax = 256
  /// Level 7 covers 2^64 leaves, so no tree has level 8; the specification's own bound of 63 is never reached.
  public static let levelMax = 7

  public let kind: Kind
  /// Counts tiles of this kind from the left.
  public let index: UInt64
  /// Hashes or entries in the tile, 1 to 256; less than 256 is a partial tile.
  public let width: Int

  /// Errors: ``TileError`` for a level, width or index that no tree below 2^64 leaves has.
  public init(kind: Kind, index: UInt64, width: Int = Tile.widthMax) throws(TileError) {
    guard (1...Tile.widthMax).contains(width) else { throw .width(width) }
    let level = kind.level
    guard (0...Tile.levelMax).contains(level) else { throw .level(level) }
    guard index >> UInt64(56 - 8 * level) == 0 else { throw .beyondTree(level: level, index: index) }
    self.init(unchecked: kind, index, width)
  }

  init(unchecked kind: Kind, _ index: UInt64, _ width: Int) {
    self.kind = kind
    self.index = index
    self.width = width
  }

  public var isPartial: Bool { width < Tile.widthMax }

  /// The full tile that takes this one's place once the tree has grown over it.
  public var full: Tile { Tile(unchecked: kind, index, Tile.widthMax) }

  /// The tile of this kind and index in a tree of `size`, or nil when that tree has none: as wide as the tree allows.
  public static func tile(kind: Kind, index: UInt64, inTreeOf size: UInt64) -> Tile? {
    let level = kind.level
    guard (0...levelMax).contains(level) else { return nil }
    let count = size >> UInt64(8 * level)
    let full = count / 256
    if index < full { return Tile(unchecked: kind, index, widthMax) }
    let width = Int(count % 256)
    return index == full && width > 0 ? Tile(unchecked: kind, index, width) : nil
  }
}

extension Tile.Kind {
  /// The tile level; entry bundles stand beside level 0.
  public var level: Int {
    switch self {
    case .hashes(let level): level
    case .entries: 0
    }
  }

  /// Every kind that a tree of any size can have, entries first, then hashes from the leaves up.
  static let all: [Tile.Kind] = [.entries] + (0...Tile.levelMax).map { .hashes(level: $0) }
}
