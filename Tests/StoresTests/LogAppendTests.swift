import Codec
import Cryptography
import Dispatch
import Foundation
import MerkleLog
import Synchronization
import Testing

@testable import Stores

@Suite struct LogAppendTests {
  let scratch = Scratch()

  @Test func `A new log holds its genesis entry and nothing else`() async throws {
    let fixture = try LogFixture(folder: scratch.path)
    let log = try await fixture.open()
    var genesis: [UInt8] = [0xa1, 0x67]
    genesis += Array("genesis".utf8)
    genesis += [0x70]
    genesis += Array(LogFixture.origin.utf8)
    let expected = SHA256.hash(genesis)
    #expect(log.published.size == 1)
    #expect(log.published.head?.checkpoint.root == TreeHash.leaf(expected.bytes))
    #expect(try await log.find(expected)?.index == 0)
  }

  @Test(arguments: BackendKind.allCases)
  func `Two hundred appends at once get two hundred indices in fewer commits`(_ kind: BackendKind) async throws {
    let fixture = try LogFixture(folder: scratch.path, kind: kind)
    let commits = Mutex<[Sequencer.Commit]>([])
    let log = try await fixture.open(observe: { commit in commits.withLock { $0.append(commit) } })
    let indices = try await append(0..<200, to: log)
    #expect(Set(indices.values) == Set(1...200))
    #expect(log.published.size == 201)
    let seen = commits.withLock { $0 }
    #expect(seen.reduce(0) { $0 + $1.appends } == 200 && seen.reduce(0) { $0 + $1.newEntries } == 200)
    #expect(seen.count < 200)
    try await requireIncluded(indices, in: log, policy: fixture.policy)
    try await requireIncluded(indices, in: try await fixture.open(), policy: fixture.policy)
  }

  @Test(arguments: BackendKind.allCases)
  func `Appending an entry again gives its index and grows nothing`(_ kind: BackendKind) async throws {
    let log = try await LogFixture(folder: scratch.path, kind: kind).open()
    let indices = try await append(0..<3, to: log)
    #expect(try await append(0..<3, to: log) == indices)
    #expect(log.published.size == 4)
    let together = try await withThrowingTaskGroup(of: UInt64.self) { group in
      for _ in 0..<20 { group.addTask { try await log.append(logEntry(9)) } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(together == [4])
    #expect(log.published.size == 5)
  }

  @Test(arguments: BackendKind.allCases)
  func `Other bytes for a claim that is taken are refused with the index that has it`(_ kind: BackendKind) async throws
  {
    let log = try await LogFixture(folder: scratch.path, kind: kind).open()
    let index = try await log.append(logEntry(1, subject: "one"))
    let error = await #expect(throws: LogError.self) { try await log.append(logEntry(2, subject: "one")) }
    #expect(error == .conflict(index: index, digest: logEntry(1).digest))
    #expect("\(try #require(error))".contains("index 1 "))
    // Another key, kind or subject is another claim.
    #expect(try await log.append(logEntry(2, subject: "one", kind: "verdict")) == 2)
    #expect(try await log.append(logEntry(3, subject: "one", key: [2])) == 3)
    #expect(log.published.size == 4)
  }

  @Test(arguments: BackendKind.allCases)
  func `Of two claims in one commit the first is registered and the second refused`(_ kind: BackendKind) async throws {
    let fixture = try LogFixture(folder: scratch.path, kind: kind)
    let rows = LogRows(try await fixture.database())
    let outcomes = try await rows.register([logEntry(1, subject: "x"), logEntry(2, subject: "x")], unixMs: 0)
    guard case .registered(0) = outcomes[0], case .conflict(let other) = outcomes[1] else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(other.index == 0)
  }

  @Test func `Beyond its limit the queue refuses, and those that waited are served`() async throws {
    var limits = Sequencer.Limits()
    limits.queueMax = 1
    let (reached, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let isHolding = Mutex(false)
    let log = try await LogFixture(folder: scratch.path).open(limits: limits) { step in
      guard case .tileWritten = step,
        isHolding.withLock({
          let held = $0; $0 = false; return held
        })
      else { return }
      reached.signal()
      go.wait()
    }
    isHolding.withLock { $0 = true }
    async let first = log.append(logEntry(1))
    await withCheckedContinuation { waiting in
      DispatchQueue.global().async {
        reached.wait()
        waiting.resume()
      }
    }
    async let second = log.append(logEntry(2))
    while await log.waitingCount == 0 { await Task.yield() }
    await #expect(throws: LogError.queueFull(max: 1)) { try await log.append(logEntry(3)) }
    go.signal()
    #expect(try await [first, second] == [1, 2])
    #expect(try await log.append(logEntry(3)) == 3)
  }

  @Test func `Proofs hold between all published sizes, also when their partial tiles are gone`() async throws {
    let fixture = try LogFixture(folder: scratch.path)
    let log = try await fixture.open()
    var roots: [UInt64: Digest32] = [:]
    var tiles: [Tile: [UInt8]] = [:]
    var indices: [Int: UInt64] = [:]
    for start in stride(from: 0, to: 900, by: 90) {
      indices.merge(try await append(start..<start + 90, to: log)) { $1 }
      let head = try #require(log.published.head?.checkpoint)
      roots[head.size] = head.root
      for tile in TileRange(to: head.size) { tiles[tile] = try await log.published.tile(tile) }
    }
    for (old, oldRoot) in roots {
      for (new, newRoot) in roots where old <= new {
        try await log.published.consistency(old: old, new: new).verify(oldRoot: oldRoot, newRoot: newRoot)
      }
    }
    #expect(FileManager.default.fileExists(atPath: "\(fixture.folder)/log/tile/0/002.p"))
    #expect(!FileManager.default.fileExists(atPath: "\(fixture.folder)/log/tile/0/000.p"))
    #expect(!FileManager.default.fileExists(atPath: "\(fixture.folder)/log/tile/entries/000.p"))
    for (tile, bytes) in tiles { #expect(try await log.published.tile(tile) == bytes, "\(tile)") }
    try await requireIncluded(indices, in: log, policy: fixture.policy)
  }

  @Test func `Questions beyond the log are refused by name`() async throws {
    let log = try await LogFixture(folder: scratch.path).open()
    try await append(0..<4, to: log)
    await #expect(throws: LogError.indexBeyondLog(index: 5, size: 5)) { try await log.published.inclusion(index: 5) }
    await #expect(throws: LogError.sizeBeyondLog(size: 6, published: 5)) {
      try await log.published.consistency(old: 6, new: nil)
    }
    await #expect(throws: LogError.sizeBeyondLog(size: 6, published: 5)) {
      try await log.published.consistency(old: 1, new: 6)
    }
    await #expect(throws: LogError.sizesOutOfOrder(old: 3, new: 2)) {
      try await log.published.consistency(old: 3, new: 2)
    }
    #expect(try await log.published.consistency(old: 0, new: 5).path.isEmpty)
    for path in ["tile/0/000", "tile/0/000.p/6", "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/001"] {
      await #expect(throws: LogError.noSuchTile(path)) { try await log.published.tile(try Tile(path: path)) }
    }
  }
}
