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
  /// Where the suite has its rows, and where a restored one gets them.
  var backend = Backend.sqlite
  var target = Backend.sqlite

  var data: String { "\(scratch.path)/data" }
  var backup: String { "\(scratch.path)/backup" }
  var restored: String { "\(scratch.path)/restored" }

  /// A suite whose log has `entries` and the genesis, with blobs, an outbox, a ledger, keys and things that no backup has.
  func makeSuite(entries: Int = 5) async throws -> Sequencer {
    let outbox = try await Outbox(place("orchestrator", in: data))
    try await outbox.keep(LogHead(origin: "a", vkey: "k", size: 3, root: SHA256.hash([3])))
    _ = try await LedgerStore(place("attribution", in: data))
    _ = try await VerdictStore(place("verification", in: data)).ask(
      ReceiptID(unixMs: 1, random: [UInt8](repeating: 1, count: 10)), receipt: SHA256.hash([1]), payload: [1], unixMs: 1
    )
    let blobs = try await self.blobs(in: data)
    let put = try await blobs.put((0..<entries).map { Array("statement \($0)".utf8) })
    try await blobs.refer(to: put, 11)
    let log = try await LogFixture(
      folder: "\(data)/storage", kind: BackendKind(blobs: .filesystem, rows: backend)
    ).open()
    try await append(0..<entries, to: log)
    for (path, text) in [
      ("trust.json", "{}"), ("storage/registration.json", "[]"), ("token", "t"), ("storage/keys/checkpoint.key", "c"),
      ("up/keys/k.begin.cose", "s"),
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
  func blobs(in data: String) async throws -> BlobStore {
    BlobStore(
      backend: try FileBackend(folder: "\(data)/storage/blobs"),
      catalogue: BlobCatalogue(try await place("storage", in: data).open(StorageSchema.schema)))
  }

  /// Where a service of a data folder has its rows.
  func place(_ service: String, in data: String) throws -> DatabaseLocation {
    let files = [
      "orchestrator": "outbox", "attribution": "ledger", "verification": "verdicts", "storage": "storage",
    ]
    return try (data == restored ? target : backend)
      .location("\(data)/\(service)/\(files[service] ?? "").sqlite")
  }

  func places(in data: String) throws -> [String: DatabaseLocation] {
    guard (data == restored ? target : backend) == .postgres else { return [:] }
    return try Dictionary(
      uniqueKeysWithValues: ["orchestrator", "attribution", "verification", "storage"].map {
        ($0, try place($0, in: data))
      })
  }

  @discardableResult
  func back(up target: String? = nil, keys: Bool = false, fault: @escaping BackupFault = { _ in }) throws
    -> BackupManifest
  {
    var backup = SuiteBackup(data: data, target: target ?? self.backup, withKeys: keys, unixMs: 7)
    backup.rows = try places(in: data)
    backup.fault = fault
    return try backup.run()
  }

  func restore(
    _ change: (inout SuiteRestore) -> Void = { _ in }
  ) throws -> BackupManifest {
    var restore = SuiteRestore(backup: backup, data: restored)
    restore.rows = try places(in: restored)
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
