internal import Glibc

/// Why a backup is not made or not restored. The suite that was copied is as it was.
public enum BackupError: Error, Equatable, Sendable, CustomStringConvertible {
  case notEmpty(path: String)
  case noSuite(path: String)
  /// A database that is not a file of SQLite here.
  case rowsElsewhere(path: String)
  case leftover(path: String)
  case file(operation: String, path: String, errno: Int32)
  case damagedSource(path: String, why: String)
  case missingBlob(name: String)
  /// Nobody finished it, or it is none.
  case incomplete(path: String)
  case manifest(why: String)
  case otherManifest(expected: String, found: String)
  case damaged(path: String, why: String)
  /// Somebody has kept a head of the log that this backup does not reach.
  case behind(kept: UInt64, backup: UInt64)
  case otherLog(size: UInt64)

  public var description: String {
    switch self {
    case .notEmpty(let path): "\(path) is not empty: name a folder that does not exist"
    case .noSuite(let path): "\(path) holds no suite: it has no log"
    case .rowsElsewhere(let path):
      "\(path) is not there: this service keeps its rows in PostgreSQL. Copy those with pg_dump, first the schema "
        + "colophon_orchestrator, then colophon_attribution, then colophon_storage, and then the data folder's files"
    case .leftover(let path): "\(path) is what a restore left that was stopped: remove it"
    case .file(let operation, let path, let code):
      "\(operation) \(path) failed: \(String(cString: strerror(code)))"
    case .damagedSource(let path, let why): "\(path) is damaged, and no backup is made of it: \(why)"
    case .missingBlob(let name):
      "the rows name blob \(name), and it is not there: where it was removed meanwhile, back up again; else put it back first"
    case .incomplete(let path):
      "\(path) holds no \(BackupManifest.name): it is no backup, or one that was never finished; use another"
    case .manifest(let why): "\(BackupManifest.name) cannot be used: \(why)"
    case .otherManifest(let expected, let found): "this is backup \(found), not \(expected)"
    case .damaged(let path, let why): "the backup's \(path) is not what was backed up: \(why); use another backup"
    case .behind(let kept, let backup):
      "the backup's log has \(backup) entries, and somebody has kept a head of \(kept): going on from it would make a "
        + "second history. Restore a newer backup; if there is none, start a new log under a new origin: 'colophon up' "
        + "with another --data folder makes one, and receipts of the old log stay valid in their bundles"
    case .otherLog(let size):
      "the backup's log is another one than the checkpoint of size \(size) is from: its tree does not begin with that one"
    }
  }

  static func last(_ operation: String, _ path: String) -> BackupError {
    .file(operation: operation, path: path, errno: errno)
  }
}

/// The points of a backup or restore at which a machine may stop: tests stop it at each.
public enum BackupStep: Hashable, Sendable {
  case begun
  case copied(String)
  /// Everything but the manifest is durable.
  case durable
  case manifestWritten
  /// The whole data folder is there, under a name that no service uses.
  case restored
  case finished
}

/// Called at each step; throwing is stopping there.
public typealias BackupFault = @Sendable (BackupStep) throws -> Void
