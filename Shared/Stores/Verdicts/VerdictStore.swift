public import Cryptography
public import Receipts

/// What verification must not forget: the receipts that are to be executed again, each with its job until its verdict is in
/// the log, the signed verdicts, and the draws.
///
/// A receipt has one row for ever, and at most one job. A verdict's bytes are kept by whoever comes first, before the log
/// sees them; a job ends in the transaction that writes down where the log has them, or why there can be none.
public struct VerdictStore: Sendable {
  public static let schema = Schema(
    service: "verification",
    [
      Migration("jobs", JobQueue.tables), Migration("verdicts", verdicts), Migration("draws", draws),
      Migration("superseding", superseding),
    ])

  private static let verdicts = """
    CREATE TABLE verdict (
      receipt_id TEXT PRIMARY KEY,
      receipt BLOB NOT NULL,
      statement BLOB,
      refusal TEXT,
      log_index INTEGER
    ) STRICT;
    """

  let database: any RowDatabase
  public let jobs: JobQueue

  /// Opens or makes the database. Errors: those of ``DatabaseLocation``.
  public init(_ location: DatabaseLocation) async throws {
    database = try await location.open(Self.schema)
    jobs = JobQueue(database)
  }

  /// Sees to it that a receipt has its row, and a job unless it has a verdict. Asking again changes nothing, but gives a
  /// refused one another try. Errors: ``VerdictError/otherReceipt(_:)``.
  ///
  /// - Parameter payload: what the worker needs to know.
  public func ask(_ id: ReceiptID, receipt: Digest32, payload: [UInt8], unixMs: Int64) async throws -> VerdictRow {
    try await database.write(.serializable, repeatable: true) { db in
      try Self.ask(db, id, receipt: receipt, payload: payload, unixMs: unixMs)
    }
  }

  /// The same, as part of the caller's transaction.
  @discardableResult
  static func ask(
    _ db: any RowTransaction, _ id: ReceiptID, receipt: Digest32, payload: [UInt8], unixMs: Int64
  ) throws -> VerdictRow {
    try db.run(
      "INSERT INTO verdict (receipt_id, receipt) VALUES (?, ?) ON CONFLICT DO NOTHING", [id.description, receipt])
    guard let row = try row(db, id) else { throw VerdictError.unreadable(table: "verdict", key: id.description) }
    guard row.receipt == receipt else { throw VerdictError.otherReceipt(id) }
    guard row.state != .registered else { return row }
    try db.run("UPDATE verdict SET refusal = NULL WHERE receipt_id = ?", [id.description])
    // One that has its job keeps it.
    try JobQueue.put(db, id.description, payload, dueUnixMs: unixMs)
    return VerdictRow(receiptID: id, receipt: receipt, statement: row.statement, refusal: nil, index: nil)
  }

  /// Nil for a receipt that nobody asked about.
  public func row(_ id: ReceiptID) async throws -> VerdictRow? {
    try await database.read { db in try Self.row(db, id) }
  }

  /// Keeps a signed verdict, unless there is one: returns the one that holds. Nothing else is ever registered.
  public func sign(_ id: ReceiptID, _ statement: [UInt8]) async throws -> [UInt8] {
    try await database.write(.rowLocks, repeatable: true) { db in
      try db.run(
        "UPDATE verdict SET statement = ? WHERE receipt_id = ? AND statement IS NULL", [statement, id.description])
      guard let kept = try Self.row(db, id)?.statement else {
        throw VerdictError.unreadable(table: "verdict", key: id.description)
      }
      return kept
    }
  }

  /// Writes down where the log has the verdict, and ends the job.
  public func register(_ job: JobQueue.Job, index: UInt64) async throws {
    try await end(job, "UPDATE verdict SET log_index = ? WHERE receipt_id = ?", Int64(index))
  }

  /// Writes down why the log can have no verdict, and ends the job.
  public func refuse(_ job: JobQueue.Job, _ why: String) async throws {
    try await end(job, "UPDATE verdict SET refusal = ? WHERE receipt_id = ?", why)
  }

  /// A worker whose lease has ended does no harm: what it writes is what any other would.
  func end(
    _ job: JobQueue.Job, _ sql: String, _ value: any SQLConvertible, key: [any SQLConvertible]? = nil
  ) async throws {
    try await database.write(.rowLocks, repeatable: true) { db in
      try db.run(sql, [value] + (key ?? [job.id]))
      try db.run("DELETE FROM job WHERE id = ?", [job.id])
    }
  }

  static func row(_ db: any RowTransaction, _ id: ReceiptID) throws -> VerdictRow? {
    let found = try db.row(
      "SELECT receipt, statement, refusal, log_index FROM verdict WHERE receipt_id = ?", [id.description])
    return try found.map { row in
      let index: Int64? = try row["log_index"]
      return VerdictRow(
        receiptID: id, receipt: try row["receipt"], statement: try row["statement"], refusal: try row["refusal"],
        index: index.map { UInt64($0) })
    }
  }
}
