public import Cryptography

/// What appending entries to a stored log makes: the tiles to write before the new checkpoint is signed.
/// Nothing is written here, and no tile of the old tree is changed.
public struct TreeGrowth: Sendable {
  public let oldSize: UInt64
  public let size: UInt64
  public let root: Digest32
  /// Bytes by tile, in an order that is safe to write: entries, then hashes. These are the tiles of
  /// `TileRange(from: oldSize, to: size)`.
  public let tiles: [(tile: Tile, bytes: [UInt8])]
  /// The edge to append to next, so that a log in use need not read its tiles again.
  public let edge: TileEdge

  /// `partialEntries` are the entries of the old tree's partial bundle (`edge.size % 256` of them).
  /// Errors: ``TreeError/full``, ``TileError/entryTooLong(bytes:)``, and ``TreeError/partialBundle(size:)`` when the
  /// partial bundle does not belong to the edge.
  public init(edge old: TileEdge, partialEntries: [[UInt8]], appending entries: [[UInt8]]) throws {
    oldSize = old.size
    guard UInt64(entries.count) <= .max - old.size else { throw TreeError.full }
    guard old.holds(partialEntries.map(TreeHash.leaf)) else { throw TreeError.partialBundle(size: old.size) }
    var edge = old
    var hashTiles: [(tile: Tile, bytes: [UInt8])] = []
    for entry in entries {
      try edge.append(TreeHash.leaf(entry)) { tile, hashes in hashTiles.append((tile, Tile.encode(hashes))) }
    }
    for (tile, hashes) in edge.partialTiles
    where edge.size >> UInt64(8 * tile.kind.level) != old.size >> UInt64(8 * tile.kind.level) {
      hashTiles.append((tile, Tile.encode(hashes)))
    }
    tiles = try (entries.isEmpty ? [] : Self.bundles(from: old.size / 256, partialEntries + entries)) + hashTiles
    size = edge.size
    root = edge.root
    self.edge = edge
  }

  private static func bundles(
    from first: UInt64, _ entries: [[UInt8]]
  ) throws(TileError) -> [(tile: Tile, bytes: [UInt8])] {
    var bundles: [(tile: Tile, bytes: [UInt8])] = []
    for start in stride(from: 0, to: entries.count, by: Tile.widthMax) {
      let chunk = entries[start..<min(start + Tile.widthMax, entries.count)]
      let tile = Tile(unchecked: .entries, first + UInt64(bundles.count), chunk.count)
      bundles.append((tile, try Tile.encode(entries: chunk)))
    }
    return bundles
  }
}

extension TileEdge {
  /// Whether these are the leaf hashes of the partial level-0 tile.
  func holds(_ leaves: [Digest32]) -> Bool {
    leaves == (partialTiles.first { $0.tile.kind == .hashes(level: 0) }?.hashes ?? [])
  }
}
