internal import Cryptography
internal import Glibc
internal import MerkleLog

/// A copy of all that a suite on one machine keeps, made while it runs.
///
/// The databases are copied in the order in which a request needs them done: first the orchestrator's, last storage's.
/// So whatever the copied outbox has seen acknowledged is in the copied ledger and log. The log's files are those of the
/// head that the copied database has signed, and no later ones. Blobs in an S3 store are not copied: the manifest says where
/// they are. Uploads in progress are not either: after a restore they begin again.
public struct SuiteBackup: Sendable {
  static let databases = ["orchestrator/outbox.sqlite", "attribution/ledger.sqlite", "storage/storage.sqlite"]
  /// Copied before storage's, where it is: verification may keep no rows, and kept none before it had a queue.
  static let verdicts = "verification/verdicts.sqlite"
  /// Besides databases, log and blobs.
  static let files = [
    "trust.json", "storage/registration.json", "up/checkpoint", "verification/log-head.json",
  ]
  /// Not the orchestrator's: its outbox is older than what it has numbered since, and a key that numbers twice would have
  /// two receipts of one number (FORMAT section 3). It makes a new one.
  static let keys = [
    "token", "operator/keys/signing.key", "inference/keys/execution.key", "verification/keys/verdict.key",
    "attribution/keys/attribution.key", "storage/keys/custody.key", "storage/keys/checkpoint.key",
    "storage/keys/log-receipt.key",
  ]

  public let data: String
  public let target: String
  public let withKeys: Bool
  public let unixMs: UInt64
  var fault: BackupFault = { _ in }

  /// - Parameter target: a folder that does not exist or is empty.
  public init(data: String, target: String, withKeys: Bool, unixMs: UInt64) {
    self.data = data
    self.target = target
    self.withKeys = withKeys
    self.unixMs = unixMs
  }

  /// Makes the backup. Waits for the disk on the calling thread. Errors: ``BackupError``, `AuditFailure`.
  public func run() throws -> BackupManifest {
    guard access("\(data)/storage/log", F_OK) == 0 else { throw BackupError.noSuite(path: data) }
    let folder = try BackupFolder(target, fault: fault)
    try fault(.begun)
    var head: SignedHead?
    for path in Self.databases {
      if path.hasPrefix("storage/"), access("\(data)/\(Self.verdicts)", F_OK) == 0 {
        _ = try database(Self.verdicts, folder)
      }
      head = try database(path, folder) ?? head
    }
    guard let head, let note = head.note else { throw BackupError.noSuite(path: data) }
    try copyLog(head, note, folder)
    try copyBlobs("storage/blobs", folder)
    let blobsAt = try requireBlobs()
    for model in try BackupFolder.names("\(data)/inference/models") {
      // Weights can be fetched again; another signature about them would contradict the one in the log.
      let path = "inference/models/\(model)/manifest.cose"
      try folder.copy("\(data)/\(path)", to: path)
    }
    for path in Self.files + (withKeys ? Self.keys : []) { try folder.copy("\(data)/\(path)", to: path) }
    try folder.sync()
    try fault(.durable)
    let manifest = BackupManifest(
      createdUnixMs: unixMs, hasKeys: withKeys, logSize: head.size, logRoot: head.root, blobsAt: blobsAt,
      files: folder.files.sorted { $0.path < $1.path })
    try folder.write(manifest.encoded(), to: "\(BackupManifest.name).new")
    try fault(.manifestWritten)
    guard rename("\(target)/\(BackupManifest.name).new", "\(target)/\(BackupManifest.name)") == 0 else {
      throw BackupError.last("rename", "\(target)/\(BackupManifest.name).new")
    }
    try folder.sync()
    try fault(.finished)
    return manifest
  }

  /// Copies a database; returns the log's head when it is the one that has it.
  private func database(_ path: String, _ folder: BackupFolder) throws -> SignedHead? {
    let service = String(path.prefix { $0 != "/" })
    guard access("\(data)/\(service)", F_OK) == 0 else { return nil }
    guard access("\(data)/\(path)", F_OK) == 0 else { throw BackupError.rowsElsewhere(path: "\(data)/\(path)") }
    let head = try SQLiteCopy.copy(from: "\(data)/\(path)", to: folder.place(path)) { db in
      service == "storage" ? try LogRows.head(db) : nil
    }
    try folder.adopt(path)
    return head
  }

  /// The tiles of the signed tree, and its checkpoint: published already, or what the next start would publish.
  private func copyLog(_ head: SignedHead, _ note: [UInt8], _ folder: BackupFolder) throws {
    for tile in TileRange(to: head.size) {
      try folder.write(StoredTile.read(tile, in: "\(data)/storage/log"), to: "storage/log/\(tile.path)")
    }
    try folder.write(note, to: "storage/log/checkpoint")
    _ = try TreeAudit.run(size: head.size, root: head.root) { try StoredTile.read($0, in: "\(target)/storage/log") }
  }

  /// Blobs are named after their digests; one that the disk has damaged is not copied as if it were whole.
  private func copyBlobs(_ path: String, _ folder: BackupFolder) throws {
    for name in try BackupFolder.names("\(data)/\(path)") {
      let below = "\(path)/\(name)"
      var status = stat()
      guard lstat("\(data)/\(below)", &status) == 0 else { continue }  // removed since it was listed
      if status.st_mode & S_IFMT == S_IFDIR {
        try copyBlobs(below, folder)
      } else if try folder.copy("\(data)/\(below)", to: below), let blob = BlobName(name),
        let copied = folder.files.last, copied.digest != blob.digest
      {
        throw BackupError.damagedSource(path: "\(data)/\(below)", why: "its digest is sha256:\(copied.digest.hex)")
      }
    }
  }

  /// Every blob that the copied rows name is among the copies. Returns where they are when they are in no files.
  private func requireBlobs() throws -> String? {
    try SQLiteCopy.read("\(target)/storage/storage.sqlite") { db in
      // A backup is also made before an upgrade.
      let isOld = try db.schemaVersion() < BlobSchema.version
      let place: String? = try isOld ? nil : db.value("SELECT place FROM blob_sweep")
      if let place, place != BlobPlace.filesText { return place }
      let next = try db.cursor(
        isOld ? "SELECT DISTINCT digest FROM blob" : "SELECT digest FROM blob_object WHERE state = 'present'", [])
      while let row = try next() {
        let name = BlobName(try row["digest"] as Digest32)
        guard access("\(target)/storage/blobs/\(FileBackend.place(of: name))", F_OK) == 0 else {
          throw BackupError.missingBlob(name: "\(name)")
        }
      }
      return nil
    }
  }
}
