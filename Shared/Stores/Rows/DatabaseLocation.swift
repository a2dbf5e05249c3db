internal import Glibc

/// Where a service keeps its rows.
public enum DatabaseLocation: Sendable {
  case sqlite(path: String)
  case postgres(PostgresSettings)

  /// From the settings of a service.
  ///
  /// - Parameters:
  ///   - database: `sqlite`, or a connection string of PostgreSQL without a password.
  ///   - path: of the file, for SQLite.
  ///
  /// Errors: ``PostgresError/settings(_:)``.
  public init(database: String, passwordFile: String?, connectionsMax: Int, path: String) throws {
    guard database != "sqlite" else {
      self = .sqlite(path: path)
      return
    }
    self = .postgres(
      try PostgresSettings(conninfo: database, passwordFile: passwordFile, connectionsMax: connectionsMax))
  }

  /// Opens the database, which gets or has the schema. Errors: ``SchemaError``, ``SQLiteError``, ``PostgresError``.
  public func open(_ schema: Schema, _ mode: SchemaMode = .current) async throws -> any RowDatabase {
    switch self {
    case .sqlite(let path): try SQLiteDatabase(path: path, schema: schema, mode)
    case .postgres(let settings): try await PostgresDatabase(settings, schema: schema, mode)
    }
  }

  /// Takes the steps that the database lacks, or tries to and undoes them. Returns their names; none where there is no
  /// file yet, for the first start makes it.
  public func migrate(_ schema: Schema, dryRun: Bool) async throws -> [String] {
    if case .sqlite(let path) = self, access(path, F_OK) != 0 { return [] }
    do {
      switch try await open(schema, dryRun ? .dryRun : .migrating) {
      case let database as SQLiteDatabase: return database.steps
      case let database as PostgresDatabase: return database.steps
      default: return []
      }
    } catch let undone as DryRun { return undone.steps }
  }
}
