/// All rows of one service, from one kind of database to the other: a backup has them as a SQLite file, whichever they
/// come from, so that it can be restored to either.
enum RowCopy {
  /// Rows that are read at once: what a copy holds in memory is this many, and what one insertion takes.
  private static var pageRows: Int { 16 }
  private static var batchRows: Int { 64 }
  private static var batchBytes: Int { 1 << 20 }

  private struct Table: Equatable {
    let name: String
    let columns: [String]

    /// Whether the other has these columns, in whatever order.
    func matches(_ other: Table) -> Bool { name == other.name && Set(columns) == Set(other.columns) }
  }

  /// Copies the rows of a service in PostgreSQL to a file, which gets the schema's steps that the rows have.
  ///
  /// `rows` is one snapshot. Errors: ``BackupError/noRows(place:)``, ``BackupError/otherTables(place:names:)``,
  /// ``SchemaError``.
  static func run(from rows: any RowTransaction, to file: any RowTransaction, _ schema: Schema, place: String) throws {
    let version = try rows.schemaVersion()
    guard version > 0 else { throw BackupError.noRows(place: place) }
    try take(version, of: schema, in: file, place: place)
    let tables = try fileTables(file)
    try requireSame(tables, try serverTables(rows), place)
    try copy(tables, from: rows, to: file)
  }

  /// Copies the rows of a file to PostgreSQL, where the service has no tables yet.
  ///
  /// Errors: ``BackupError/rowsThere(place:schema:)``, ``BackupError/otherTables(place:names:)``, ``SchemaError``.
  static func restore(
    from file: any RowTransaction, to rows: any RowTransaction, _ schema: Schema, schemaName: String, place: String
  ) throws {
    try requireEmpty(rows, schemaName: schemaName, place: place)
    try rows.makeSchema(schemaName)
    try take(try file.schemaVersion(), of: schema, in: rows, place: place)
    let tables = try fileTables(file)
    try requireSame(tables, try serverTables(rows), place)
    try copy(tables, from: file, to: rows)
    // Rows that come later are numbered after those that came with their numbers.
    for row in try rows.rows(
      """
      SELECT table_name::text AS name, column_name::text AS field FROM information_schema.columns
      WHERE table_schema = current_schema() AND is_identity = 'YES'
      """)
    {
      let (table, column): (String, String) = (try row["name"], try row["field"])
      try rows.run(
        """
        SELECT setval(pg_get_serial_sequence(?, ?), greatest(coalesce(max("\(column)"), 1), 1),
          max("\(column)") IS NOT NULL) FROM "\(table)"
        """, [table, column])
    }
  }

  /// A service whose tables are there has rows that nobody may mix with others'.
  static func requireEmpty(_ rows: any RowTransaction, schemaName: String, place: String) throws {
    guard try rows.schemaVersion() == 0 else { throw BackupError.rowsThere(place: place, schema: schemaName) }
  }

  private static func take(
    _ version: Int, of schema: Schema, in target: any RowTransaction, place: String
  ) throws {
    let known = schema.migrations.count
    guard version <= known else { throw SchemaError.newer(database: place, found: version, known: known) }
    for (number, step) in zip(1...version, schema.migrations) { try target.take(step, number: number) }
  }

  /// Each after those that it refers to: a table that refers to one which is not there yet cannot be made in PostgreSQL.
  private static func fileTables(_ file: any RowTransaction) throws -> [Table] {
    try file.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
      .map { row in
        let name: String = try row["name"]
        return Table(
          name: name, columns: try file.rows("SELECT name FROM pragma_table_info(?)", [name]).map { try $0["name"] })
      }
  }

  private static func serverTables(_ rows: any RowTransaction) throws -> [Table] {
    var columns: [String: [String]] = [:]
    for row in try rows.rows(
      """
      SELECT table_name::text AS name, column_name::text AS field FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name <> 'schema_version'
      """)
    {
      columns[try row["name"], default: []].append(try row["field"])
    }
    return columns.map { Table(name: $0.key, columns: $0.value) }
  }

  /// No table is left out: one that the schema does not have may hold what somebody counts on.
  private static func requireSame(_ file: [Table], _ server: [Table], _ place: String) throws {
    func lacking(_ some: [Table], _ others: [Table]) -> [String] {
      some.filter { table in !others.contains { table.matches($0) } }.map(\.name)
    }
    let differing = Set(lacking(file, server) + lacking(server, file))
    guard differing.isEmpty else { throw BackupError.otherTables(place: place, names: differing.sorted()) }
  }

  private static func copy(_ tables: [Table], from source: any RowTransaction, to target: any RowTransaction) throws {
    // What the schema's steps put there.
    for table in tables.reversed() { try target.run("DELETE FROM \"\(table.name)\"") }
    for table in tables {
      let columns = table.columns.map { "\"\($0)\"" }.joined(separator: ", ")
      let places = table.columns.map { _ in "?" }.joined(separator: ", ")
      let insertion = "INSERT INTO \"\(table.name)\" (\(columns)) VALUES (\(places))"
      let next = try source.cursor("SELECT \(columns) FROM \"\(table.name)\"", [], page: pageRows)
      var (batch, bytes): ([[any SQLConvertible]], Int) = ([], 0)
      while let row = try next() {
        batch.append(row.values)
        bytes += row.values.reduce(0) { $0 + $1.byteCount }
        guard batch.count == batchRows || bytes >= batchBytes else { continue }
        try target.batch(insertion, batch)
        (batch, bytes) = ([], 0)
      }
      if !batch.isEmpty { try target.batch(insertion, batch) }
    }
  }
}

/// A value that was read is written as it is.
extension SQLValue: SQLConvertible {
  public var sqlValue: SQLValue { self }
  public init?(_ value: SQLValue) { self = value }

  fileprivate var byteCount: Int {
    switch self {
    case .null: 0
    case .integer: 8
    case .text(let text): text.utf8.count
    case .blob(let bytes): bytes.count
    }
  }
}
