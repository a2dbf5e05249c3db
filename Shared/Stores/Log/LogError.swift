public import Cryptography

/// An append or a question that the log refuses.
public enum LogError: Error, Equatable, Sendable, CustomStringConvertible {
  case queueFull(max: Int)
  /// The same key has already registered other bytes of this kind for this subject.
  case conflict(index: UInt64, digest: Digest32)
  /// Registered, but in no published tree yet.
  case notPublished(index: UInt64, size: UInt64)
  case indexBeyondLog(index: UInt64, size: UInt64)
  /// Somebody has seen a larger tree than this log has.
  case sizeBeyondLog(size: UInt64, published: UInt64)
  case sizesOutOfOrder(old: UInt64, new: UInt64)
  case noSuchTile(String)
  /// The step failed; what was registered is finished by the next append or start.
  case commitFailed(String)
  /// Another writer has moved the head: two processes share one log.
  case headMoved(expected: UInt64, found: UInt64)
  case rowsMissing(first: UInt64, found: Int)
  /// Another sequencer has this log open.
  case locked(path: String)

  public var description: String {
    switch self {
    case .queueFull(let max): "\(max) appends are waiting already, the limit: try again later"
    case .conflict(let index, let digest):
      "this key has registered another statement of this kind for this subject: it has index \(index) and digest "
        + "sha256:\(digest.hex)"
    case .notPublished(let index, let size):
      "the statement is registered with index \(index), and the published tree has size \(size): append it again"
    case .indexBeyondLog(let index, let size): "index \(index) is beyond the published size \(size)"
    case .sizeBeyondLog(let size, let published):
      "the log has size \(published) and size \(size) was asked for: whoever saw that size saw a log that is gone, as "
        + "after restoring an old backup; restore a newer one, or start a new log under a new origin"
    case .sizesOutOfOrder(let old, let new): "old size \(old) is larger than new size \(new)"
    case .noSuchTile(let path): "the published tree has no tile \(path)"
    case .commitFailed(let why): "the log could not be extended: \(why)"
    case .headMoved(let expected, let found):
      "the signed head has size \(found) instead of \(expected): another process writes to this log; stop it"
    case .rowsMissing(let first, let found):
      "the rows from index \(first) on have gaps (\(found) follow each other): restore the database from a backup"
    case .locked(let path):
      "another process writes to this log and holds \(path): stop it first, two writers could sign two histories"
    }
  }
}

/// Two places of a stored log that contradict each other. Nothing is repaired: a log that starts over such a thing
/// could sign a second history.
public enum LogContradiction: Error, Equatable, Sendable, CustomStringConvertible {
  case genesis(origin: String)
  case headRow(String)
  case headNote(String)
  /// `offset` is the first byte at which the file differs from the signed head in the database.
  case checkpointFile(String, path: String, offset: Int)
  case checkpointFileMissing(size: UInt64)
  case checkpointFileAhead(file: UInt64, database: UInt64)
  case checkpointFileBehind(file: UInt64, database: UInt64, previous: UInt64)
  case checkpointFileRoot(size: UInt64, file: String, other: String)
  case entryRow(index: UInt64, row: String, tile: String, path: String)
  /// An entry bundle that is not what the rows say, while the leaf hashes agree with the rows.
  case entryBundle(path: String, offset: Int)
  /// A row that is not as it was written.
  case entrySeal(index: UInt64, path: String)
  case database(path: String, why: String)
  case rowsBehind(rows: UInt64, size: UInt64)

  public var description: String {
    "the log contradicts itself, and was not started: \(what)"
  }

  private var what: String {
    switch self {
    case .genesis(let origin):
      "entry 0 in the database is not the genesis of origin \"\(origin)\"; set the origin that this log was made with"
    case .headRow(let why): "the signed head in the database disagrees with its own note: \(why)"
    case .headNote(let why):
      "the signed head in the database is not signed by the checkpoint key: \(why); restore the key it was signed with"
    case .checkpointFile(let why, let path, let offset):
      "the published checkpoint \(path) is not one of this log, and differs from the signed head at byte \(offset): \(why)"
    case .checkpointFileMissing(let size):
      "the database says that a tree of size \(size) was published, and the checkpoint file is missing; restore the "
        + "log's folder from the same backup as the database"
    case .checkpointFileAhead(let file, let database):
      "the published checkpoint has size \(file), and the database knows only \(database): the database is from an "
        + "older backup; restore one that is as new as the published checkpoint"
    case .checkpointFileBehind(let file, let database, let previous):
      "the published checkpoint has size \(file), and the database signed \(database) after \(previous): the log's "
        + "folder is from an older backup; restore one that is as new as the database"
    case .checkpointFileRoot(let size, let file, let other):
      "at size \(size) the published checkpoint has root \(file), and the rest of the log has \(other)"
    case .entryRow(let index, let row, let tile, let path):
      "\(path): entry \(index) is \(row) in the database and \(tile) in the entry tiles; restore the database"
    case .entryBundle(let path, let offset):
      "\(path) is damaged at byte \(offset): the database and the leaf hashes agree on another entry; restore that file"
    case .entrySeal(let index, let path):
      "\(path): the row of entry \(index) is not as it was written; restore the database from a backup"
    case .database(let path, let why): "\(path) is damaged: \(why); restore the database from a backup"
    case .rowsBehind(let rows, let size):
      "the database has \(rows) entries, and a tree of \(size) was signed; restore the database from a backup"
    }
  }
}
