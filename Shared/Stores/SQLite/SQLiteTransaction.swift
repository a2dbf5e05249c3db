internal import FoundationEssentials
internal import GRDB

/// A transaction on one connection of GRDB.
struct SQLiteTransaction: RowTransaction {
  private let db: Database

  init(_ db: Database) { self.db = db }

  var skipLocked: String { "" }

  func batch(_ sql: String, _ lists: [[any SQLConvertible]]) throws -> [SQLResult] {
    let statement = PreparedStatement(db, try db.cachedStatement(sql: sql))
    return try lists.map { try statement.run($0) }
  }

  func cursor(_ sql: String, _ arguments: [any SQLConvertible], page: Int) throws -> () throws -> SQLRow? {
    // Not a cached statement: two cursors over one statement would move each other.
    let statement = try db.makeStatement(sql: sql)
    let columns = statement.columnNames
    let cursor = try Row.fetchCursor(statement, arguments: Self.arguments(arguments))
    return { try cursor.next().map { SQLRow(columns: columns, values: Self.values($0)) } }
  }

  func schemaVersion() throws -> Int { try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }

  func take(_ step: Migration, number: Int) throws {
    try db.execute(sql: step.sql)
    try db.execute(sql: "PRAGMA user_version = \(number)")
  }

  private static func arguments(_ values: [any SQLConvertible]) -> StatementArguments {
    StatementArguments(
      values.map { value -> DatabaseValue in
        switch value.sqlValue {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
      })
  }

  private static func values(_ row: Row) -> [SQLValue] {
    row.databaseValues.map { (value: DatabaseValue) -> SQLValue in
      switch value.storage {
      case .null: .null
      case .int64(let integer): .integer(integer)
      // No table of ours has such a column; who reads one as an integer is told that it is none.
      case .double(let double): .text("\(double)")
      case .string(let text): .text(text)
      case .blob(let data): .blob([UInt8](data))
      }
    }
  }
}
