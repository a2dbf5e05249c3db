public import Cryptography

/// The unfinished right edge of a tiled tree: for each level the hashes of its partial tile. Both the appender and the
/// auditor push leaves through it; it holds at most 255 hashes a level, whatever the size of the log.
public struct TileEdge: Sendable {
  /// The number of leaves.
  public private(set) var size: UInt64 = 0
  private var levels: [[Digest32]] = Array(repeating: [], count: Tile.levelMax + 1)

  /// The empty tree.
  public init() {}

  /// The edge of a stored tree, from its partial tiles, refused unless they hash to the signed `root`.
  /// Errors: ``TreeError/edgeMismatch(size:computed:expected:)``, ``TileError``, and what the closure throws.
  public init(size: UInt64, root: Digest32, fetch: (Tile) throws -> [UInt8]) throws {
    try self.init(unverified: size, fetch: fetch)
    let computed = self.root
    guard computed == root else {
      throw TreeError.edgeMismatch(size: size, computed: computed.hex, expected: root.hex)
    }
  }

  /// The edge as the tiles have it, whatever they hash to: for an audit, which goes on from there to a signed root.
  public init(unverified size: UInt64, fetch: (Tile) throws -> [UInt8]) throws {
    self.size = size
    for level in 0...Tile.levelMax {
      let kind = Tile.Kind.hashes(level: level)
      let last = (size >> UInt64(8 * level)) / 256
      guard let tile = Tile.tile(kind: kind, index: last, inTreeOf: size) else { continue }
      levels[level] = try tile.hashes(in: fetch(tile))
    }
  }

  /// Appends a leaf hash and hands over each hash tile that it completes, from level 0 up.
  /// Errors: ``TreeError/full``, and what the closure throws.
  public mutating func append(_ leaf: Digest32, completed: (Tile, [Digest32]) throws -> Void) throws {
    guard size < .max else { throw TreeError.full }
    size += 1
    var hash = leaf
    for level in levels.indices {
      levels[level].append(hash)
      guard levels[level].count == Tile.widthMax else { return }
      let hashes = levels[level]
      levels[level].removeAll(keepingCapacity: true)
      let index = (size >> UInt64(8 * level)) / 256 - 1
      try completed(Tile(unchecked: .hashes(level: level), index, Tile.widthMax), hashes)
      hash = TreeHash.complete(hashes[...])
    }
  }

  /// The partial hash tiles of the tree as it stands, from level 0 up; levels that end with a full tile have none.
  public var partialTiles: [(tile: Tile, hashes: [Digest32])] {
    levels.indices.compactMap { level in
      guard !levels[level].isEmpty else { return nil }
      let index = (size >> UInt64(8 * level)) / 256
      return (Tile(unchecked: .hashes(level: level), index, levels[level].count), levels[level])
    }
  }

  /// The same edge as roots of complete subtrees.
  public var frontier: Frontier {
    var hashes: [Digest32] = []
    for level in levels.reversed() {
      var rest = level[...]
      for bit in stride(from: 7, through: 0, by: -1) where level.count >> bit & 1 == 1 {
        hashes.append(TreeHash.complete(rest.prefix(1 << bit)))
        rest = rest.dropFirst(1 << bit)
      }
    }
    return Frontier(unchecked: size, hashes)
  }

  public var root: Digest32 { frontier.root }
}
