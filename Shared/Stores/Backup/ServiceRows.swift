internal import Glibc

/// The rows of one service on their way to and from a backup.
struct ServiceRows {
  let schema: Schema
  /// Below the data folder, and in the backup.
  let path: String
  let location: DatabaseLocation
  /// Whether a service of a suite may have none: verification had none before it had a queue.
  var isOptional: Bool { schema.service == VerdictStore.schema.service }

  /// In the order of a backup: first the orchestrator's, last storage's.
  static func all(in data: String, _ locations: [String: DatabaseLocation]) -> [ServiceRows] {
    [
      (Outbox.schema, "orchestrator/outbox.sqlite"), (LedgerStore.schema, "attribution/ledger.sqlite"),
      (VerdictStore.schema, "verification/verdicts.sqlite"), (StorageSchema.schema, "storage/storage.sqlite"),
    ].map { schema, path in
      ServiceRows(
        schema: schema, path: path, location: locations[schema.service] ?? .sqlite(path: "\(data)/\(path)"))
    }
  }

  /// Where they are when that is no file in the data folder.
  var postgres: PostgresSettings? {
    guard case .postgres(let settings) = location else { return nil }
    return settings
  }

  /// Copies all of one snapshot to a file of SQLite, and reads from it.
  ///
  /// Errors: ``BackupError``, ``PostgresError``, ``SchemaError``, and GRDB's.
  func copy<T>(to target: String, _ body: (any RowTransaction) throws -> T) throws -> T {
    switch location {
    case .sqlite(let source):
      guard access(source, F_OK) == 0 else {
        throw BackupError.rowsElsewhere(path: source, service: schema.service)
      }
      return try SQLiteCopy.copy(from: source, to: target, body)
    case .postgres(let settings):
      let (session, name) = try Self.connect(settings, schema)
      return try SQLiteCopy.make(
        target, from: "schema \(name) of PostgreSQL",
        { file in
          try file.run("SAVEPOINT begun")
          try session.transaction(.read, repeatable: true) { rows in
            // Once more after a lost connection: from another snapshot, and so from the beginning.
            try file.run("ROLLBACK TO begun")
            try RowCopy.run(from: rows, to: file, schema, place: "schema \(name) of PostgreSQL")
          }
        }, body)
    }
  }

  /// Whether there is room for rows that are restored. Errors: ``BackupError/rowsThere(place:schema:)``.
  func requireRoom() throws {
    guard let postgres else { return }
    let (session, name) = try Self.connect(postgres, schema)
    try session.transaction(.read, repeatable: true) { rows in
      try RowCopy.requireEmpty(rows, schemaName: name, place: "schema \(name) of PostgreSQL")
    }
  }

  /// Puts the rows of a file into PostgreSQL, all or none.
  func load(from file: String, _ settings: PostgresSettings) throws {
    let (session, name) = try Self.connect(settings, schema)
    try SQLiteCopy.read(file) { file in
      try session.transaction(.write(.alone("schema")), repeatable: false) { rows in
        try RowCopy.restore(from: file, to: rows, schema, schemaName: name, place: "schema \(name) of PostgreSQL")
      }
    }
  }

  private static func connect(_ settings: PostgresSettings, _ schema: Schema) throws -> (PostgresSession, String) {
    let name = settings.schemaName ?? "colophon_\(schema.service)"
    let session = PostgresSession(settings, schema: name)
    try session.open()
    return (session, name)
  }
}
