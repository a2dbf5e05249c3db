internal import GRDB

/// One SQLite file: a writer connection and a few readers, durable to power loss.
///
/// WAL, `synchronous = FULL`, foreign keys on, file mode 0600. Only stores of this module see a connection: each store
/// wraps one database and offers typed methods.
///
/// ```swift
/// let database = try SQLiteDatabase(path: "/data/x/rows.sqlite", migrations: [Migration("rows", "CREATE TABLE ...")])
/// let count = try await database.write { db in
///   try db.execute(sql: "INSERT INTO row (name) VALUES (?)", arguments: ["a"])
///   return db.changesCount
/// }
/// ```
public final class SQLiteDatabase: Sendable {
  /// The largest time, in seconds, that a connection waits for a lock of another process (a backup, a shell).
  static var busyTimeoutSeconds: Double { 10 }

  public let path: String
  private let pool: DatabasePool

  /// Opens the file, making it and its folder if need be, and brings its schema up to the last of `migrations`.
  ///
  /// Errors: ``SQLiteError``, and GRDB's `DatabaseError` for a file that is damaged or no database at all.
  public init(path: String, migrations: [Migration]) throws {
    self.path = path
    try DatabaseFile.prepare(path)
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(Self.busyTimeoutSeconds)
    configuration.label = "sqlite"
    pool = try DatabasePool(path: path, configuration: configuration)
    try pool.writeWithoutTransaction { db in
      // GRDB sets NORMAL when it turns WAL on: a commit would then survive the process, but not a power cut.
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try Self.require(db, "synchronous", "2", path)
      try Self.require(db, "journal_mode", "wal", path)
      try Self.require(db, "foreign_keys", "1", path)
    }
    try migrate(migrations)
  }

  /// Runs `body` in one transaction on the writer connection: committed and on the disk when this returns, undone when
  /// `body` throws. Writes wait for each other.
  func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
    try await pool.write(body)
  }

  /// Runs `body` on a reader connection over one unchanging snapshot, beside writes.
  func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
    try await pool.read(body)
  }

  /// Writes the write-ahead log into the file and empties it: no byte of a deleted row is left there.
  func emptyWriteAheadLog() async throws {
    try await pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
  }

  /// The version of the schema: the number of migrations that the database has.
  public func schemaVersion() async throws -> Int {
    try await read { db in try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }
  }

  private func migrate(_ migrations: [Migration]) throws {
    // One step a transaction, and the version read inside it: processes that open one file together agree on each step.
    while try takeStep(migrations) {}
  }

  /// Whether another step may follow.
  private func takeStep(_ migrations: [Migration]) throws -> Bool {
    try pool.write { db in
      let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
      guard version <= migrations.count else {
        throw SQLiteError.newer(path: path, found: version, known: migrations.count)
      }
      guard version < migrations.count else { return false }
      let next = migrations[version]
      do { try db.execute(sql: next.sql) } catch {
        throw SQLiteError.migration(path: path, number: version + 1, name: next.name, why: "\(error)")
      }
      try db.execute(sql: "PRAGMA user_version = \(version + 1)")
      return version + 1 < migrations.count
    }
  }

  private static func require(_ db: Database, _ pragma: String, _ expected: String, _ path: String) throws {
    let found = try String.fetchOne(db, sql: "PRAGMA \(pragma)") ?? "unset"
    guard found == expected else {
      throw SQLiteError.pragma(path: path, name: pragma, expected: expected, found: found)
    }
  }
}
