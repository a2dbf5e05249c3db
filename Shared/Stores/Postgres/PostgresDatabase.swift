/// One service's rows in a PostgreSQL server, in a schema of its own.
///
/// A commit is on the server's disk when it returns: a server with `fsync` or `full_page_writes` off is refused.
/// Connections are direct: locks are held by sessions, which a pooler in transaction mode would mix up.
public final class PostgresDatabase: RowDatabase {
  /// The schema steps that opening took.
  public let steps: [String]
  /// The schema, and that it is PostgreSQL's: the server's address may hold what errors must not show.
  public let place: String
  private let threads: PostgresThreads

  /// Connects, and makes or checks the schema. Errors: ``PostgresError``, ``SchemaError``.
  public init(_ settings: PostgresSettings, schema: Schema, _ mode: SchemaMode = .current) async throws {
    let name = settings.schemaName ?? "colophon_\(schema.service)"
    // It stands in statements as it is.
    precondition(name.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) })
    let threads = try PostgresThreads(count: settings.connectionsMax, waitingMax: settings.waitingMax) {
      PostgresSession(settings, schema: name)
    }
    self.threads = threads
    place = "schema \(name) of PostgreSQL"
    steps = try await threads.run { session in
      try session.open()
      return try session.transaction(.write(.alone("schema")), repeatable: true) { db in
        try db.makeSchema(name)
        return try db.require(schema, mode, database: "schema \(name) of PostgreSQL")
      }
    }
  }

  public func write<T: Sendable>(
    _ isolation: Isolation, repeatable: Bool, _ body: @escaping @Sendable (any RowTransaction) throws -> T
  ) async throws -> T {
    try await threads.run { try $0.transaction(.write(isolation), repeatable: repeatable, body) }
  }

  public func read<T: Sendable>(_ body: @escaping @Sendable (any RowTransaction) throws -> T) async throws -> T {
    try await threads.run { try $0.transaction(.read, repeatable: true, body) }
  }

  /// Its pages have checksums of the server's own (`data_checksums`); what it reads is what they admit.
  public func damage(of table: String) async throws -> String? { nil }

  /// The server overwrites deleted rows when it vacuums; nobody but its administrator can tell it to.
  public func overwriteDeleted() async throws {}
}

extension RowTransaction {
  /// Where an administrator has made the schema, nobody else needs the right to make one.
  func makeSchema(_ name: String) throws {
    let known: String?? = try value("SELECT to_regnamespace(?)::text", [name])
    if (known ?? nil) == nil { try run("CREATE SCHEMA \(name)") }
  }
}
