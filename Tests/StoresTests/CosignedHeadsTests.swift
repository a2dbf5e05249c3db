import Cryptography
import MerkleLog
import Testing

@testable import Stores

/// Cosigned and timestamped heads, in either database.
@Suite struct CosignedHeadsTests {
  let scratch = Scratch()

  @Test(arguments: Backend.allCases)
  func `Heads that witnesses cosigned and an authority stamped are found again`(_ backend: Backend) async throws {
    let fixture = try LogFixture(folder: scratch.path, kind: BackendKind(blobs: .filesystem, rows: backend))
    let witnesses = try (1...3).map { number in
      try Cosigner(name: "witness\(number).example", key: SigningKey(seed: SHA256.hash([UInt8(number)]).bytes))
    }
    let policy = try CheckpointPolicy(
      origin: fixture.origin, logKey: fixture.policy.logKey, witnesses: witnesses.map(\.verifierKey))
    let (log, database) = (try await fixture.open(), try await fixture.database())
    let heads = try await CosignedHeads(database, policy: policy)
    let stamps = try await TimestampedHeads(database, policy: policy)

    try await append(0..<2, to: log)
    let first = try #require(log.published.head)
    // All at once, as feeds do: none is lost.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for witness in witnesses {
        let line = try witness.cosign(first.checkpoint, timeSeconds: 1_700_000_000)
        group.addTask { try await heads.keep(line, of: first) }
      }
      try await group.waitForAll()
    }
    try await stamps.keep([1, 2], of: heads.note(of: first))
    try await stamps.keep([3], of: heads.note(of: first))
    try await append(2..<3, to: log)
    let second = try #require(log.published.head)
    try await heads.keep(witnesses[0].cosign(second.checkpoint, timeSeconds: 1_700_000_001), of: second)
    let stranger = try Cosigner(name: "stranger.example", key: fixture.key)
    await #expect(throws: CheckpointError.self) {
      try await heads.keep(stranger.cosign(second.checkpoint, timeSeconds: 1), of: second)
    }

    for known in [heads, try await CosignedHeads(database, policy: policy)] {
      #expect(known.all.map { [Int($0.checkpoint.size), $0.count] } == [[3, 3], [4, 1]])
      #expect(known.best(for: 2)?.count == 3 && known.best(for: 3)?.count == 1 && known.best(for: 4) == nil)
      #expect(witnesses.map { known.size(cosignedBy: $0.verifierKey) } == [4, 3, 3])
    }
    for known in [stamps, try await TimestampedHeads(database, policy: policy)] {
      let head = try #require(try await known.first(for: 2, cosignatures: 3))
      #expect(head.token == [1, 2] && head.cosignatures == 3 && head.checkpoint == first.checkpoint)
      #expect(try await known.first(for: 3, cosignatures: 0) == nil && known.newestSize == 3)
    }
    // A witness that is no longer listed counts no more.
    let fewer = try CheckpointPolicy(
      origin: policy.origin, logKey: policy.logKey, witnesses: [witnesses[1].verifierKey])
    #expect(try await CosignedHeads(database, policy: fewer).all.map(\.count) == [1])
  }
}
