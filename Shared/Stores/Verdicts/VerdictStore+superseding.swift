public import Cryptography
public import Receipts

extension VerdictStore {
  /// A receipt's verdicts behind the first, each with the one whose place it takes. None is ever changed or removed.
  static let superseding = """
    CREATE TABLE superseding (
      receipt_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      supersedes BLOB NOT NULL,
      reason TEXT NOT NULL,
      statement BLOB,
      refusal TEXT,
      log_index INTEGER,
      PRIMARY KEY (receipt_id, number)
    ) STRICT;
    """

  /// Sees to it that the verdict with this digest gets one that supersedes it, and that a job makes it. Asking again changes
  /// nothing, but gives a refused one another try.
  ///
  /// - Parameter bound: digest of the verdict that the receipt binds; nil where the first one came later.
  /// - Errors: ``VerdictError/notInForce(_:)``, ``VerdictError/tooMany(_:)``.
  public func askAgain(
    _ id: ReceiptID, bound: Digest32?, supersedes: Digest32, reason: String, payload: [UInt8], unixMs: Int64
  ) async throws -> SupersedingRow {
    try await database.write(.serializable, repeatable: true) { db in
      let rows = try Self.supersedingRows(db, id)
      if let known = rows.first(where: { $0.superseded.verdict == supersedes }) {
        guard known.state != .registered else { return known }
        try db.run(
          "UPDATE superseding SET refusal = NULL WHERE receipt_id = ? AND number = ?",
          [id.description, Int64(known.superseded.number)])
        try JobQueue.put(db, SupersedingRow.jobID(id, known.superseded.number), payload, dueUnixMs: unixMs)
        return SupersedingRow(
          receiptID: id, superseded: known.superseded, statement: known.statement, refusal: nil, index: nil)
      }
      guard try Self.inForce(db, id, bound, rows) == supersedes else { throw VerdictError.notInForce(id) }
      guard rows.count < Superseded.numberMax else { throw VerdictError.tooMany(id) }
      let superseded = Superseded(number: rows.count + 1, verdict: supersedes, reason: reason)
      try db.run(
        "INSERT INTO superseding (receipt_id, number, supersedes, reason) VALUES (?, ?, ?, ?)",
        [id.description, Int64(superseded.number), supersedes, reason])
      try JobQueue.put(db, SupersedingRow.jobID(id, superseded.number), payload, dueUnixMs: unixMs)
      return SupersedingRow(receiptID: id, superseded: superseded, statement: nil, refusal: nil, index: nil)
    }
  }

  /// In the order of their numbers.
  public func superseding(_ id: ReceiptID) async throws -> [SupersedingRow] {
    try await database.read { db in try Self.supersedingRows(db, id) }
  }

  /// Keeps a signed verdict, unless there is one: returns the one that holds.
  public func sign(_ id: ReceiptID, number: Int, _ statement: [UInt8]) async throws -> [UInt8] {
    try await database.write(.rowLocks, repeatable: true) { db in
      try db.run(
        "UPDATE superseding SET statement = ? WHERE receipt_id = ? AND number = ? AND statement IS NULL",
        [statement, id.description, Int64(number)])
      guard let kept = try Self.supersedingRows(db, id).first(where: { $0.superseded.number == number })?.statement
      else {
        throw VerdictError.unreadable(table: "superseding", key: SupersedingRow.jobID(id, number))
      }
      return kept
    }
  }

  /// Writes down where the log has it, or why the log can have none, and ends the job.
  public func register(_ job: JobQueue.Job, _ id: ReceiptID, number: Int, index: UInt64) async throws {
    try await end(
      job, "UPDATE superseding SET log_index = ? WHERE receipt_id = ? AND number = ?", Int64(index),
      key: [id.description, Int64(number)])
  }

  public func refuse(_ job: JobQueue.Job, _ id: ReceiptID, number: Int, _ why: String) async throws {
    try await end(
      job, "UPDATE superseding SET refusal = ? WHERE receipt_id = ? AND number = ?", why,
      key: [id.description, Int64(number)])
  }

  /// The verdict that holds, once it is in the log.
  private static func inForce(
    _ db: any RowTransaction, _ id: ReceiptID, _ bound: Digest32?, _ rows: [SupersedingRow]
  ) throws -> Digest32? {
    if let last = rows.last { return last.index == nil ? nil : last.statement.map { SHA256.hash($0) } }
    if let bound { return bound }
    guard let first = try row(db, id), first.index != nil else { return nil }
    return first.statement.map { SHA256.hash($0) }
  }

  private static func supersedingRows(_ db: any RowTransaction, _ id: ReceiptID) throws -> [SupersedingRow] {
    try db.rows("SELECT * FROM superseding WHERE receipt_id = ? ORDER BY number", [id.description]).map { row in
      let (number, index): (Int64, Int64?) = (try row["number"], try row["log_index"])
      return SupersedingRow(
        receiptID: id,
        superseded: Superseded(number: Int(number), verdict: try row["supersedes"], reason: try row["reason"]),
        statement: try row["statement"], refusal: try row["refusal"], index: index.map { UInt64($0) })
    }
  }
}
