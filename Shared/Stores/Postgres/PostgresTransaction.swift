/// A transaction on one connection. It begins with its first statement, in the same round trip.
final class PostgresTransaction: RowTransaction {
  private let connection: PostgresConnection
  /// What is sent before the first statement.
  private var opening: [PostgresConnection.Command]
  private var cursors = 0

  init(_ connection: PostgresConnection, opening: [PostgresConnection.Command]) {
    self.connection = connection
    self.opening = opening
  }

  /// Whether anything was sent.
  var isBegun: Bool { opening.isEmpty }

  var skipLocked: String { "FOR UPDATE SKIP LOCKED" }

  func batch(_ sql: String, _ lists: [[any SQLConvertible]]) throws -> [SQLResult] {
    try send(lists.map { .statement(sql, $0.map(\.sqlValue)) }).map(\.result)
  }

  func cursor(_ sql: String, _ arguments: [any SQLConvertible], page: Int) throws -> () throws -> SQLRow? {
    cursors += 1
    let name = "cursor\(cursors)"
    _ = try send([
      .plain("DECLARE \(name) NO SCROLL CURSOR FOR \(PostgresWords.numbered(sql))", arguments.map(\.sqlValue))
    ])
    var rows: ArraySlice<SQLRow> = []
    var isAtEnd = false
    return {
      if rows.isEmpty, !isAtEnd {
        rows = try self.send([.plain("FETCH \(page) FROM \(name)")]).flatMap(\.result.rows)[...]
        isAtEnd = rows.count < page
      }
      return rows.popFirst()
    }
  }

  func schemaVersion() throws -> Int {
    let there: String? = try value("SELECT to_regclass('schema_version')::text")
    guard there != nil else { return 0 }
    let version: Int64? = try value("SELECT version FROM schema_version")
    return Int(version ?? 0)
  }

  func take(_ step: Migration, number: Int) throws {
    _ = try send([])
    try connection.script(step.postgres)
    try connection.script(
      number == 1
        ? "CREATE TABLE schema_version (version BIGINT NOT NULL); INSERT INTO schema_version VALUES (1)"
        : "UPDATE schema_version SET version = \(number)")
  }

  private func send(_ commands: [PostgresConnection.Command]) throws -> [PostgresConnection.Reply] {
    let first = opening
    opening = []
    let before = first.reduce(0) { count, command in
      if case .sync = command { count } else { count + 1 }
    }
    return Array(try connection.run(first + commands).dropFirst(before))
  }
}
