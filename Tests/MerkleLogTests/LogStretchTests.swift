import Cryptography
import Testing

@testable import MerkleLog

@Suite struct LogStretchTests {
  private func head(_ size: UInt64, _ all: [Digest32]) -> LogHead {
    LogHead(origin: "log.test", vkey: "k", size: size, root: MerkleTree.root(all.prefix(Int(size))))
  }

  private func path(_ all: [Digest32]) -> (UInt64, UInt64) async throws -> [[UInt8]] {
    { old, new in (MerkleTree.consistencyPath(Int(old), all.prefix(Int(new))) ?? []).map(\.bytes) }
  }

  @Test(arguments: [0, 1, 255, 256, 257, 511, 600, 699, 700] as [UInt64])
  func everyEntryBehindAKnownTreeIsReadAndHashed(start: UInt64) async throws {
    let all = leaves(700)
    let (store, _) = try TileStore.grown([1, 254, 1, 1, 43, 212, 188])
    let stretch = try await LogStretch(
      from: start, root: head(start, all).root, to: head(700, all), tile: { try store.fetch($0) }, path: path(all))
    #expect(stretch.entries.map(\.bytes) == Array(entries(700)[Int(start)...]))
    #expect(stretch.head == head(700, all))
    for size in [start, (start + 700) / 2, 700] { #expect(try stretch.head(at: size) == head(size, all)) }
  }

  @Test func aTreeThatIsNotKnownFollowsFromTheTiles() async throws {
    let all = leaves(300)
    let (store, _) = try TileStore.grown([300])
    let stretch = try await LogStretch(
      from: 280, to: head(300, all), tile: { try store.fetch($0) }, path: path(all))
    #expect(stretch.entries.count == 20)
    await #expect(throws: LogStretchError.range(start: 301, size: 300)) {
      try await LogStretch(from: 301, to: head(300, all), tile: { try store.fetch($0) }, path: path(all))
    }
  }

  @Test func anEntryThatIsNotTheSignedOneIsRefusedWhereverItStands() async throws {
    let all = leaves(300)
    let (honest, _) = try TileStore.grown([300])
    let places: [(String, Int, UInt64)] = [
      ("tile/entries/000", 2 + 5, 0), ("tile/entries/001.p/44", 34 * 43 + 2, 256),
      ("tile/0/001.p/44", 9, 280), ("tile/1/000.p/1", 9, 256),
    ]
    for (name, place, start) in places {
      var store = honest
      #expect(store.files[name] != nil, "\(name)")
      store.files[name]?[place] ^= 1
      let lying = store
      await #expect(throws: LogStretchError.self, "\(name)") {
        try await LogStretch(from: start, to: head(300, all), tile: { try lying.fetch($0) }, path: path(all))
      }
    }
    let (store, other) = (honest, leaves(301).dropFirst())
    await #expect(throws: LogStretchError.self, "another root than the one that was known") {
      try await LogStretch(
        from: 256, root: MerkleTree.root(other.prefix(256)), to: head(300, all), tile: { try store.fetch($0) },
        path: path(all))
    }
  }
}
