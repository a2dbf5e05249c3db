import Cryptography
import Foundation
import MerkleLog
import Testing

@testable import Stores

/// A stored log that contradicts itself is not started.
@Suite struct LogStartTests {
  let scratch = Scratch()

  func made(
    _ name: String = "log", entries: Int, kind: BackendKind = .files
  ) async throws -> LogFixture {
    let fixture = try LogFixture(folder: "\(scratch.path)/\(name)", kind: kind)
    try await append(0..<entries, to: try await fixture.open())
    return fixture
  }

  func contradiction(_ fixture: LogFixture) async -> LogContradiction? {
    await #expect(throws: LogContradiction.self) { try await fixture.open() }
  }

  @Test func `One changed bit in any tile stops the start and is named`() async throws {
    let fixture = try await made(entries: 299)
    for tile in TileRange(to: 300) {
      let file = URL(filePath: "\(fixture.folder)/log/\(tile.path)")
      let bytes = try Data(contentsOf: file)
      for position in [0, bytes.count / 2, bytes.count - 1] {
        var changed = bytes
        changed[position] ^= 0x10
        try changed.write(to: file)
        await #expect(throws: (any Error).self, "\(tile.path) byte \(position)") { try await fixture.open() }
      }
      try bytes.dropLast().write(to: file)
      let short = await #expect(throws: AuditFailure.self) { try await fixture.open() }
      #expect(short?.path == tile.path)
      try FileManager.default.removeItem(at: file)
      let missing = await #expect(throws: AuditFailure.self) { try await fixture.open() }
      #expect(missing?.path == tile.path)
      try bytes.write(to: file)
    }
    #expect(try await fixture.open().published.size == 300)
  }

  @Test func `One changed, shortened or missing object of a bucket stops the start`() async throws {
    let fixture = try await made(entries: 9, kind: BackendKind(blobs: .nanio, rows: .sqlite))
    let bucket = try fixture.bucket()
    let objects = try await bucket.list(prefix: "log/")
    // The checkpoint, and a bundle and a tile for each of the sizes 1 to 10 that were signed.
    #expect(objects.count >= 3 && objects.contains { $0.key == "log/tile/entries/000.p/10" })
    for key in ["log/checkpoint", "log/tile/entries/000.p/10", "log/tile/0/000.p/10"] {
      let bytes = try #require(try await bucket.get(key, from: 0, count: 10_000))
      var changed = bytes
      changed[bytes.count / 2] ^= 0x10
      for damage in [changed, bytes.dropLast(), nil] {
        if let damage { try await bucket.put(key, Array(damage)) } else { try await bucket.delete(key) }
        await #expect(throws: (any Error).self, "\(key)") { try await fixture.open() }
      }
      try await bucket.put(key, bytes)
    }
    #expect(try await fixture.open().published.size == 10)
  }

  @Test func `An entry changed in its bundle and in its tile is found in the rows`() async throws {
    let fixture = try await made(entries: 4)
    let other = SHA256.hash([9])
    for (path, at, bytes) in [
      ("tile/entries/000.p/5", 2 * 34 + 2, other.bytes), ("tile/0/000.p/5", 2 * 32, TreeHash.leaf(other.bytes).bytes),
    ] {
      let file = URL(filePath: "\(fixture.folder)/log/\(path)")
      var stored = Array(try Data(contentsOf: file))
      stored.replaceSubrange(at..<at + 32, with: bytes)
      try Data(stored).write(to: file)
    }
    guard case .entryRow(index: 2, _, let tile, _) = await contradiction(fixture) else {
      Issue.record("not found in the rows")
      return
    }
    #expect(tile == other.hex)
  }

  @Test func `A database older than the published checkpoint is refused, and no smaller tree is signed`() async throws {
    let fixture = try LogFixture(folder: "\(scratch.path)/log")
    let log = try await fixture.open()
    try await append(0..<4, to: log)
    try fixture.copyDatabase(to: "\(scratch.path)/backup")
    try await append(4..<9, to: log)
    let published = try Data(contentsOf: URL(filePath: "\(fixture.folder)/log/checkpoint"))
    try LogFixture(folder: "\(scratch.path)/backup").copyDatabase(to: fixture.folder)
    #expect(await contradiction(fixture) == .checkpointFileAhead(file: 10, database: 5))
    #expect(try Data(contentsOf: URL(filePath: "\(fixture.folder)/log/checkpoint")) == published)
  }

