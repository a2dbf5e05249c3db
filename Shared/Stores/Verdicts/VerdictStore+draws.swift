internal import Receipts

extension VerdictStore {
  /// A sampled receipt waits in its row until its epoch is revealed; then the row becomes a job, or goes.
  static let draws = """
    CREATE TABLE draw (
      number INTEGER PRIMARY KEY,
      seed BLOB NOT NULL,
      statement BLOB NOT NULL,
      log_index INTEGER,
      reveal BLOB,
      reveal_index INTEGER
    ) STRICT;
    CREATE TABLE sampled (
      receipt_id TEXT PRIMARY KEY,
      receipt BLOB NOT NULL,
      log_index INTEGER NOT NULL,
      rate_bp INTEGER NOT NULL,
      payload BLOB NOT NULL,
      enlisted_unix_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX sampled_index ON sampled (log_index);
    """

  /// Remembers a sampled receipt until its draw; one whose epoch is revealed already has its draw at once.
  public func enlist(_ sampled: SampledReceipt, unixMs: Int64) async throws {
    try await database.write(.serializable, repeatable: true) { db in
      let draw = try Self.draw(db, before: sampled.index)
      if let draw, let reveal = try draw.revealed, sampled.index <= reveal.last {
        if sampled.isSelected(by: reveal) { try Self.ask(db, sampled, unixMs) }
        return
      }
      try db.run(
        """
        INSERT INTO sampled (receipt_id, receipt, log_index, rate_bp, payload, enlisted_unix_ms) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
        [
          sampled.receiptID.description, sampled.receipt, Int64(sampled.index), Int64(sampled.basisPoints),
          sampled.payload, unixMs,
        ])
    }
  }

  /// Keeps a draw, unless there is one of this number: returns the one that holds.
  ///
  /// - Parameter refused: number of a draw that the log did not take, which it stands for.
  public func open(_ draw: DrawRow, insteadOf refused: UInt64? = nil) async throws -> DrawRow {
    try await database.write(.serializable, repeatable: true) { db in
      if let refused { try db.run("DELETE FROM draw WHERE number = ? AND log_index IS NULL", [Int64(refused)]) }
      try db.run(
        "INSERT INTO draw (number, seed, statement) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [Int64(draw.number), draw.seed, draw.statement])
      guard let kept = try Self.draws(db, "WHERE number = ?", [Int64(draw.number)]).first else {
        throw VerdictError.unreadable(table: "draw", key: "\(draw.number)")
      }
      return kept
    }
  }

  /// Keeps a reveal, unless there is one, and puts a job for each receipt of its epoch that the kept one selects.
  public func close(_ number: UInt64, reveal: [UInt8], unixMs: Int64) async throws {
    try await database.write(.serializable, repeatable: true) { db in
      try db.run("UPDATE draw SET reveal = ? WHERE number = ? AND reveal IS NULL", [reveal, Int64(number)])
      guard let draw = try Self.draws(db, "WHERE number = ?", [Int64(number)]).first, let kept = try draw.revealed,
        let index = draw.index
      else { throw VerdictError.unreadable(table: "draw", key: "\(number)") }
      let bounds: [any SQLConvertible] = [Int64(index), Int64(clamping: kept.last)]
      for row in try db.rows("SELECT * FROM sampled WHERE log_index > ? AND log_index <= ?", bounds) {
        let sampled = try Self.sampled(row)
        if sampled.isSelected(by: kept) { try Self.ask(db, sampled, unixMs) }
      }
      // Those before the first draw, too: no epoch has them.
      try db.run("DELETE FROM sampled WHERE log_index <= ?", [Int64(clamping: kept.last)])
    }
  }

  /// Writes down where the log has a draw, or its reveal.
  public func registered(draw number: UInt64, index: UInt64, reveal: Bool) async throws {
    let column = reveal ? "reveal_index" : "log_index"
    try await database.write(.rowLocks, repeatable: true) { db in
      _ = try db.run("UPDATE draw SET \(column) = ? WHERE number = ?", [Int64(index), Int64(number)])
    }
  }

  /// The newest draws, newest first.
  public func newestDraws(_ limit: Int) async throws -> [DrawRow] {
    try await database.read { db in try Self.draws(db, "ORDER BY number DESC LIMIT ?", [Int64(limit)]) }
  }

  /// The draw in whose epoch the entry of this index is, as far as the log goes.
  public func draw(before index: UInt64) async throws -> DrawRow? {
    try await database.read { db in try Self.draw(db, before: index) }
  }

  /// When the first receipt behind an index was enlisted that waits for its draw; nil when none does.
  public func waitingSince(after index: UInt64) async throws -> Int64? {
    try await database.read { db in
      let since: Int64?? = try db.value(
        "SELECT min(enlisted_unix_ms) FROM sampled WHERE log_index > ?", [Int64(clamping: index)])
      return since ?? nil
    }
  }

  private static func ask(_ db: any RowTransaction, _ sampled: SampledReceipt, _ unixMs: Int64) throws {
    try ask(db, sampled.receiptID, receipt: sampled.receipt, payload: sampled.payload, unixMs: unixMs)
  }

  private static func draw(_ db: any RowTransaction, before index: UInt64) throws -> DrawRow? {
    try draws(db, "WHERE log_index < ? ORDER BY log_index DESC LIMIT 1", [Int64(clamping: index)]).first
  }

  private static func draws(
    _ db: any RowTransaction, _ rest: String, _ arguments: [any SQLConvertible]
  ) throws -> [DrawRow] {
    try db.rows("SELECT * FROM draw \(rest)", arguments).map { row in
      let (index, revealIndex): (Int64?, Int64?) = (try row["log_index"], try row["reveal_index"])
      return DrawRow(
        number: UInt64(try row["number"] as Int64), seed: try row["seed"], statement: try row["statement"],
        index: index.map { UInt64($0) }, reveal: try row["reveal"], revealIndex: revealIndex.map { UInt64($0) })
    }
  }

  private static func sampled(_ row: SQLRow) throws -> SampledReceipt {
    let id: String = try row["receipt_id"]
    guard let receiptID = ReceiptID(id) else { throw VerdictError.unreadable(table: "sampled", key: id) }
    return SampledReceipt(
      receiptID: receiptID, receipt: try row["receipt"], index: UInt64(try row["log_index"] as Int64),
      basisPoints: Int(try row["rate_bp"] as Int64), payload: try row["payload"])
  }
}

extension DrawRow {
  /// What the signed reveal says.
  var revealed: RevealPredicate? {
    get throws { try reveal.map { try RevealPredicate(SignedStatement($0).statement.predicate) } }
  }
}
