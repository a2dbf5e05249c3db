import Cryptography
import Foundation
import MerkleLog
import TestKit
import Testing

@testable import Stores

/// A disk that fails under the log in every way it can, at a place drawn from the seed. Afterwards the log starts, audits,
/// has every acknowledged entry once at its index, and nothing that was never appended.
@Suite struct LogFaultTests {
  let scratch = Scratch()

  @Test func `Whatever the disk does under an append, nothing acknowledged is lost or doubled`() async throws {
    let struck = await withTaskGroup(of: [FaultyDisk.Fault].self) { group in
      for lane in 0..<UInt64(4) { group.addTask { await runAll(FaultSeeds.all.filter { $0 % 4 == lane }) } }
      return await group.reduce(into: [FaultyDisk.Fault: Int]()) { struck, faults in
        for fault in faults { struck[fault, default: 0] += 1 }
      }
    }
    // Most ways of failing were met, or the seeds prove less than they seem to; of thousands of seeds, each.
    let isLong = FaultSeeds.all.count > 1000
    #expect(struck.count >= (isLong ? Self.faults.count : 4), "\(struck) in \(FaultSeeds.all)")
  }

  /// The faults that struck.
  func runAll(_ seeds: [UInt64]) async -> [FaultyDisk.Fault] {
    var struck: [FaultyDisk.Fault] = []
    for seed in seeds {
      do {
        if let fault = try await run(seed) { struck.append(fault) }
      } catch { Issue.record("COLOPHON_TEST_SEED=\(seed): \(error)") }
    }
    return struck
  }

  /// Dying is what most often happens.
  static let faults: [FaultyDisk.Fault] = [
    .dies, .fails(EIO), .fails(ENOSPC), .failsOnce(EIO), .failsOnce(ENOSPC), .writesShort,
  ]

  /// The fault that struck; nil when none did or the machine stopped between two calls.
  func run(_ seed: UInt64) async throws -> FaultyDisk.Fault? {
    var random = SplitMix64(state: seed)
    let fixture = try LogFixture(folder: "\(scratch.path)/\(seed)")
    let (disk, steps) = (FaultyDisk(), StepFault<AppendStep>())
    let log = try await fixture.open(calls: disk.calls) { step in
      do { try steps(step) } catch {
        disk.die()
        throw error
      }
      if disk.isDead { throw Stopped() }
    }
    var acknowledged: [Int: UInt64] = [:]
    var next = random.next() % 8 == 0 ? 253 : Int.random(in: 0...6, using: &random)
    acknowledged = try await append(0..<next, to: log)

    let fault = Bool.random(using: &random) ? .dies : Self.faults.randomElement(using: &random) ?? .dies
    let isBetween = fault == .dies && Int.random(in: 0..<4, using: &random) == 0
    if isBetween {
      steps.arm(at: Int.random(in: 1...30, using: &random))
    } else {
      disk.arm(fault, at: Int.random(in: 1...120, using: &random))
    }
    for _ in 0..<6 {
      let count = Int.random(in: 1...4, using: &random)
      acknowledged.merge(await appendWhatGoes(next..<next + count, to: log)) { $1 }
      next += count
      if Bool.random(using: &random) { disk.heal() }
    }
    let image = try crash(fixture, disk, &random)
    try await check(image, acknowledged, submitted: 0..<next)
    for log in [fixture, image] { try log.remove() }
    return isBetween || disk.hit == nil ? nil : fault
  }

  /// Those that were acknowledged.
  func appendWhatGoes(_ numbers: Range<Int>, to log: Sequencer) async -> [Int: UInt64] {
    await withTaskGroup(of: (Int, UInt64)?.self) { group in
      for number in numbers {
        group.addTask { (try? await log.append(logEntry(number))).map { (number, $0) } }
      }
      return await group.reduce(into: [:]) { if let (number, index) = $1 { $0[number] = index } }
    }
  }

  /// What is left: of a killed process all that it did, of a power cut what was synced and any part of the rest. SQLite
  /// syncs for itself: its files are taken as they are, no transaction being open.
  func crash(_ fixture: LogFixture, _ disk: FaultyDisk, _ random: inout SplitMix64) throws -> LogFixture {
    let image = "\(fixture.folder)-image"
    guard Bool.random(using: &random) else { return try fixture.copy(to: image) }
    try fixture.copyDatabase(to: image)
    for folder in ["log", "log.tmp"] {
      try disk.powerCut(of: "\(fixture.folder)/\(folder)", to: "\(image)/\(folder)", using: &random)
    }
    return try LogFixture(folder: image)
  }

  func check(_ fixture: LogFixture, _ acknowledged: [Int: UInt64], submitted: Range<Int>) async throws {
    let log = try await fixture.open()
    try await requireProven(acknowledged, in: log, fixture.policy)
    let byDigest = Dictionary(uniqueKeysWithValues: submitted.map { (logEntry($0).digest, $0) })
    let entries = try await self.entries(of: log)
    let numbers = try entries.dropFirst().map { try #require(byDigest[$0], "nobody appended \($0)") }
    #expect(Set(numbers).count == numbers.count, "an entry is there twice")
    for number in numbers { #expect(try await log.statement(logEntry(number).digest) == logEntry(number).statement) }
    let all = try await append(submitted, to: log)
    for (number, index) in acknowledged { #expect(all[number] == index) }
    #expect(Set(all.values) == Set(1...UInt64(submitted.count)))
    // Audited again from the disk.
    try await requireProven(all, in: try await fixture.open(), fixture.policy)
  }

  /// As `requireIncluded`, with one check of the head's signature for all.
  private func requireProven(_ indices: [Int: UInt64], in log: Sequencer, _ policy: CheckpointPolicy) async throws {
    let head = try #require(log.published.head)
    let root = try policy.verify(head.note).checkpoint.root
    for (number, index) in indices {
      let proof = try await log.published.inclusion(index: index).proof
      try proof.verify(leafHash: TreeHash.leaf(logEntry(number).digest.bytes), root: root)
    }
  }

  private func entries(of log: Sequencer) async throws -> [Digest32] {
    var entries: [Digest32] = []
    for tile in TileRange(to: log.published.size) where tile.kind == .entries {
      entries += try tile.entries(in: try await log.published.tile(tile)).map { try Digest32($0) }
    }
    return entries
  }
}
