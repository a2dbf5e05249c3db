/// Rows in SQLite or PostgreSQL. Each store is written once, over plain SQL that both read: `?` for arguments, columns of
/// integers of 64 bits, texts and bytes, `ON CONFLICT`, `RETURNING`.
///
/// ```swift
/// try await database.write { db in
///   try db.run("INSERT INTO row (name) VALUES (?)", ["a"])
///   return try db.row("SELECT count(*) FROM row")
/// }
/// ```
public protocol RowDatabase: Sendable {
  /// Runs `body` in one transaction: committed and on the disk when this returns, undone when `body` throws.
  ///
  /// `body` may run more than once, each time from the beginning: it must have no effect but on the rows.
  ///
  /// - Parameters:
  ///   - isolation: what concurrent writers may do meanwhile. SQLite has one writer at a time whatever is asked.
  ///   - repeatable: whether a commit that happened may happen again. Only then is a transaction repeated whose
  ///     connection was lost during its commit, so that nobody knows its outcome.
  func write<T: Sendable>(
    _ isolation: Isolation, repeatable: Bool, _ body: @escaping @Sendable (any RowTransaction) throws -> T
  ) async throws -> T

  /// Where it is, for errors: a file, or a server and a schema.
  var place: String { get }

  /// What the database itself finds wrong of a table and its indices; nil when nothing is.
  func damage(of table: String) async throws -> String?

  /// Sees to it that no byte of a deleted row is left where the database still holds it, as far as it can be told to.
  func overwriteDeleted() async throws

  /// Runs `body` over one unchanging snapshot, beside writes.
  func read<T: Sendable>(_ body: @escaping @Sendable (any RowTransaction) throws -> T) async throws -> T
}

/// How a write stands against others that run at the same time, in this process or another.
public enum Isolation: Hashable, Sendable {
  /// As if all ran one after another; one that cannot is run again.
  case serializable
  /// Serializable, and no other write of this name runs meanwhile: for rows that every write touches.
  case alone(String)
  /// Each statement sees what is committed before it and waits for the rows it changes: for writes that compare within
  /// the statement that changes.
  case rowLocks
}

extension RowDatabase {
  func write<T: Sendable>(
    _ isolation: Isolation = .serializable, _ body: @escaping @Sendable (any RowTransaction) throws -> T
  ) async throws -> T {
    try await write(isolation, repeatable: false, body)
  }

  /// The number of schema steps that the database has.
  public func schemaVersion() async throws -> Int { try await read { try $0.schemaVersion() } }
}

/// A transaction that is open. Used on the thread that it was given on.
public protocol RowTransaction {
  /// Runs one statement once for each list of arguments, in order; PostgreSQL gets all of them in one round trip.
  @discardableResult
  func batch(_ sql: String, _ lists: [[any SQLConvertible]]) throws -> [SQLResult]
  /// The rows of a query one at a time, in bounded memory; nil at the end.
  ///
  /// - Parameter page: how many rows one round trip brings, where there are any.
  func cursor(_ sql: String, _ arguments: [any SQLConvertible], page: Int) throws -> () throws -> SQLRow?
  /// What makes a `SELECT` of an `UPDATE` pass over rows that another worker is taking: queues.
  var skipLocked: String { get }
  /// The number of steps that the schema has.
  func schemaVersion() throws -> Int
  /// Takes one step, and remembers its number.
  func take(_ step: Migration, number: Int) throws
}

extension RowTransaction {
  /// Runs one statement; returns how many rows it wrote.
  @discardableResult
  func run(_ sql: String, _ arguments: [any SQLConvertible] = []) throws -> Int {
    try batch(sql, [arguments]).reduce(0) { $0 + $1.changed }
  }

  func rows(_ sql: String, _ arguments: [any SQLConvertible] = []) throws -> [SQLRow] {
    try batch(sql, [arguments]).flatMap(\.rows)
  }

  /// Rows that are small.
  func cursor(_ sql: String, _ arguments: [any SQLConvertible]) throws -> () throws -> SQLRow? {
    try cursor(sql, arguments, page: 2048)
  }

  /// The first row.
  func row(_ sql: String, _ arguments: [any SQLConvertible] = []) throws -> SQLRow? { try rows(sql, arguments).first }

  /// The first column of the first row; nil when there is no row.
  func value<Value: SQLConvertible>(_ sql: String, _ arguments: [any SQLConvertible] = []) throws -> Value? {
    try row(sql, arguments)?.first()
  }
}
