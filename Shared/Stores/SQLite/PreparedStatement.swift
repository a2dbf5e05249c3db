internal import GRDB
internal import GRDBSQLite

/// Runs a prepared statement with values of ours. A batch is many small executions, of which GRDB's own way of binding and
/// reading costs more than what SQLite does.
struct PreparedStatement {
  private let db: Database
  private let statement: Statement
  private let handle: OpaquePointer
  private let columns: [String]

  /// - Parameter statement: one that changes rows or reads them, and no transaction or schema: of those GRDB must know.
  init(_ db: Database, _ statement: Statement) {
    self.db = db
    self.statement = statement
    handle = statement.sqliteStatement
    columns = statement.columnNames
  }

  /// Errors: GRDB's `DatabaseError`.
  func run(_ arguments: [any SQLConvertible]) throws -> SQLResult {
    guard arguments.count == Int(sqlite3_bind_parameter_count(handle)) else {
      throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "\(arguments.count) arguments")
    }
    let values = arguments.map { $0.sqlValue }
    // SQLite reads them while the statement runs: in one place, they need not be copied one by one.
    return try withUnsafeTemporaryAllocation(byteCount: values.reduce(1) { $0 + $1.byteCount }, alignment: 1) { room in
      defer {
        // Their codes repeat that of the step.
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
      }
      var end = 0
      for (at, value) in zip(Int32(1)..., values) { try require(bind(value, at, in: room, &end)) }
      return try withExtendedLifetime(statement) { try step() }
    }
  }

  private func step() throws -> SQLResult {
    var rows: [SQLRow] = []
    while true {
      let code = sqlite3_step(handle)
      if code == SQLITE_DONE { return SQLResult(rows: rows, changed: db.changesCount) }
      guard code == SQLITE_ROW else { throw error(code) }
      rows.append(SQLRow(columns: columns, values: (0..<Int32(columns.count)).map(value)))
    }
  }

  /// - Parameter end: how much of `room` is taken.
  private func bind(_ value: SQLValue, _ at: Int32, in room: UnsafeMutableRawBufferPointer, _ end: inout Int) -> Int32 {
    let place = UnsafeMutableRawBufferPointer(rebasing: room[end...])
    end += value.byteCount
    switch value {
    case .null: return sqlite3_bind_null(handle, at)
    case .integer(let integer): return sqlite3_bind_int64(handle, at, integer)
    case .text(let text):
      place.copyBytes(from: text.utf8)
      return sqlite3_bind_text64(
        handle, at, place.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(value.byteCount), nil,
        UInt8(SQLITE_UTF8))
    case .blob(let bytes):
      place.copyBytes(from: bytes)
      return sqlite3_bind_blob64(handle, at, place.baseAddress, UInt64(value.byteCount), nil)
    }
  }

  private func value(_ at: Int32) -> SQLValue {
    switch sqlite3_column_type(handle, at) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, at))
    // No table of ours has such a column; who reads one as an integer is told that it is none.
    case SQLITE_FLOAT: return .text("\(sqlite3_column_double(handle, at))")
    case SQLITE_TEXT:
      let bytes = UnsafeBufferPointer(start: sqlite3_column_text(handle, at), count: count(at))
      return .text(String(decoding: bytes, as: UTF8.self))
    case SQLITE_BLOB:
      return .blob([UInt8](UnsafeRawBufferPointer(start: sqlite3_column_blob(handle, at), count: count(at))))
    default: return .null
    }
  }

  private func count(_ at: Int32) -> Int { Int(sqlite3_column_bytes(handle, at)) }

  private func require(_ code: Int32) throws {
    guard code == SQLITE_OK else { throw error(code) }
  }

  private func error(_ code: Int32) -> DatabaseError {
    let connection = sqlite3_db_handle(handle)
    return DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
      message: String(cString: sqlite3_errmsg(connection)), sql: sqlite3_sql(handle).map { String(cString: $0) })
  }
}

extension SQLValue {
  /// Of a text or blob.
  fileprivate var byteCount: Int {
    switch self {
    case .null, .integer: 0
    case .text(let text): text.utf8.count
    case .blob(let bytes): bytes.count
    }
  }
}
