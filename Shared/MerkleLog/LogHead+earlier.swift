extension LogHead {
  /// The head that the same log had at a smaller size, by its tiles, and proven to be continued by this one.
  ///
  /// - Parameters:
  ///   - tile: gives the published bytes of a tile of the tree of this head.
  ///   - path: gives the consistency proof between two sizes.
  /// - Throws: ``LogHeadError``, `TileError`, and what `tile` and `path` throw.
  public func earlier(
    size: UInt64, tile: (Tile) async throws -> [UInt8], path: (_ old: UInt64, _ new: UInt64) async throws -> [[UInt8]]
  ) async throws -> LogHead {
    guard size < self.size else {
      guard size == self.size else { throw LogHeadError.rolledBack(size: self.size, seen: size) }
      return self
    }
    var tiles: [Tile: [UInt8]] = [:]
    for needed in try TileHashReader.tiles(for: Frontier.coordinates(size: size), size: self.size) {
      tiles[needed] = try await tile(needed)
    }
    let fetched = tiles
    let root = try TileHashReader(size: self.size) { tile in
      guard let bytes = fetched[tile] else { throw LogStretchError.tiles(why: "\(tile.path) was not asked for") }
      return bytes
    }.root(size: size)
    let earlier = LogHead(origin: origin, vkey: vkey, size: size, root: root)
    try await earlier.requireContinuation(to: self, path: path)
    return earlier
  }
}
