import Cryptography
import Testing

@testable import MerkleLog

/// The head that a log had before, from its tiles.
@Suite struct EarlierHeadTests {
  private func head(_ size: UInt64, _ all: [Digest32]) -> LogHead {
    LogHead(origin: "log.test", vkey: "k", size: size, root: MerkleTree.root(all.prefix(Int(size))))
  }

  private func path(_ all: [Digest32]) -> (UInt64, UInt64) async throws -> [[UInt8]] {
    { old, new in (MerkleTree.consistencyPath(Int(old), all.prefix(Int(new))) ?? []).map(\.bytes) }
  }

  @Test(arguments: [1, 2, 255, 256, 257, 511, 699, 700] as [UInt64])
  func itIsTheOneThatTheLogHadThen(size: UInt64) async throws {
    let all = leaves(700)
    let (store, _) = try TileStore.grown([1, 254, 1, 1, 43, 212, 188])
    let earlier = try await head(700, all).earlier(size: size, tile: { try store.fetch($0) }, path: path(all))
    #expect(earlier == head(size, all))
  }

  @Test func aTileThatLiesIsNoticed() async throws {
    let all = leaves(300)
    var (store, _) = try TileStore.grown([300])
    store.files["tile/0/001.p/44"]?[9] ^= 1
    let lying = store
    await #expect(throws: LogHeadError.self) {
      try await head(300, all).earlier(size: 290, tile: { try lying.fetch($0) }, path: path(all))
    }
  }

  @Test func aSizeThatTheLogHasNotReachedIsRefused() async throws {
    let all = leaves(3)
    let (store, _) = try TileStore.grown([3])
    await #expect(throws: LogHeadError.rolledBack(size: 3, seen: 4)) {
      try await head(3, all).earlier(size: 4, tile: { try store.fetch($0) }, path: path(all))
    }
  }
}
