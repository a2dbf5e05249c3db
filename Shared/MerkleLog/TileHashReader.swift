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
  private let cache: Mutex<[Tile: TileNodes]>

  /// - Parameters:
  ///   - tilesMax: bounds the cache (at most 16 KiB a tile).
  ///   - earlier: a reader of the same log when it was smaller, whose full tiles need not be read again.
  public init(size: UInt64, tilesMax: Int = 256, continuing earlier: TileHashReader? = nil, fetch: @escaping Fetch) {
    self.size = size
    self.tilesMax = max(1, tilesMax)
    self.fetch = fetch
    cache = Mutex(earlier?.cache.withLock { $0.filter { !$0.key.isPartial } } ?? [:])
  }

  /// Errors: ``TreeError/nodeBeyondTree(_:size:)``, ``TileError``, and what the closure throws.
  public func hashes(at coordinates: [NodeCoordinate]) throws -> [Digest32] {
    try hashes(at: coordinates, isFetching: true)
  }

  fileprivate func hashes(at coordinates: [NodeCoordinate], isFetching: Bool) throws -> [Digest32] {
    try coordinates.map { node in
      let place = try Self.place(of: node, size: size)
      return try nodes(of: place.tile, isFetching)[above: place.above, place.index]
    }
  }

  /// Keeps a hash tile that was just written, so that the first proofs of a head do not all read it.
  /// Errors: ``TileError``.
  public func keep(_ tile: Tile, _ bytes: [UInt8]) throws(TileError) {
    keep(tile, TileNodes(try tile.hashes(in: bytes)))
  }

  private func keep(_ tile: Tile, _ nodes: TileNodes) {
    cache.withLock {
      if $0.count >= tilesMax { $0.removeAll(keepingCapacity: true) }
      $0[tile] = nodes
    }
  }

  /// The proof of an entry, when every tile that it passes through is in the cache; nil when one must be fetched.
  /// Errors: those of ``HashReader/inclusionProof(index:size:)``.
  public func cachedInclusionProof(index: UInt64) throws -> InclusionProof? {
    do { return try CachedHashes(reader: self).inclusionProof(index: index, size: size) } catch is NotCached {
      return nil
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
  ) throws(TreeError) -> (tile: Tile, above: Int, index: Int) {
    let (level, above) = (node.level / 8, UInt64(node.level % 8))
    guard node.isComplete(inTreeOf: size) else { throw .nodeBeyondTree(node, size: size) }
    let first = node.index << above
    guard let tile = Tile.tile(kind: .hashes(level: level), index: first / 256, inTreeOf: size) else {
      throw .nodeBeyondTree(node, size: size)
    }
    return (tile, Int(above), Int(first % 256) >> Int(above))
  }

  private func nodes(of tile: Tile, _ isFetching: Bool) throws -> TileNodes {
    if let known = cache.withLock({ $0[tile] }) { return known }
    guard isFetching else { throw NotCached() }
    let nodes = TileNodes(try tile.hashes(in: fetch(tile)))
    keep(tile, nodes)
    return nodes
  }
}

private struct NotCached: Error {}

/// The same reader without its source.
private struct CachedHashes: HashReader {
  let reader: TileHashReader

  func hashes(at coordinates: [NodeCoordinate]) throws -> [Digest32] {
    try reader.hashes(at: coordinates, isFetching: false)
  }
}
