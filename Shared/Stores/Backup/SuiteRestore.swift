public import Cryptography
internal import Glibc
public import MerkleLog

/// Makes a data folder from a backup: all of it, verified, or none.
public struct SuiteRestore: Sendable {
  public let backup: String
  public let data: String
  /// Of the manifest, as `colophon backup` printed it; nil takes whatever backup the folder holds.
  public var expected: Digest32?
  /// A head of the log that somebody has kept and whose signature was checked.
  public var kept: Checkpoint?
  /// Where services are to have their rows, by name; one that is not here gets a file in the data folder.
  public var rows: [String: DatabaseLocation] = [:]
  var fault: BackupFault = { _ in }

  /// - Parameter data: the folder to make; it must not exist or be empty.
  public init(backup: String, data: String) {
    self.backup = backup
    self.data = data
  }

  private func manifest() throws -> BackupManifest {
    let bytes: [UInt8]?
    do {
      bytes = try OpenFolder(making: backup).read(BackupManifest.name, bytesMax: BackupManifest.bytesMax)
    } catch { throw BackupError.manifest(why: "\(error)") }
    guard let bytes else { throw BackupError.incomplete(path: backup) }
    let digest = SHA256.hash(bytes)
    if let expected, expected != digest {
      throw BackupError.otherManifest(expected: "sha256:\(expected.hex)", found: "sha256:\(digest.hex)")
    }
    return try BackupManifest(bytes)
  }

  /// Restores. Waits for the disk on the calling thread. Errors: ``BackupError``, `AuditFailure`.
  public func run() throws -> BackupManifest {
    guard access(backup, F_OK) == 0 else { throw BackupError.incomplete(path: backup) }
    let manifest = try manifest()
    guard try BackupFolder.names(data).isEmpty else { throw BackupError.notEmpty(path: data) }
    try requireKept(manifest)
    let elsewhere = ServiceRows.all(in: data, rows).filter { rows in manifest.files.contains { $0.path == rows.path } }
    for rows in elsewhere { try rows.requireRoom() }
    let (parent, making) = (Folder.above(data), "\(data).restoring")
    guard access(making, F_OK) != 0 else { throw BackupError.leftover(path: making) }
    let folder = try BackupFolder(making, fault: fault)
    try fault(.begun)
    for file in manifest.files {
      guard try folder.copy("\(backup)/\(file.path)", to: file.path), let copied = folder.files.last else {
        throw BackupError.damaged(path: file.path, why: "it is missing")
      }
      guard copied == file else {
        throw BackupError.damaged(
          path: file.path, why: "it has \(copied.bytes) bytes of digest sha256:\(copied.digest.hex)")
      }
    }
    _ = try TreeAudit.run(size: manifest.logSize, root: manifest.logRoot) {
      try StoredTile.read($0, in: "\(making)/storage/log")
    }
    for rows in elsewhere { try load(rows, from: making) }
    try folder.sync()
    try fault(.restored)
    guard rename(making, data) == 0 else { throw BackupError.last("rename to", data) }
    do { try Folder.sync(parent) } catch {
      throw BackupError.file(operation: error.operation, path: error.path, errno: error.errno)
    }
    try fault(.finished)
    return manifest
  }

  /// Brings verified rows to PostgreSQL. A stop after it leaves them without a data folder: nobody uses them.
  private func load(_ rows: ServiceRows, from making: String) throws {
    guard let settings = rows.postgres else { return }
    try rows.load(from: "\(making)/\(rows.path)", settings)
    guard unlink("\(making)/\(rows.path)") == 0 else { throw BackupError.last("remove", "\(making)/\(rows.path)") }
    try fault(.loaded(rows.schema.service))
  }

  /// The kept head must be of this log, and the backup's log must reach it.
  private func requireKept(_ manifest: BackupManifest) throws {
    guard let kept else { return }
    guard kept.size <= manifest.logSize else { throw BackupError.behind(kept: kept.size, backup: manifest.logSize) }
    let log = "\(backup)/storage/log"
    let reader = TileHashReader(size: manifest.logSize) { try StoredTile.read($0, in: log) }
    guard try reader.root(size: kept.size) == kept.root else { throw BackupError.otherLog(size: kept.size) }
  }
}
