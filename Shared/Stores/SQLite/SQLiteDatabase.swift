internal import GRDB

/// One SQLite file: a writer connection and a few readers, durable to power loss.
///
/// WAL, `synchronous = FULL`, foreign keys on, deleted content overwritten, file mode 0600.
public final class SQLiteDatabase: RowDatabase {
  /// The largest time, in seconds, that a connection waits for a lock of another process (a backup, a shell).
  static var busyTimeoutSeconds: Double { 10 }

  /// Pages of the connection that writes.
  private static let cacheKiB = 16_384
  /// Pages of 4 KiB in the write-ahead log until it is copied into the file.
  private static let checkpointPages = 4_096

  public let path: String
  /// The schema steps that opening took.
  public let steps: [String]
  private let pool: DatabasePool

  /// Opens the file, making it and its folder if need be.
  ///
  /// Errors: ``SQLiteError``, ``SchemaError``, and GRDB's `DatabaseError` for a file that is damaged or no database.
  public init(path: String, schema: Schema, _ mode: SchemaMode = .current) throws {
    self.path = path
    try DatabaseFile.prepare(path)
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(Self.busyTimeoutSeconds)
    configuration.label = "sqlite"
    pool = try .opened(path, configuration, wait: .seconds(Self.busyTimeoutSeconds))
    try pool.writeWithoutTransaction { db in
      // GRDB sets NORMAL when it turns WAL on: a commit would then survive the process, but not a power cut.
      try db.execute(sql: "PRAGMA synchronous = FULL")
      // What is erased must not stay in a free page.
      try db.execute(sql: "PRAGMA secure_delete = ON")
      // The pages that many small writes touch stay in memory, and are copied into the file once for many of them.
      try db.execute(sql: "PRAGMA cache_size = -\(Self.cacheKiB)")
      try db.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
      try Self.require(db, "synchronous", "2", path)
      try Self.require(db, "secure_delete", "1", path)
      try Self.require(db, "journal_mode", "wal", path)
      try Self.require(db, "foreign_keys", "1", path)
    }
    // One transaction that first takes the lock: processes that open one file together agree on each step.
    steps = try pool.write { db in
      let steps = try SQLiteTransaction(db).require(schema, mode, database: path)
      try Self.requireDefinitions(db, schema, path)
      return steps
    }
  }

  public func write<T: Sendable>(
    _ isolation: Isolation, repeatable: Bool, _ body: @escaping @Sendable (any RowTransaction) throws -> T
  ) async throws -> T {
    try await pool.write { db in try body(SQLiteTransaction(db)) }
  }

  public func read<T: Sendable>(_ body: @escaping @Sendable (any RowTransaction) throws -> T) async throws -> T {
    try await pool.read { db in try body(SQLiteTransaction(db)) }
  }

  public var place: String { path }

  public func damage(of table: String) async throws -> String? {
    try await pool.read { db in
      let found = try String.fetchOne(db, sql: "PRAGMA integrity_check(\(table))") ?? "no answer"
      return found == "ok" ? nil : found
    }
  }

  /// Deleted rows are overwritten in their pages (`secure_delete`); this empties the write-ahead log that still holds them.
  public func overwriteDeleted() async throws {
    try await pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
  }

  private static func require(_ db: Database, _ pragma: String, _ expected: String, _ path: String) throws {
    let found = try String.fetchOne(db, sql: "PRAGMA \(pragma)") ?? "unset"
    guard found == expected else {
      throw SQLiteError.pragma(path: path, name: pragma, expected: expected, found: found)
    }
  }
}
