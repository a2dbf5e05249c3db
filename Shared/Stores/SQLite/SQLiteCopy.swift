internal import GRDB

/// A consistent copy of a database that others may be writing to (SQLite's online backup).
enum SQLiteCopy {
  /// Copies the database and reads from the copy. The source's rows are not touched; the copy is one file.
  ///
  /// Errors: ``BackupError/damagedSource(path:why:)`` for a database that contradicts itself, and GRDB's.
  static func copy<T>(from source: String, to target: String, _ body: (any RowTransaction) throws -> T) throws -> T {
    var reading = Configuration()
    reading.readonly = true
    reading.busyMode = .timeout(SQLiteDatabase.busyTimeoutSeconds)
    let from = try DatabaseQueue(path: source, configuration: reading)
    try DatabaseFile.prepare(target)
    let to = try DatabaseQueue(path: target)
    try from.backup(to: to)
    try from.close()
    let value = try to.writeWithoutTransaction { db in
      // No second file: what is hashed is all there is. Whoever opens it turns WAL on again.
      try db.execute(sql: "PRAGMA journal_mode = DELETE")
      let verdict = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") ?? "no answer"
      guard verdict == "ok" else { throw BackupError.damagedSource(path: source, why: verdict) }
      return try body(SQLiteTransaction(db))
    }
    try to.close()
    return value
  }

  /// Reads a copy and leaves its bytes as they are.
  static func read<T>(_ path: String, _ body: (any RowTransaction) throws -> T) throws -> T {
    var reading = Configuration()
    reading.readonly = true
    return try DatabaseQueue(path: path, configuration: reading).read { db in try body(SQLiteTransaction(db)) }
  }
}
