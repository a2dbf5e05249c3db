import Cryptography
import Foundation
import MerkleLog
import Receipts
import Synchronization
import Testing

@testable import Stores

/// What a backup holds, and the suite that is made from it.
@Suite struct BackupTests {
  let suite = BackupFixture()

  @Test func `A backup of a running suite becomes a suite whose log goes on`() async throws {
    let log = try await suite.makeSuite(entries: 300)
    let before = suite.image(suite.data)
    let manifest = try suite.back()
    #expect(suite.image(suite.data) == before)
    #expect(manifest.logSize == 301 && !manifest.hasKeys)
    // What comes later is not in it.
    try await append(300..<310, to: log)
    #expect(try suite.restore() == manifest)
    let again = try await LogFixture(folder: "\(suite.restored)/storage").open()
    #expect(again.published.size == 301)
    #expect(again.published.head?.checkpoint.root == manifest.logRoot)
    #expect(try await append(0..<310, to: again).count == 310)
    let outbox = try await Outbox(.sqlite(path: "\(suite.restored)/orchestrator/outbox.sqlite"))
    #expect(try await outbox.head()?.size == 3)
    let blob = try await BlobStore(folder: "\(suite.restored)/storage/blobs").get(
      BlobName(of: Array("statement 7".utf8)))
    #expect(blob == Array("statement 7".utf8))
  }

  @Test func `A backup taken while appends run holds a whole log`() async throws {
    let log = try await suite.makeSuite()
    let blobs = try BlobStore(folder: "\(suite.data)/storage/blobs")
    let isDone = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var number = 5
        while !isDone.isSet {
          // As the service does: the statement is durable before its entry.
          _ = try await blobs.put((number..<number + 40).map { Array("statement \($0)".utf8) })
          try await append(number..<number + 40, to: log)
          number += 40
        }
      }
      defer { isDone.set() }
      while log.published.size < 280 { await Task.yield() }
      let manifest = try suite.back()
      isDone.set()
      try await group.waitForAll()
      #expect(try suite.restore() == manifest)
      #expect(try await LogFixture(folder: "\(suite.restored)/storage").open().published.size == manifest.logSize)
    }
  }

  @Test func `Keys are copied when asked, and never the one that numbers receipts`() async throws {
    _ = try await suite.makeSuite()
    #expect(try suite.back().files.allSatisfy { !$0.path.hasSuffix(".key") && $0.path != "token" })
    let paths = Set(try suite.back(up: "\(suite.scratch.path)/with", keys: true).files.map(\.path))
    #expect(paths.isSuperset(of: ["token", "storage/keys/checkpoint.key"]))
    #expect(!paths.contains("orchestrator/keys/receipt.key"))
    #expect(paths.filter { $0.hasPrefix("inference/models") } == ["inference/models/m/manifest.cose"])
  }

  @Test func `A backup behind a head that was kept, or of another log, is refused and says what to do`() async throws {
    let log = try await suite.makeSuite()
    let early = try #require(log.published.head?.checkpoint)
    _ = try suite.back()
    try await append(5..<9, to: log)
    let late = try #require(log.published.head?.checkpoint)
    let error = #expect(throws: BackupError.behind(kept: 10, backup: 6)) { try suite.restore { $0.kept = late } }
    #expect("\(try #require(error))".contains("new origin"))
    let forked = try Checkpoint(origin: LogFixture.origin, size: 4, root: SHA256.hash([4]))
    #expect(throws: BackupError.otherLog(size: 4)) { try suite.restore { $0.kept = forked } }
    #expect(!FileManager.default.fileExists(atPath: suite.restored))
    #expect(try suite.restore { $0.kept = early }.logSize == 6)
  }

  @Test func `What cannot be backed up whole is not backed up`() async throws {
    _ = try await suite.makeSuite()
    #expect(throws: BackupError.noSuite(path: "\(suite.scratch.path)/none")) {
      try SuiteBackup(data: "\(suite.scratch.path)/none", target: suite.backup, withKeys: false, unixMs: 0).run()
    }
    let name = BlobName(of: Array("statement 2".utf8))
    let blob = URL(filePath: "\(suite.data)/storage/blobs/\(BlobStore.place(of: name))")
    let bytes = try Data(contentsOf: blob)
    try Data("rot".utf8).write(to: blob)
    let rotten = #expect(throws: BackupError.self) { try suite.back(up: "\(suite.scratch.path)/1") }
    guard case .damagedSource(blob.path, _) = rotten else { throw Stopped() }
    try FileManager.default.removeItem(at: blob)
    #expect(throws: BackupError.missingBlob(name: "\(name)")) { try suite.back(up: "\(suite.scratch.path)/2") }
    try bytes.write(to: blob)
    let tile = URL(filePath: "\(suite.data)/storage/log/tile/0/000.p/6")
    let hashes = try Data(contentsOf: tile)
    try Data(hashes.reversed()).write(to: tile)
    #expect(throws: AuditFailure.self) { try suite.back(up: "\(suite.scratch.path)/3") }
    try hashes.write(to: tile)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: "\(suite.data)/orchestrator/outbox.sqlite\(suffix)")
    }
    let elsewhere = #expect(throws: BackupError.self) { try suite.back(up: "\(suite.scratch.path)/4") }
    #expect("\(try #require(elsewhere))".contains("pg_dump"))
  }
}

private final class Flag: Sendable {
  private let value = Mutex(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}
