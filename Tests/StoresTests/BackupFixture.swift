import Cryptography
import Foundation
import MerkleLog
import Receipts
import Synchronization
import Testing

@testable import Stores

/// The data folder of a small suite, its backup, and what is made from that.
struct BackupFixture {
  let scratch = Scratch()

  var data: String { "\(scratch.path)/data" }
  var backup: String { "\(scratch.path)/backup" }
  var restored: String { "\(scratch.path)/restored" }

  /// A suite whose log has `entries` and the genesis, with blobs, an outbox, a ledger, keys and things that no backup has.
  func makeSuite(entries: Int = 5) async throws -> Sequencer {
    let outbox = try await Outbox(.sqlite(path: "\(data)/orchestrator/outbox.sqlite"))
    try await outbox.keep(LogHead(origin: "a", vkey: "k", size: 3, root: SHA256.hash([3])))
    _ = try await LedgerStore(.sqlite(path: "\(data)/attribution/ledger.sqlite"))
    let blobs = try self.blobs(in: data)
    let put = try await blobs.put((0..<entries).map { Array("statement \($0)".utf8) })
    try await blobs.refer(to: put, 11)
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

  /// The blobs of a data folder.
  func blobs(in data: String) throws -> BlobStore {
    BlobStore(
      backend: try FileBackend(folder: "\(data)/storage/blobs"),
      catalogue: BlobCatalogue(
        try SQLiteDatabase(path: "\(data)/storage/storage.sqlite", schema: StorageSchema.schema)))
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

  /// Stops at the n-th step from 1.
  static func stop(at step: Int) -> BackupFault {
    let count = Mutex(0)
    return { _ in
      let now = count.withLock { count in
        count += 1
        return count
      }
      if now == step { throw Stopped() }
    }
  }
}
