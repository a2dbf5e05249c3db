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
    return try sealed(to, source, body)
  }

  /// Makes a new file, which `fill` writes in one transaction, and reads from it.
  static func make<T>(
    _ target: String, from source: String, _ fill: (any RowTransaction) throws -> Void,
    _ body: (any RowTransaction) throws -> T
  ) throws -> T {
    try DatabaseFile.prepare(target)
    var writing = Configuration()
    // Rows come in any order, and are looked at as a whole in the end.
    writing.foreignKeysEnabled = false
    let to = try DatabaseQueue(path: target, configuration: writing)
    try to.write { db in
      try fill(SQLiteTransaction(db))
      if let broken = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
        throw BackupError.damagedSource(
          path: source, why: "a row of \(broken[0] ?? "") refers to one that is not there")
      }
    }
    return try sealed(to, source, body)
  }

  private static func sealed<T>(
    _ to: DatabaseQueue, _ source: String, _ body: (any RowTransaction) throws -> T
  ) throws -> T {
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
