import Synchronization
import Testing

@testable import MerkleLog

/// Proofs of a log in use come from tiles that were just written, without reading them.
@Suite struct TileCacheTests {
  struct Touched: Error {}

  @Test func `A proof from kept tiles alone is the one that the store gives`() throws {
    let (store, edge) = try TileStore.grown([700])
    let kept = TileHashReader(size: 700) { _ in throw Touched() }
    for tile in TileRange(to: 700) where tile.kind != .entries { try kept.keep(tile, store.fetch(tile)) }
    for index in [UInt64(0), 255, 256, 511, 512, 699] {
      let proof = try #require(try kept.cachedInclusionProof(index: index))
      #expect(try proof == TileHashReader(size: 700, fetch: store.fetch).inclusionProof(index: index, size: 700))
      try proof.verify(leafHash: TreeHash.leaf(entries(700)[Int(index)]), root: edge.root)
    }
  }

  @Test func `Without one of its tiles there is no proof from the cache, and the store is asked`() throws {
    let (store, _) = try TileStore.grown([700])
    let asked = Mutex<[Tile]>([])
    let reader = TileHashReader(size: 700) { tile in
      asked.withLock { $0.append(tile) }
      return try store.fetch(tile)
    }
    #expect(try reader.cachedInclusionProof(index: 3) == nil)
    let before = asked.withLock { $0 }
    #expect(before.isEmpty)
    let proof = try reader.inclusionProof(index: 3, size: 700)
    #expect(try reader.cachedInclusionProof(index: 3) == proof)
  }

  @Test func `A reader that continues another keeps its full tiles and no partial one`() throws {
    let (small, _) = try TileStore.grown([600])
    let before = TileHashReader(size: 600, fetch: small.fetch)
    _ = try before.inclusionProof(index: 3, size: 600)
    let (large, edge) = try TileStore.grown([600, 100])
    let asked = Mutex<[String]>([])
    let after = TileHashReader(size: 700, continuing: before) { tile in
      asked.withLock { $0.append(tile.path) }
      return try large.fetch(tile)
    }
    try after.inclusionProof(index: 3, size: 700).verify(leafHash: TreeHash.leaf(entries(4)[3]), root: edge.root)
    let paths = asked.withLock { $0 }
    #expect(!paths.contains("tile/0/000") && paths.contains("tile/0/002.p/188"))
  }
}
