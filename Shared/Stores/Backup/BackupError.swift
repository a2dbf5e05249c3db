internal import Glibc

/// Why a backup is not made or not restored. The suite that was copied is as it was.
public enum BackupError: Error, Equatable, Sendable, CustomStringConvertible {
  case notEmpty(path: String)
  case noSuite(path: String)
  /// A database that is not a file of SQLite here, although nobody said where it is.
  case rowsElsewhere(path: String, service: String)
  /// PostgreSQL has none of this service.
  case noRows(place: String)
  /// PostgreSQL has some already, and a restore mixes with no others.
  case rowsThere(place: String, schema: String)
  /// Tables that the service's schema does not have, or not so.
  case otherTables(place: String, names: [String])
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
    case .noSuite(let path):
      "\(path) holds no suite: it has no log. Where its tiles lie in an S3 bucket, copy what is below log/ in the bucket to "
        + "\(path)/storage/log first"
    case .rowsElsewhere(let path, let service):
      "\(path) is not there: this service keeps its rows in PostgreSQL. Say where, as the service itself is told: "
        + "COLOPHON_\(service.uppercased())_DATABASE, and COLOPHON_\(service.uppercased())_DATABASE_PASSWORD_FILE"
    case .noRows(let place): "\(place) holds no rows of this suite: is it the database that the service uses?"
    case .rowsThere(let place, let schema):
      "\(place) holds rows already, and a restore mixes with no others. Where a restore that was stopped left them, or "
        + "nobody needs them: DROP SCHEMA \(schema) CASCADE"
    case .otherTables(let place, let names):
      "\(place) has other tables or columns than this program knows (\(names.joined(separator: ", "))): they would be in "
        + "no backup; use the program that made them, or move them to another schema"
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
  /// Rows of a service are in PostgreSQL.
  case loaded(String)
  /// Everything but the manifest is durable.
  case durable
  case manifestWritten
  /// The whole data folder is there, under a name that no service uses.
  case restored
  case finished
}

/// Called at each step; throwing is stopping there.
public typealias BackupFault = @Sendable (BackupStep) throws -> Void