  @Test func `A lost database is not replaced by an empty log`() async throws {
    let fixture = try await made(entries: 4)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: "\(fixture.folder)/storage.sqlite\(suffix)")
    }
    #expect(await contradiction(fixture) == .checkpointFileAhead(file: 5, database: 0))
  }

  @Test func `A published checkpoint that is missing, old, foreign or another tree's is refused`() async throws {
    let fixture = try LogFixture(folder: "\(scratch.path)/log")
    let file = URL(filePath: "\(fixture.folder)/log/checkpoint")
    let log = try await fixture.open()
    let first = try Data(contentsOf: file)
    try await append(0..<2, to: log)
    try await append(2..<4, to: log)
    let newest = try Data(contentsOf: file)

    try FileManager.default.removeItem(at: file)
    guard case .checkpointFileMissing = await contradiction(fixture) else { throw Stopped() }
    try first.write(to: file)
    guard case .checkpointFileBehind(file: 1, database: 5, _) = await contradiction(fixture) else { throw Stopped() }
    var changed = newest
    changed[changed.count - 10] ^= 1
    try changed.write(to: file)
    guard case .checkpointFile = await contradiction(fixture) else { throw Stopped() }
    let signer = try NoteSigner(name: fixture.origin, key: fixture.key)
    let forked = try Checkpoint(origin: fixture.origin, size: 5, root: SHA256.hash([5])).signed(by: signer)
    try Data(forked.encoded).write(to: file)
    guard case .checkpointFileRoot(size: 5, _, _) = await contradiction(fixture) else { throw Stopped() }
    try newest.write(to: file)
    #expect(try await fixture.open().published.size == 5)
  }

  @Test func `Another origin or another checkpoint key does not open the log`() async throws {
    var fixture = try await made(entries: 1)
    fixture.origin = "log.example/other"
    guard case .headNote(let why) = await contradiction(fixture) else { throw Stopped() }
    #expect(why.contains("log.example/other"))
    fixture.origin = LogFixture.origin
    fixture.key = try SigningKey.generate()
    guard case .headNote = await contradiction(fixture) else { throw Stopped() }
  }

  @Test(arguments: [
    ("UPDATE entry SET digest = zeroblob(32) WHERE position = 2;", "entry 2 is"),
    ("DELETE FROM entry WHERE position = 4;", "the database has 4 entries"),
    ("DELETE FROM entry WHERE position = 2;", "entry 2 is"),
    ("DROP TRIGGER claimant_never_changes; UPDATE claimant SET kind = 'other';", "entry 1"),
    ("DROP TRIGGER claimant_never_leaves; DELETE FROM claimant;", "entry 1"),
    ("UPDATE head SET root = zeroblob(32);", "disagrees with its own note"),
    ("UPDATE head SET size = 4, previous_size = 2;", "disagrees with its own note"),
    ("UPDATE head SET note = NULL;", "disagrees with its own note"),
    ("DELETE FROM head;", "the row is gone"),
  ])
  func `Rows changed by hand are found`(sql: String, word: String) async throws {
    var fixture = try await made(entries: 4)
    let triggers = "DROP TRIGGER head_never_shrinks; DROP TRIGGER entry_never_leaves; DROP TRIGGER entry_never_changes;"
    fixture.migrations.append(Migration("by hand", triggers + sql))
    let error = await #expect(throws: (any Error).self) { try await fixture.open() }
    #expect("\(try #require(error))".contains(word), "\(String(describing: error))")
  }

  @Test(arguments: [
    "UPDATE head SET size = 3;", "UPDATE head SET note = zeroblob(3);", "DELETE FROM entry;",
    "UPDATE entry SET digest = zeroblob(32) WHERE position = 1;", "DELETE FROM claimant;",
    "UPDATE claimant SET kind = 'other';",
  ])
  func `The database itself refuses to shrink or change the log`(sql: String) async throws {
    var fixture = try await made(entries: 4)
    fixture.migrations.append(Migration("by hand", sql))
    await #expect(throws: SchemaError.self) { try await fixture.open() }
  }

  @Test(arguments: BackendKind.allCases)
  func `A head is swapped only for the one it was, and only for a larger one`(_ kind: BackendKind) async throws {
    let fixture = try await made(entries: 4, kind: kind)
    let rows = LogRows(try await fixture.database())
    let head = try await rows.unsettled().head
    func moved(_ size: UInt64, root: Digest32) -> SignedHead {
      SignedHead(size: size, previousSize: min(size, 5), root: root, note: [1])
    }
    for size in [UInt64(1), 4, 5] {
      await #expect(throws: (any Error).self) { try await rows.swap(head, for: moved(size, root: head.root)) }
    }
    await #expect(throws: LogError.headMoved(expected: 5, found: 5)) {
      try await rows.swap(moved(5, root: SHA256.hash([1])), for: moved(6, root: head.root))
    }
    #expect(try await rows.unsettled().head == head)
  }

  @Test(arguments: BackendKind.allCases)
  func `Two writers of one log cannot both sign`(_ kind: BackendKind) async throws {
    let fixture = try LogFixture(folder: "\(scratch.path)/log", kind: kind)
    let (one, two) = (try await fixture.open(), try await fixture.open())
    try await append(0..<3, to: one)
    // The second has an old edge; it reads the new one from the tiles, and continues the same tree.
    let later = try await append(3..<6, to: two)
    #expect(Set(later.values) == [4, 5, 6])
    #expect(try await fixture.open().published.size == 7)
  }
}
