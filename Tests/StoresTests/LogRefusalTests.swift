import Cryptography
import Foundation
import MerkleLog
import TestKit
import Testing

@testable import Stores

/// A log that rot, a restore or a second process has touched is not started, and what is wrong is named.
@Suite struct LogRefusalTests {
  let scratch = Scratch()

  func made(entries: Int) async throws -> LogFixture {
    let fixture = try LogFixture(folder: "\(scratch.path)/log")
    let log = try await fixture.open()
    try await append(0..<2, to: log)
    try await append(2..<entries, to: log)
    return fixture
  }

  @Test func `Of two sequencers on one log the second refuses, until the first is gone`() async throws {
    let fixture = try LogFixture(folder: "\(scratch.path)/log")
    let files = "\(fixture.folder)/log.lock"
    try await {
      let first = try await fixture.open(isExclusive: true)
      try await append(0..<2, to: first)
      let error = await #expect(throws: LogError.self) { try await fixture.open(isExclusive: true) }
      #expect(error == .locked(path: files))
      #expect("\(try #require(error))".contains("stop it first"))
      #expect(try await append(2..<3, to: first) == [2: 3])
    }()
    // The task that committed last lets go of the first a moment after it has answered.
    var (next, attempts): (Sequencer?, Int) = (nil, 0)
    while next == nil {
      do { next = try await fixture.open(isExclusive: true) } catch LogError.locked {
        attempts += 1
        try #require(attempts < 500)
        try await Task.sleep(for: .milliseconds(10))
      }
    }
    #expect(next?.published.size == 4)
  }

  @Test func `One flipped bit in any file of the folder is named with its byte`() async throws {
    let fixture = try await made(entries: 299)
    var random = SplitMix64(state: FaultSeeds.all.lowerBound)
    let paths = TileRange(to: 300).map(\.path) + ["checkpoint"]
    for path in paths {
      let file = URL(filePath: "\(fixture.folder)/log/\(path)")
      let bytes = try Data(contentsOf: file)
      for _ in 0..<6 {
        var changed = bytes
        let at = Int.random(in: 0..<bytes.count, using: &random)
        changed[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        try changed.write(to: file)
        let error = await #expect(throws: (any Error).self, "\(path) byte \(at)") { try await fixture.open() }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(path) && text.contains("at byte \(at)"), "\(path) byte \(at): \(text)")
      }
      try bytes.write(to: file)
    }
    #expect(try await fixture.open().published.size == 300)
  }

  @Test func `A truncated tile is named with its length`() async throws {
    let fixture = try await made(entries: 299)
    for path in ["tile/0/000", "tile/entries/000", "tile/1/000.p/1"] {
      let file = URL(filePath: "\(fixture.folder)/log/\(path)")
      let bytes = try Data(contentsOf: file)
      for length in [0, 7, bytes.count - 1] {
        try bytes.prefix(length).write(to: file)
        let error = await #expect(throws: AuditFailure.self) { try await fixture.open() }
        #expect(error?.path == path && error?.offset == length, "\(String(describing: error))")
      }
      try bytes.write(to: file)
    }
  }

  /// Bits that no entry, claim or head hangs on may be anything: then the log is the same as before.
  @Test func `One flipped bit in the database is refused, or nothing that the log says hangs on it`() async throws {
    let fixture = try await made(entries: 400)
    let expected = try await append(0..<400, to: try await fixture.open())
    let file = URL(filePath: "\(fixture.folder)/storage.sqlite")
    try await SQLiteDatabase(path: file.path, migrations: fixture.migrations).overwriteDeleted()
    let intact = try fixture.copy(to: "\(scratch.path)/intact")
    let bytes = try Data(contentsOf: URL(filePath: "\(intact.folder)/storage.sqlite"))
    var random = SplitMix64(state: FaultSeeds.all.lowerBound)
    var refused = 0
    for _ in 0..<TestSize.pick(60, long: 5000) {
      try fixture.remove()
      _ = try intact.copy(to: fixture.folder)
      for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + suffix) }
      var changed = bytes
      let at = Int.random(in: 0..<bytes.count, using: &random)
      changed[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      try changed.write(to: file)
      guard let log = try? await fixture.open() else {
        refused += 1
        continue
      }
      do {
        let indices = try await append(0..<400, to: log)
        #expect((indices == expected) as Bool, "byte \(at)")
      } catch { Issue.record("byte \(at): \(error)") }
      #expect(log.published.size == 401, "byte \(at)")
    }
    #expect(refused > 5)
  }

  @Test func `A folder from an older backup is refused, and nothing is signed over it`() async throws {
    let fixture = try await made(entries: 3)
    let old = try fixture.copy(to: "\(scratch.path)/old")
    try await append(3..<9, to: try await fixture.open())
    try FileManager.default.removeItem(atPath: "\(fixture.folder)/log")
    try FileManager.default.copyItem(atPath: "\(old.folder)/log", toPath: "\(fixture.folder)/log")
    let before = try Data(contentsOf: URL(filePath: "\(fixture.folder)/log/checkpoint"))
    let error = await #expect(throws: AuditFailure.self) { try await fixture.open() }
    #expect(error?.path != nil)
    #expect(try Data(contentsOf: URL(filePath: "\(fixture.folder)/log/checkpoint")) == before)
  }

  @Test func `An audit of what is new passes over rot to the left and finds it at the edge`() async throws {
    let fixture = try await made(entries: 599)
    try await append(599..<610, to: try await fixture.open())
    func flip(_ path: String) throws {
      let file = URL(filePath: "\(fixture.folder)/log/\(path)")
      var bytes = try Data(contentsOf: file)
      bytes[40] ^= 1
      try bytes.write(to: file)
    }
    try flip("tile/entries/000")
    _ = try await fixture.open(audit: .new)
    await #expect(throws: LogContradiction.self) { try await fixture.open(audit: .full) }
    try flip("tile/entries/000")
    try flip("tile/entries/002.p/99")
    await #expect(throws: LogContradiction.self) { try await fixture.open(audit: .new) }
  }

  @Test func `A statement lies beside its entry until it is erased, and its proofs stay`() async throws {
    let fixture = try await made(entries: 5)
    let log = try await fixture.open()
    let digest = logEntry(3).digest
    #expect(try await log.statement(digest) == logEntry(3).statement)
    #expect(try await log.eraseStatement(digest))
    #expect(try await log.statement(digest) == nil)
    #expect(try await !log.eraseStatement(digest))
    for suffix in ["", "-wal"] {
      let bytes = try Data(contentsOf: URL(filePath: "\(fixture.folder)/storage.sqlite\(suffix)"))
      #expect(bytes.range(of: Data(logEntry(3).statement)) == nil)
    }
    let found = try await log.find(digest)
    let index = try #require(found?.index)
    try await requireIncluded([3: index], in: try await fixture.open(), policy: fixture.policy)
  }
}
