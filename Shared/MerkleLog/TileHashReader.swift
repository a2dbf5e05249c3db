public import Cryptography
import Synchronization

/// Reads the hashes of a tree of one size from its tiles, each tile at most once while it stays in the cache.
///
/// It checks lengths, not hashes: what it returns is as good as the store. Verify the proof that is made from it
/// against a checkpoint, as any other proof.
public final class TileHashReader: HashReader, Sendable {
  /// Returns the bytes of a tile; throws when it is missing. A store that replaces partial tiles by full ones may
  /// return the first `width` hashes of ``Tile/full``.
  public typealias Fetch = @Sendable (Tile) throws -> [UInt8]

  /// The size of the tree, and so which tiles are asked for.
  public let size: UInt64
  private let fetch: Fetch
  private let tilesMax: Int
  private let cache = Mutex<[Tile: [Digest32]]>([:])

  /// `tilesMax` bounds the cache (8 KiB of hashes a tile).
  public init(size: UInt64, tilesMax: Int = 256, fetch: @escaping Fetch) {
    self.size = size
    self.tilesMax = max(1, tilesMax)
    self.fetch = fetch
  }

  /// Errors: ``TreeError/nodeBeyondTree(_:size:)``, ``TileError``, and what the closure throws.
  public func hashes(at coordinates: [NodeCoordinate]) throws -> [Digest32] {
    try coordinates.map { node in
      let place = try Self.place(of: node, size: size)
      return TreeHash.complete(try hashes(of: place.tile)[place.range])
    }
  }

  /// The tiles that hold these nodes, each once; for callers that must fetch them asynchronously ahead of time.
  /// Errors: ``TreeError/nodeBeyondTree(_:size:)``.
  public static func tiles(for coordinates: [NodeCoordinate], size: UInt64) throws(TreeError) -> [Tile] {
    var tiles: [Tile] = []
    for node in coordinates {
      let tile = try place(of: node, size: size).tile
      if !tiles.contains(tile) { tiles.append(tile) }
    }
    return tiles
  }

  /// A node of level 8L + r is the root over 2^r neighbouring hashes of one tile of level L.
  private static func place(
    of node: NodeCoordinate, size: UInt64
  ) throws(TreeError) -> (tile: Tile, range: Range<Int>) {
    let (level, above) = (node.level / 8, UInt64(node.level % 8))
    guard node.isComplete(inTreeOf: size) else { throw .nodeBeyondTree(node, size: size) }
    let first = node.index << above
    guard let tile = Tile.tile(kind: .hashes(level: level), index: first / 256, inTreeOf: size) else {
      throw .nodeBeyondTree(node, size: size)
    }
    let start = Int(first % 256)
    return (tile, start..<start + 1 << Int(above))
  }

  private func hashes(of tile: Tile) throws -> [Digest32] {
    if let known = cache.withLock({ $0[tile] }) { return known }
    let hashes = try tile.hashes(in: fetch(tile))
    cache.withLock {
      if $0.count >= tilesMax { $0.removeAll(keepingCapacity: true) }
      $0[tile] = hashes
    }
    return hashes
  }
}
