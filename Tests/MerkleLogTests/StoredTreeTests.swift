import Cryptography
import Synchronization
import TestKit
import Testing

@testable import MerkleLog

@Suite struct StoredTreeTests {
  @Test func proofsMadeFromTilesAreTheDefinitions() throws {
    let all = leaves(600)
    let (store, _) = try TileStore.grown([1, 254, 1, 1, 43, 212, 88])
    // The sizes that were published: only they have their partial tiles.
    for size in [1, 255, 256, 257, 300, 512, 600] as [UInt64] {
      let reader = TileHashReader(size: size, fetch: store.fetch)
      #expect(try reader.root(size: size) == MerkleTree.root(all.prefix(Int(size))))
      #expect(try Frontier(size: size, reader: reader).root == MerkleTree.root(all.prefix(Int(size))))
      for index in stride(from: 0, to: size, by: 7) {
        let proof = try reader.inclusionProof(index: index, size: size)
        #expect(proof.path == MerkleTree.inclusionPath(Int(index), all.prefix(Int(size))))
      }
      for old in stride(from: 1, through: size, by: 11) {
        let proof = try reader.consistencyProof(old: old, new: size)
        #expect(proof.path == MerkleTree.consistencyPath(Int(old), all.prefix(Int(size))))
      }
    }
  }

  @Test func aTileIsFetchedOnceAndTheListOfTilesIsWhatIsFetched() throws {
    let (store, edge) = try TileStore.grown([700])
    let fetched = Mutex<[Tile]>([])
    let reader = TileHashReader(size: 700) { tile in
      fetched.withLock { $0.append(tile) }
      return try store.fetch(tile)
    }
    let nodes = try InclusionProof.coordinates(index: 690, size: 700)
    let tiles = try TileHashReader.tiles(for: nodes, size: 700)
    let proof = try reader.inclusionProof(index: 690, size: 700)
    try proof.verify(leafHash: leaves(700)[690], root: edge.root)
    #expect(Set(fetched.withLock { $0 }) == Set(tiles))
    _ = try reader.inclusionProof(index: 690, size: 700)
    #expect(fetched.withLock { $0.count } == tiles.count)
  }

  @Test func aSmallCacheStillServesEveryProof() throws {
    let (store, edge) = try TileStore.grown([700])
    let reader = TileHashReader(size: 700, tilesMax: 1, fetch: store.fetch)
    for index in stride(from: 0, to: 700, by: 37) {
      try reader.inclusionProof(index: UInt64(index), size: 700).verify(leafHash: leaves(700)[index], root: edge.root)
    }
  }

  @Test func aMissingOrMalformedTileAndANodeBeyondTheTreeAreErrors() throws {
    var (store, _) = try TileStore.grown([700])
    let beyond = TileHashReader(size: 700, fetch: store.fetch)
    #expect(throws: TreeError.self) { try beyond.inclusionProof(index: 0, size: 701) }
    #expect(throws: TreeError.self) { try TileHashReader.tiles(for: [NodeCoordinate(level: 9, index: 1)], size: 700) }
    store.files["tile/0/000"]?.removeLast()
    let short = store
    #expect(throws: TileError.self) {
      try TileHashReader(size: 700, fetch: short.fetch).inclusionProof(index: 0, size: 700)
    }
    store.files["tile/0/000"] = nil
    let missing = store
    #expect(throws: TileStore.Missing.self) {
      try TileHashReader(size: 700, fetch: missing.fetch).inclusionProof(index: 0, size: 700)
    }
  }

  @Test func howATreeWasBatchedLeavesNoTrace() throws {
    let (whole, edge) = try TileStore.grown([1300])
    var random = SplitMix64(state: 9)
    for _ in 0..<10 {
      var batches: [Int] = []
      while batches.reduce(0, +) < 1300 {
        batches.append(min(Int.random(in: 0...400, using: &random), 1300 - batches.reduce(0, +)))
      }
      let (store, other) = try TileStore.grown(batches)
      #expect(other.root == edge.root)
      for tile in TileRange(to: 1300) { #expect(store.files[tile.path] == whole.files[tile.path]) }
    }
    #expect(whole.files.count == Array(TileRange(to: 1300)).count)
  }

  @Test func growthWritesTheTilesOfItsRangeAndNothingElse() throws {
    let all = entries(66_000)
    var edge = TileEdge()
    for (old, new) in [(0, 0), (0, 1), (1, 256), (256, 257), (257, 65_535), (65_535, 65_536), (65_536, 66_000)] {
      let partial = Array(all[(old - old % 256)..<old])
      let growth = try TreeGrowth(edge: edge, partialEntries: partial, appending: Array(all[old..<new]))
      #expect(Set(growth.tiles.map(\.tile)) == Set(TileRange(from: UInt64(old), to: UInt64(new))))
      #expect(growth.tiles.count == Array(TileRange(from: UInt64(old), to: UInt64(new))).count)
      #expect(growth.size == UInt64(new))
      #expect(growth.edge.frontier.root == growth.root)
      edge = growth.edge
    }
    #expect(edge.root == MerkleTree.root(all.map(TreeHash.leaf)[...]))
  }

  @Test func anEdgeIsRestoredFromTilesOnlyWhenTheyHaveTheSignedRoot() throws {
    var (store, edge) = try TileStore.grown([700])
    var restored = try TileEdge(size: 700, root: edge.root, fetch: store.fetch)
    try restored.append(leaves(701)[700]) { _, _ in }
    #expect(restored.root == MerkleTree.root(leaves(701)[...]))
    #expect(throws: TreeError.self) { try TileEdge(size: 700, root: TreeHash.empty, fetch: store.fetch) }
    store.files["tile/0/002.p/188"]?[40] ^= 1
    #expect(throws: TreeError.self) { try TileEdge(size: 700, root: edge.root, fetch: store.fetch) }
    #expect(try TileEdge(size: 0, root: TreeHash.empty, fetch: store.fetch).size == 0)
  }

  @Test func aPartialBundleThatIsNotTheEdgesIsRefused() throws {
    let (_, edge) = try TileStore.grown([3])
    for wrong in [[], entries(2), entries(4), entries(3).reversed()] {
      #expect(throws: TreeError.partialBundle(size: 3)) {
        try TreeGrowth(edge: edge, partialEntries: wrong, appending: entries(1))
      }
    }
  }
}
