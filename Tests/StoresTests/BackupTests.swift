import Cryptography
import Foundation
import MerkleLog
import Receipts
import Synchronization
import Testing

@testable import Stores

/// Backups of a small suite's data folder, and what is made from them.
@Suite struct BackupTests {
  let scratch = Scratch()

  var data: String { "\(scratch.path)/data" }
  var backup: String { "\(scratch.path)/backup" }
  var restored: String { "\(scratch.path)/restored" }

  /// A suite whose log has `entries` and the genesis, with blobs, an outbox, a ledger, keys and things that no backup has.
  func makeSuite(entries: Int = 5) async throws -> Sequencer {
    let outbox = try await Outbox(.sqlite(path: "\(data)/orchestrator/outbox.sqlite"))
    try await outbox.keep(LogHead(origin: "a", vkey: "k", size: 3, root: SHA256.hash([3])))
    _ = try await LedgerStore(.sqlite(path: "\(data)/attribution/ledger.sqlite"))
    let blobs = try BlobStore(folder: "\(data)/storage/blobs")
    _ = try await blobs.put((0..<entries).map { Array("statement \($0)".utf8) })
    let log = try await LogFixture(folder: "\(data)/storage").open()
    try await append(0..<entries, to: log)
    for (path, text) in [
      ("trust.json", "{}"), ("storage/registration.json", "[]"), ("token", "t"), ("storage/keys/checkpoint.key", "c"),
      ("orchestrator/keys/receipt.key", "r"), ("inference/models/m/model.gguf", "big"),
      ("inference/models/m/manifest.cose", "m"),
    ] {
      let url = URL(filePath: "\(data)/\(path)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    return log
  }

  @discardableResult
  func back(up target: String? = nil, keys: Bool = false, fault: @escaping BackupFault = { _ in }) throws
    -> BackupManifest
  {
    var backup = SuiteBackup(data: data, target: target ?? self.backup, withKeys: keys, unixMs: 7)
    backup.fault = fault
    return try backup.run()
  }

  func restore(
    _ change: (inout SuiteRestore) -> Void = { _ in }
  ) throws -> BackupManifest {
    var restore = SuiteRestore(backup: backup, data: restored)
    change(&restore)
    return try restore.run()
  }

  /// Path and bytes of every file, without what an open database may move.
  func image(_ folder: String) -> [String: Data] {
    let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return Dictionary(
      uniqueKeysWithValues: paths.filter { !$0.hasSuffix("-shm") && !$0.hasSuffix("-wal") }.compactMap { path in
        FileManager.default.contents(atPath: "\(folder)/\(path)").map { (path, $0) }
      })
  }

  @Test func `A backup of a running suite becomes a suite whose log goes on`() async throws {
    let log = try await makeSuite(entries: 300)
    let before = image(data)
    let manifest = try back()
    #expect(image(data) == before)
    #expect(manifest.logSize == 301 && !manifest.hasKeys)
    // What comes later is not in it.
    try await append(300..<310, to: log)
    #expect(try restore() == manifest)
    let again = try await LogFixture(folder: "\(restored)/storage").open()
    #expect(again.published.size == 301)
    #expect(again.published.head?.checkpoint.root == manifest.logRoot)
    #expect(try await append(0..<310, to: again).count == 310)
    let outbox = try await Outbox(.sqlite(path: "\(restored)/orchestrator/outbox.sqlite"))
    #expect(try await outbox.head()?.size == 3)
    let blob = try await BlobStore(folder: "\(restored)/storage/blobs").get(BlobName(of: Array("statement 7".utf8)))
    #expect(blob == Array("statement 7".utf8))
  }

  @Test func `A backup taken while appends run holds a whole log`() async throws {
    let log = try await makeSuite()
    let blobs = try BlobStore(folder: "\(data)/storage/blobs")
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
      let manifest = try back()
      isDone.set()
      try await group.waitForAll()
      #expect(try restore() == manifest)
      #expect(try await LogFixture(folder: "\(restored)/storage").open().published.size == manifest.logSize)
    }
  }

  @Test func `Keys are copied when asked, and never the one that numbers receipts`() async throws {
    _ = try await makeSuite()
    #expect(try back().files.allSatisfy { !$0.path.hasSuffix(".key") && $0.path != "token" })
    let paths = Set(try back(up: "\(scratch.path)/with", keys: true).files.map(\.path))
    #expect(paths.isSuperset(of: ["token", "storage/keys/checkpoint.key"]))
    #expect(!paths.contains("orchestrator/keys/receipt.key"))
    #expect(paths.filter { $0.hasPrefix("inference/models") } == ["inference/models/m/manifest.cose"])
  }

  @Test func `Stopped at any step, a backup leaves the suite as it was and is no backup until it is whole`()
    async throws
  {
    _ = try await makeSuite()
    let before = image(data)
    for step in 1... {
      let target = "\(scratch.path)/backup-\(step)"
      let count = Mutex(0)
      let stop: BackupFault = { _ in
        if count.withLock({
          $0 += 1; return $0
        }) == step {
          throw Stopped()
        }
      }
      let outcome = Result { try back(up: target, fault: stop) }
      #expect(image(data) == before)
      let restore = SuiteRestore(backup: target, data: "\(scratch.path)/from-\(step)")
      if case .success = outcome {
        #expect(step > 10)
        break
      }
      let reached = FileManager.default.fileExists(atPath: "\(target)/\(BackupManifest.name)")
      if reached {
        #expect(try restore.run().logSize == 6)
      } else {
        #expect(throws: BackupError.incomplete(path: target)) { try restore.run() }
        #expect(!FileManager.default.fileExists(atPath: restore.data))
        #expect(throws: BackupError.notEmpty(path: target)) { try back(up: target) }
      }
    }
  }

  @Test func `Stopped at any step, a restore leaves the backup as it was and a folder that is whole or not there`()
    async throws
  {
    _ = try await makeSuite()
    let manifest = try back()
    let before = image(backup)
    for step in 1... {
      let count = Mutex(0)
      let outcome = Result {
        try restore {
          $0.fault = { _ in
            if count.withLock({
              $0 += 1; return $0
            }) == step {
              throw Stopped()
            }
          }
        }
      }
      #expect(image(backup) == before)
      if FileManager.default.fileExists(atPath: restored) {
        #expect(image(restored).count == manifest.files.count)
        #expect(try await LogFixture(folder: "\(restored)/storage").open().published.size == 6)
        #expect(throws: BackupError.notEmpty(path: restored)) { try restore() }
        try FileManager.default.removeItem(atPath: restored)
      } else {
        #expect(throws: BackupError.leftover(path: "\(restored).restoring")) { try restore() }
        try FileManager.default.removeItem(atPath: "\(restored).restoring")
      }
      if case .success = outcome { return #expect(step > 10) }
    }
  }

  @Test func `Any changed, shortened or missing file is found and named, and nothing is made`() async throws {
    _ = try await makeSuite()
    for file in try back().files {
      let url = URL(filePath: "\(backup)/\(file.path)")
      let bytes = try Data(contentsOf: url)
      var changed = bytes
      changed[changed.count / 2] ^= 1
      for damage in [changed, bytes.dropLast(), bytes + [0], nil] {
        if let damage { try damage.write(to: url) } else { try FileManager.default.removeItem(at: url) }
        let error = #expect(throws: BackupError.self) { try restore() }
        guard case .damaged(file.path, _) = error else { throw Stopped() }
        #expect(!FileManager.default.fileExists(atPath: restored))
        try FileManager.default.removeItem(atPath: "\(restored).restoring")
      }
      try bytes.write(to: url)
    }
    _ = try restore()
  }

  @Test func `A manifest that is another, hostile or not canonical is refused`() async throws {
    _ = try await makeSuite()
    let digest = try back().digest()
    let url = URL(filePath: "\(backup)/\(BackupManifest.name)")
    let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    #expect(throws: BackupError.self) { try restore { $0.expected = SHA256.hash([]) } }
    for (old, new) in [
      ("\"version\":1", "\"version\":2"), ("\"path\":\"trust.json\"", "\"path\":\"../trust.json\""),
      ("\"path\":\"trust.json\"", "\"path\":\"/etc/passwd\""), ("\"path\":\"trust.json\"", "\"path\":\"a//b\""),
      ("\"path\":\"trust.json\"", "\"path\":\"backup.json\""), ("{\"created", "{ \"created"),
      ("\"log_size\":\"6\"", "\"log_size\":6"), ("\"bytes\":\"2\"", "\"bytes\":\"-2\""), ("}]", "}"),
      ("sha256", "sha1"),
    ] {
      #expect(text.contains(old), "\(old)")
      try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: url)
      let error = #expect(throws: BackupError.self, "\(new)") { try restore() }
      guard case .manifest = error else { throw Stopped() }
      #expect(!FileManager.default.fileExists(atPath: restored))
    }
    try Data(text.utf8).write(to: url)
    _ = try restore { $0.expected = digest }
  }

  @Test func `A backup behind a head that was kept, or of another log, is refused and says what to do`() async throws {
    let log = try await makeSuite()
    let early = try #require(log.published.head?.checkpoint)
    _ = try back()
    try await append(5..<9, to: log)
    let late = try #require(log.published.head?.checkpoint)
    let error = #expect(throws: BackupError.behind(kept: 10, backup: 6)) { try restore { $0.kept = late } }
    #expect("\(try #require(error))".contains("new origin"))
    let forked = try Checkpoint(origin: LogFixture.origin, size: 4, root: SHA256.hash([4]))
    #expect(throws: BackupError.otherLog(size: 4)) { try restore { $0.kept = forked } }
    #expect(!FileManager.default.fileExists(atPath: restored))
    #expect(try restore { $0.kept = early }.logSize == 6)
  }

  @Test func `What cannot be backed up whole is not backed up`() async throws {
    _ = try await makeSuite()
    #expect(throws: BackupError.noSuite(path: "\(scratch.path)/none")) {
      try SuiteBackup(data: "\(scratch.path)/none", target: backup, withKeys: false, unixMs: 0).run()
    }
    let name = BlobName(of: Array("statement 2".utf8))
    let blob = URL(filePath: "\(data)/storage/blobs/\(BlobStore.place(of: name))")
    let bytes = try Data(contentsOf: blob)
    try Data("rot".utf8).write(to: blob)
    let rotten = #expect(throws: BackupError.self) { try back(up: "\(scratch.path)/1") }
    guard case .damagedSource(blob.path, _) = rotten else { throw Stopped() }
    try FileManager.default.removeItem(at: blob)
    #expect(throws: BackupError.missingBlob(name: "\(name)")) { try back(up: "\(scratch.path)/2") }
    try bytes.write(to: blob)
    let tile = URL(filePath: "\(data)/storage/log/tile/0/000.p/6")
    let hashes = try Data(contentsOf: tile)
    try Data(hashes.reversed()).write(to: tile)
    #expect(throws: AuditFailure.self) { try back(up: "\(scratch.path)/3") }
    try hashes.write(to: tile)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: "\(data)/orchestrator/outbox.sqlite\(suffix)")
    }
    let elsewhere = #expect(throws: BackupError.self) { try back(up: "\(scratch.path)/4") }
    #expect("\(try #require(elsewhere))".contains("pg_dump"))
  }
}

private final class Flag: Sendable {
  private let value = Mutex(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}
