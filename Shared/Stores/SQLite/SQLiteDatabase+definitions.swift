internal import GRDB

extension SQLiteDatabase {
  /// Requires that every table and index in the file is defined as the schema's steps define it. The text of a definition lies
  /// in the file too, and one that changed has other constraints, or none.
  ///
  /// Errors: ``SQLiteError/definition(path:name:)``.
  static func requireDefinitions(_ db: Database, _ schema: Schema, _ path: String) throws {
    let expected = try DatabaseQueue().write { fresh in
      for (number, step) in zip(1..., schema.migrations) { try SQLiteTransaction(fresh).take(step, number: number) }
      return try definitions(fresh)
    }
    let found = try definitions(db)
    let names = Set(expected.keys).union(found.keys).sorted()
    if let name = names.first(where: { expected[$0] != found[$0] }) {
      throw SQLiteError.definition(path: path, name: name)
    }
  }

  /// Table and text by kind and name, but of what `ANALYZE` makes for the planner. A trigger may have the name of a table.
  private static func definitions(_ db: Database) throws -> [String: [String?]] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT name, type, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'")
    var definitions: [String: [String?]] = [:]
    for row in rows {
      let (kind, name): (String, String) = (row["type"], row["name"])
      definitions["\(kind) \(name)"] = [row["tbl_name"], row["sql"]]
    }
    return definitions
  }
}
