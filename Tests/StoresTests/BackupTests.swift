import Cryptography
import Foundation
import MerkleLog
import Receipts
import Synchronization
import Testing

@testable import Stores

/// What a backup holds, and the suite that is made from it.
@Suite struct BackupTests {
  var suite = BackupFixture()

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
    let blobs = try await suite.blobs(in: suite.restored)
    let blob = Array("statement 7".utf8)
    #expect(try await blobs.backend.read(BlobObject(BlobName(of: blob)), from: 0, count: 100) == blob)
    #expect(try await blobs.catalogue.retention(of: BlobName(of: blob)) == [.opening])
  }

  @Test(arguments: Backend.long)
  func `A backup taken while appends run holds a whole log`(_ backend: Backend) async throws {
    var suite = suite
    suite.backend = backend
    let log = try await suite.makeSuite()
    let blobs = try await suite.blobs(in: suite.data)
    let isDone = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var number = 5
        while !isDone.isSet {
          // Blobs to which nobody refers yet.
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

  @Test func `Blobs in an S3 store are not copied, and the backup says where they are`() async throws {
    _ = try await suite.makeSuite()
    #expect(try suite.back().blobsAt == nil)
    let place = StoragePlace.s3(
      S3Place(endpoint: "http://s3.example:9000", bucket: "b", region: "r", keyFile: "k"))
    #expect(try await suite.blobs(in: suite.data).catalogue.remember(place) == "files")
    try FileManager.default.removeItem(atPath: "\(suite.data)/storage/blobs")
    try FileManager.default.removeItem(atPath: suite.backup)
    let manifest = try suite.back()
    #expect(manifest.blobsAt == "s3 http://s3.example:9000/b")
    #expect(try suite.restore() == manifest)
  }

  @Test func `A backup is made before an upgrade too, and holds the blobs of the older rows`() async throws {
    _ = try await suite.makeSuite(entries: 1)
    let path = "\(suite.data)/storage/storage.sqlite"
    let (entries, head) = try await LogFixture(folder: "\(suite.data)/storage").database().read { db in
      (try db.rows("SELECT position, digest, registered_unix_ms FROM entry ORDER BY position"), try LogRows.head(db))
    }
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    let older = Array(StorageSchema.migrations.prefix(BlobSchema.version - 1))
    let database = try SQLiteDatabase(path: path, schema: Schema(service: "storage", older))
    try await database.write { db in
      for row in entries {
        try db.run(
          "INSERT INTO entry (position, digest, registered_unix_ms) VALUES (?, ?, ?)",
          [row["position"] as Int64, row["digest"] as Digest32, row["registered_unix_ms"] as Int64])
      }
      try db.run(
        "UPDATE head SET size = ?, previous_size = ?, root = ?, note = ?",
        [Int64(head.size), Int64(head.previousSize), head.root, head.note])
    }
    let name = BlobName(of: Array("statement 0".utf8))
    try await database.write { db in
      _ = try db.run("INSERT INTO blob (digest, retention, bytes) VALUES (?, 'opening', 11)", [name.digest])
    }
    #expect(try suite.back().files.contains { $0.path.hasSuffix("\(name)") })
    try FileManager.default.removeItem(atPath: "\(suite.data)/storage/blobs/\(FileBackend.place(of: name))")
    #expect(throws: BackupError.missingBlob(name: "\(name)")) { try suite.back(up: "\(suite.scratch.path)/2") }
  }

  @Test func `Keys are copied when asked, and never the one that numbers receipts`() async throws {
    _ = try await suite.makeSuite()
    let openings = "\(suite.data)/contributors/ada/openings"
    try FileManager.default.createDirectory(atPath: openings, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: URL(filePath: "\(openings)/corpus.json"))
    #expect(
      try suite.back().files.allSatisfy {
        !$0.path.hasSuffix(".key") && $0.path != "token" && !$0.path.hasPrefix("contributors")
      })
    let paths = Set(try suite.back(up: "\(suite.scratch.path)/with", keys: true).files.map(\.path))
    #expect(paths.isSuperset(of: ["token", "storage/keys/checkpoint.key", "contributors/ada/openings/corpus.json"]))
    #expect(!paths.contains("orchestrator/keys/receipt.key"))
    #expect(paths.contains("up/keys/k.begin.cose"))
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
    let blob = URL(filePath: "\(suite.data)/storage/blobs/\(FileBackend.place(of: name))")
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
    #expect("\(try #require(elsewhere))".contains("COLOPHON_ORCHESTRATOR_DATABASE"))
  }
}

private final class Flag: Sendable {
  private let value = Mutex(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}
