import Cryptography
import Foundation
import Logging
import MerkleLog
import RPC
import Receipts
import Stores
import Synchronization
import Testing
import Wire
import WitnessService

@testable import StorageService

/// Storage with witnesses that answer in this process, as they would over HTTP.
@Suite struct WitnessFeedTests {
  let fixture: StorageFixture
  let net: WitnessNet

  init() throws {
    fixture = try StorageFixture()
    net = try WitnessNet(fixture)
  }

  private func append(_ number: Int, to storage: StorageService) async throws -> Inclusion {
    try await storage.append(AppendRequest(statement: fixture.statement(number).bytes))
  }

  private func cosignatures(_ inclusion: Inclusion) throws -> VerifiedCheckpoint {
    let proof = try TlogProof(parsing: Array(inclusion.tlogProof.utf8))
    return try net.policy(quorum: 0).verify(proof.note, refusingUnknown: true)
  }

  /// One head to one witness.
  private func feed(_ storage: StorageService, _ witness: Int) async throws -> Bool {
    let feed = try #require(storage.log.witnessFeed)
    let client = try net.client(witness, of: storage)
    let head = try #require(storage.log.sequencer.published.head)
    var failures = 0
    return await feed.feed(client, head, &failures)
  }

  @Test func `An answer leaves without waiting, and its receipt is upgraded as witnesses follow`() async throws {
    let storage = try await net.open(witnesses: 2)
    let statement = try fixture.statement(1)
    let first = try await append(1, to: storage)
    #expect(try cosignatures(first).cosignatures.isEmpty)
    for count in 1...2 {
      #expect(try await feed(storage, count - 1))
      let later = try await storage.inclusion(GetInclusionRequest(statementDigest: statement.digest.bytes))
      #expect(try cosignatures(later).cosignatures.count == count)
      try fixture.verify(later, of: statement, allowingWitnesses: true)
      let note = try SignedNote(parsing: Array(storage.checkpoint().note.utf8))
      #expect(try net.policy(quorum: count).verify(note, refusingUnknown: true).cosignatures.count == count)
    }
  }

  @Test func `Cosignatures outlive the process, and a witness that was struck from the list does not count`()
    async throws
  {
    var storage = try await net.open(witnesses: 2)
    let old = try await append(1, to: storage)
    for witness in 0..<2 { #expect(try await feed(storage, witness)) }
    let request = GetInclusionRequest(statementDigest: try fixture.statement(1).digest.bytes)
    for count in [2, 1] {
      storage = try await net.open(witnesses: count)
      let inclusion = try await storage.inclusion(request)
      #expect(try cosignatures(inclusion).cosignatures.count == count)
    }
    #expect(old.treeSize == 2)
  }

  @Test func `An older head with more cosignatures proves what it holds, the newest one the rest`() async throws {
    let storage = try await net.open(witnesses: 2)
    _ = try await append(1, to: storage)
    for witness in 0..<2 { #expect(try await feed(storage, witness)) }
    _ = try await append(2, to: storage)
    #expect(try await feed(storage, 0))
    _ = try await append(3, to: storage)
    for (number, size, count) in [(1, 2, 2), (2, 3, 1), (3, 4, 0)] as [(Int, UInt64, Int)] {
      let statement = try fixture.statement(number)
      let inclusion = try await storage.inclusion(GetInclusionRequest(statementDigest: statement.digest.bytes))
      #expect(try inclusion.treeSize == size && cosignatures(inclusion).cosignatures.count == count)
      try fixture.verify(inclusion, of: statement, allowingWitnesses: true)
    }
  }

  @Test func `A witness that was away is brought up to date at once, also when we have forgotten what it knows`()
    async throws
  {
    var storage = try await net.open(witnesses: 1)
    _ = try await append(1, to: storage)
    #expect(try await feed(storage, 0))
    for number in 2..<9 { _ = try await append(number, to: storage) }
    #expect(try await feed(storage, 0))
    try net.forgetCosignatures()
    storage = try await net.open(witnesses: 1)
    _ = try await append(9, to: storage)
    #expect(try await feed(storage, 0))
  }

  @Test(arguments: WitnessNet.Lie.allCases)
  func `What a witness may not answer is not kept`(lie: WitnessNet.Lie) async throws {
    let storage = try await net.open(witnesses: 1)
    _ = try await append(1, to: storage)
    net.lie.withLock { $0 = lie }
    #expect(try await !feed(storage, 0))
    #expect(storage.log.cosigned.all.isEmpty && storage.log.witnessFeed?.refusal == nil)
    net.lie.withLock { $0 = nil }
    #expect(try await feed(storage, 0))
  }

  @Test func `A budget lets an append wait for its cosignatures, and not longer`() async throws {
    let storage = try await net.open(witnesses: 2) {
      $0.witnessBudget = .seconds(30)
      $0.witnessQuorum = 1
    }
    let feed = try #require(storage.log.witnessFeed)
    let running = Task { try await feed.run() }
    let waited = try await append(1, to: storage)
    #expect(try cosignatures(waited).cosignatures.count >= 1)
    running.cancel()
    _ = try? await running.value
    // Nobody cosigns any more: the budget ends.
    let impatient = try await net.open(witnesses: 2) { $0.witnessBudget = .milliseconds(20) }
    let unwaited = try await append(2, to: impatient)
    #expect(try cosignatures(unwaited).cosignatures.isEmpty)
  }

  @Test func `The loop follows the log by itself and comes back to a witness that failed`() async throws {
    net.lie.withLock { $0 = .broken }
    let storage = try await net.open(witnesses: 1)
    let feed = try #require(storage.log.witnessFeed)
    let running = Task { try await feed.run() }
    for number in 1..<4 { _ = try await append(number, to: storage) }
    net.lie.withLock { $0 = nil }
    await storage.log.cosigned.wait(for: 3, count: 1, atMost: .seconds(60))
    #expect(storage.log.cosigned.best(for: 3)?.count == 1)
    running.cancel()
    _ = try? await running.value
  }

  @Test func `A log that was rolled back behind a witness refuses to start, and to sign`() async throws {
    let young = try await net.open(witnesses: 1)
    _ = try await append(1, to: young)
    let backup = fixture.folder + "-backup"
    try FileManager.default.copyItem(atPath: fixture.folder, toPath: backup)
    defer { try? FileManager.default.removeItem(atPath: backup) }
    _ = try await append(2, to: young)
    #expect(try await feed(young, 0))

    let error = await #expect(throws: LogContradictionSeen.self) { try await net.open(witnesses: 1, folder: backup) }
    #expect(error.map { "\($0)" }?.contains("new origin") == true)
    // The witness is away at the start, and back later: then it stops there.
    net.isAway.withLock { $0 = true }
    let restored = try await net.open(witnesses: 1, folder: backup)
    net.isAway.withLock { $0 = false }
    _ = try await append(7, to: restored)
    #expect(try await !feed(restored, 0))
    #expect(restored.log.witnessFeed?.refusal != nil)
    await #expect(throws: LogContradictionSeen.self) { try await append(8, to: restored) }
    #expect(await code(restored) { try await append(8, to: restored) }?.code == .failedPrecondition)
  }
}
