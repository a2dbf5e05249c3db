@testable import Stores

extension BackupFixture {
  /// All rows of a file by table, in one order.
  static func rows(_ path: String) throws -> [String: [String]] {
    try SQLiteCopy.read(path) { db in
      let tables = try db.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      var found: [String: [String]] = ["": ["\(try db.schemaVersion())"]]
      for table in tables {
        let name: String = try table["name"]
        let columns: [String] = try db.rows("SELECT name FROM pragma_table_info(?) ORDER BY name", [name]).map {
          try $0["name"]
        }
        let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
        found[name] = try db.rows("SELECT \(list) FROM \"\(name)\"").map { "\($0.values)" }.sorted()
      }
      return found
    }
  }

  /// Removes the schemas of a data folder whose rows are in PostgreSQL.
  func drop(in data: String) async throws {
    for case .postgres(let settings) in try places(in: data).values {
      guard let name = settings.schemaName else { throw Stopped() }
      let session = PostgresSession(settings, schema: name)
      try session.open()
      try session.transaction(.write(.serializable), repeatable: true) { db in
        _ = try db.run("DROP SCHEMA IF EXISTS \(name) CASCADE")
      }
    }
  }
}
