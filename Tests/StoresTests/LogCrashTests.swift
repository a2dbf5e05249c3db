import Cryptography
import Foundation
import MerkleLog
import Testing

@testable import Stores

/// The machine stops at every step of an append, one after the other.
@Suite struct LogCrashTests {
  let scratch = Scratch()

  /// Every acknowledged entry is in the reopened log at its index; the others can be appended, once; the tree is
  /// that of exactly these entries and begins with what was published before.
  func check(_ fixture: LogFixture, acknowledged: [Int: UInt64], inFlight: Range<Int>, before: Checkpoint?) async throws
  {
    let log = try await fixture.open()
    try await requireIncluded(acknowledged, in: log, policy: fixture.policy)
    let recovered = try #require(log.published.head?.checkpoint)
    if let before {
      try await log.published.consistency(old: before.size, new: nil)
        .verify(oldRoot: before.root, newRoot: recovered.root)
    }
    let retried = try await append(inFlight, to: log)
    #expect(log.published.size == UInt64(1 + Set(acknowledged.keys).union(inFlight).count))
    var all = acknowledged
    for (number, index) in retried {
      #expect(all[number] == nil || all[number] == index)
      all[number] = index
    }
    #expect(Set(all.values).count == all.count)
    // Audited again from the disk.
    try await requireIncluded(all, in: try await fixture.open(), policy: fixture.policy)
  }

  // 254: the tree grows over the end of its first tile.
  static let growths = BackendKind.long.flatMap { kind in
    (kind.blobs == .filesystem ? [3, 254] : [3]).map { ($0, kind) }
  }

  @Test(arguments: growths)
  func `Stopped at any step, an append loses nothing acknowledged and repeats nothing`(first: Int, _ kind: BackendKind)
    async throws
  {
    var steps: [AppendStep] = []
    for step in 1... {
      let fixture = try LogFixture(folder: "\(scratch.path)/\(step)", kind: kind)
      let fault = StepFault<AppendStep>()
      let log = try await fixture.open { try fault($0) }
      var acknowledged = try await append(0..<first, to: log)
      let before = log.published.head?.checkpoint
      fault.arm(at: step)
      let inFlight = first..<first + 3
      for number in inFlight {
        guard let index = try? await log.append(logEntry(number)) else { break }
        acknowledged[number] = index
      }
      guard let hit = fault.hit else { break }
      steps.append(hit)
      try await check(fixture, acknowledged: acknowledged, inFlight: inFlight, before: before)
      try fixture.remove()
    }
    for step in [
      AppendStep.begun, .entriesRegistered, .tilesDurable, .checkpointSigned, .headSwapped, .checkpointWritten,
      .checkpointPublished,
    ] { #expect(steps.filter { $0 == step }.count == 3, "\(step) of three appends") }
    #expect(steps.count >= 3 * 11)
  }

  @Test func `The disk as it is at any step is a log that starts and goes on`() async throws {
    for step in 1... {
      let fixture = try LogFixture(folder: "\(scratch.path)/\(step)")
      let image = "\(scratch.path)/\(step)-image"
      let fault = StepFault<AppendStep> { try FileManager.default.copyItem(atPath: fixture.folder, toPath: image) }
      let log = try await fixture.open { try fault($0) }
      let acknowledged = try await append(0..<5, to: log)
      let before = log.published.head?.checkpoint
      fault.arm(at: step)
      try await append(5..<9, to: log)
      guard fault.hit != nil else { break }
      try await check(try LogFixture(folder: image), acknowledged: acknowledged, inFlight: 5..<9, before: before)
    }
  }

  @Test(arguments: BackendKind.allCases)
  func `A first start that is stopped at any step is finished by the next`(_ kind: BackendKind) async throws {
    for step in 1... {
      let fixture = try LogFixture(folder: "\(scratch.path)/\(step)", kind: kind)
      let fault = StepFault<AppendStep>()
      fault.arm(at: step)
      do {
        _ = try await fixture.open { try fault($0) }
        #expect(fault.hit == nil)
        #expect(step > 6)
        return
      } catch is Stopped {}
      try await check(fixture, acknowledged: [:], inFlight: 0..<2, before: nil)
    }
  }

  @Test(arguments: BackendKind.allCases)
  func `After a failed commit the log says so and the next append settles it`(_ kind: BackendKind) async throws {
    let fixture = try LogFixture(folder: scratch.path, kind: kind)
    let fault = StepFault<AppendStep>()
    let log = try await fixture.open { try fault($0) }
    for step in 1...11 {
      fault.arm(at: step)
      await #expect(throws: LogError.self) { try await log.append(logEntry(step)) }
      #expect(fault.hit != nil)
      #expect(await log.failure != nil)
      #expect(try await log.append(logEntry(step)) == UInt64(step))
      #expect(await log.failure == nil)
    }
    #expect(try await fixture.open().published.size == 12)
  }

  @Test func `Tiles that a crash left beyond the signed head are overwritten`() async throws {
    let fixture = try LogFixture(folder: scratch.path)
    try await append(0..<4, to: try await fixture.open())
    let stale = "\(fixture.folder)/log/tile/0/000.p/6"
    try Data(repeating: 1, count: 6 * 32).write(to: URL(filePath: stale))
    let log = try await fixture.open()
    try await requireIncluded(append(4..<5, to: log), in: log, policy: fixture.policy)
    #expect(try Data(contentsOf: URL(filePath: stale)) != Data(repeating: 1, count: 6 * 32))
  }
}
