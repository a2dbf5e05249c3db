import Cryptography
import TestKit
import Testing

@testable import MerkleLog

@Suite struct TreeAuditTests {
  @Test func anIntactLogPassesAndEveryEntryIsSeenInOrder() throws {
    for size in [0, 1, 255, 256, 257, 512, 700] {
      let (store, edge) = try TileStore.grown([size])
      var seen: [[UInt8]] = []
      var progress: [UInt64] = []
      let report = try TreeAudit.run(
        size: UInt64(size), root: edge.root, fetch: store.fetch,
        entry: { index, bytes in
          #expect(index == UInt64(seen.count))
          seen.append(bytes)
        }, progress: { progress.append($0) })
      #expect(
        report
          == AuditReport(
            entries: UInt64(size), tiles: UInt64(Array(TileRange(to: UInt64(size))).count), root: edge.root))
      #expect(seen == entries(size))
      #expect(progress.last ?? 0 == UInt64(size))
    }
  }

  @Test func aLogWithThreeTileLevelsPasses() throws {
    let (store, edge) = try TileStore.grown([66_000])
    let report = try TreeAudit.run(size: 66_000, root: edge.root, fetch: store.fetch)
    #expect(report.tiles == UInt64(store.files.count))
  }

  @Test func aFlippedBitInAnyTileIsFoundThere() throws {
    let (store, edge) = try TileStore.grown([700])
    var random = SplitMix64(state: 3)
    for (path, bytes) in store.files.sorted(by: { $0.key < $1.key }) {
      for _ in 0..<40 {
        var damaged = store
        let byte = Int.random(in: 0..<bytes.count, using: &random)
        damaged.files[path]?[byte] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        let failure = #expect(throws: AuditFailure.self) {
          try TreeAudit.run(size: 700, root: edge.root, fetch: damaged.fetch)
        }
        // An entry and its leaf hash accuse each other: the failure names the leaf tile or the bundle of that index.
        let places = [path, path.replacing("tile/entries/", with: "tile/0/")]
        #expect(places.contains(failure?.path ?? ""))
      }
    }
  }

  @Test func aFlippedBitHighInTheTreeIsFoundThere() throws {
    let (store, edge) = try TileStore.grown([66_000])
    for path in ["tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1", "tile/0/257.p/208", "tile/0/100"] {
      var damaged = store
      damaged.files[path]?[0] ^= 1
      let failure = #expect(throws: AuditFailure.self) {
        try TreeAudit.run(size: 66_000, root: edge.root, fetch: damaged.fetch)
      }
      #expect(failure?.path == path)
    }
  }

  @Test func aMissingShortOrLongTileIsNamed() throws {
    let (store, edge) = try TileStore.grown([300])
    for path in store.files.keys {
      for damage in [nil, [], store.files[path].map { $0 + [0] }, store.files[path].map { $0.dropLast() }] {
        var damaged = store
        damaged.files[path] = damage
        let failure = #expect(throws: AuditFailure.self) {
          try TreeAudit.run(size: 300, root: edge.root, fetch: damaged.fetch)
        }
        #expect(failure?.path == path)
      }
    }
  }

  @Test func tilesThatAgreeWithEachOtherButNotWithTheSignedRootFail() throws {
    let (store, edge) = try TileStore.grown([300])
    let failure = #expect(throws: AuditFailure.self) {
      try TreeAudit.run(size: 300, root: TreeHash.empty, fetch: store.fetch)
    }
    #expect(failure?.path == nil)
    #expect(failure?.reason == .rootMismatch(computed: edge.root.hex, expected: TreeHash.empty.hex))
    #expect(throws: AuditFailure.self) { try TreeAudit.run(size: 0, root: edge.root, fetch: store.fetch) }
  }

  @Test func anEntryOfAnotherLengthFailsUnlessTheLogAllowsIt() throws {
    let growth = try TreeGrowth(edge: TileEdge(), partialEntries: [], appending: [[1, 2, 3]])
    let files = Dictionary(uniqueKeysWithValues: growth.tiles.map { ($0.tile.path, $0.bytes) })
    let store = TileStore(files: files)
    let failure = #expect(throws: AuditFailure.self) {
      try TreeAudit.run(size: 1, root: growth.root, fetch: store.fetch)
    }
    #expect(failure?.reason == .entryLength(index: 0, expected: 32, actual: 3))
    #expect(try TreeAudit.run(size: 1, root: growth.root, entryBytes: nil, fetch: store.fetch).entries == 1)
  }
}
