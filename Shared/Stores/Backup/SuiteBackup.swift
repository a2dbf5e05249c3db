internal import Cryptography
internal import Glibc
internal import MerkleLog

/// A copy of all that a suite on one machine keeps, made while it runs.
///
/// The databases are copied in the order in which a request needs them done: first the orchestrator's, last storage's.
/// So whatever the copied outbox has seen acknowledged is in the copied ledger and log. The log's files are those of the
/// head that the copied database has signed, and no later ones. Blobs in an S3 store are not copied: the manifest says where
/// they are. Uploads in progress are not either: after a restore they begin again. Rows in PostgreSQL are copied to a file
/// as SQLite would have them: one form of a backup, whatever it is made of.
public struct SuiteBackup: Sendable {
  /// Besides databases, log and blobs.
  static let files = [
    "trust.json", "storage/registration.json", "up/checkpoint", "verification/log-head.json",
  ]
  /// The `key` statements: without them a key that was retired could be admitted again.
  static let stated = "up/keys"
  /// Not the orchestrator's: its outbox is older than what it has numbered since, and a key that numbers twice would have
  /// two receipts of one number (FORMAT section 3). It makes a new one.
  static let keys = [
    "token", "operator/keys/signing.key", "operator/keys/p256.pem", "inference/keys/execution.key",
    "verification/keys/verdict.key", "attribution/keys/attribution.key", "storage/keys/custody.key",
    "storage/keys/checkpoint.key", "storage/keys/log-receipt.key",
  ]
  /// Keys of contributors, and what opens their commitments: secret as the keys are, and of no use without them.
  static let contributors = "contributors"

  public let data: String
  public let target: String
  public let withKeys: Bool
  public let unixMs: UInt64
  /// Where services keep their rows, by name; one that is not here has a file in the data folder.
  public var rows: [String: DatabaseLocation] = [:]
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
    for rows in ServiceRows.all(in: data, rows) { head = try copy(rows, folder) ?? head }
    guard let head, let note = head.note else { throw BackupError.noSuite(path: data) }
    try copyLog(head, note, folder)
    try copyBlobs(folder)
    let blobsAt = try requireBlobs()
    for model in try BackupFolder.names("\(data)/inference/models") {
      // Weights can be fetched again; another signature about them would contradict the one in the log.
      let path = "inference/models/\(model)/manifest.cose"
      try folder.copy("\(data)/\(path)", to: path)
    }
    let stated = try BackupFolder.names("\(data)/\(Self.stated)").map { "\(Self.stated)/\($0)" }
    for path in Self.files + stated + (withKeys ? Self.keys : []) { try folder.copy("\(data)/\(path)", to: path) }
    if withKeys { try each(below: Self.contributors) { path, _ in try folder.copy("\(data)/\(path)", to: path) } }
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
  private func copy(_ rows: ServiceRows, _ folder: BackupFolder) throws -> SignedHead? {
    let service = rows.schema.service
    let mark = rows.isOptional ? rows.path : service
    guard rows.postgres != nil || access("\(data)/\(mark)", F_OK) == 0 else { return nil }
    let head = try rows.copy(to: folder.place(rows.path)) { db in
      service == "storage" ? try LogRows.head(db) : nil
    }
    try folder.adopt(rows.path)
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
  private func copyBlobs(_ folder: BackupFolder) throws {
    try each(below: "storage/blobs") { path, name in
      if try folder.copy("\(data)/\(path)", to: path), let blob = BlobName(name), let copied = folder.files.last,
        copied.digest != blob.digest
      {
        throw BackupError.damagedSource(path: "\(data)/\(path)", why: "its digest is sha256:\(copied.digest.hex)")
      }
    }
  }

  /// Every file below a folder of the data folder, by its path and its name.
  private func each(below folder: String, _ take: (_ path: String, _ name: String) throws -> Void) throws {
    for name in try BackupFolder.names("\(data)/\(folder)") {
      let path = "\(folder)/\(name)"
      var status = stat()
      guard lstat("\(data)/\(path)", &status) == 0 else { continue }  // removed since it was listed
      if status.st_mode & S_IFMT == S_IFDIR { try each(below: path, take) } else { try take(path, name) }
    }
  }

  /// Every blob that the copied rows name is among the copies. Returns where they are when they are in no files.
  private func requireBlobs() throws -> String? {
    try SQLiteCopy.read("\(target)/storage/storage.sqlite") { db in
      // A backup is also made before an upgrade.
      let isOld = try db.schemaVersion() < BlobSchema.version
      let place: String? = try isOld ? nil : db.value("SELECT place FROM blob_sweep")
      if let place, place != StoragePlace.filesText { return place }
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
