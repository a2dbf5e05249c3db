public import Cryptography
public import MerkleLog
public import Receipts

extension Outbox {
  /// The row with this receipt id or chat completion id, or nil.
  public func row(_ id: String) async throws -> OutboxRow? {
    try await database.read { db in
      try db.row("SELECT * FROM outbox WHERE receipt_id = ? OR completion_id = ?", [id, id]).map {
        try Self.row(db, $0)
      }
    }
  }

  /// Ids of rows that are not settled, oldest first.
  public func unfinished(limit: Int) async throws -> [ReceiptID] {
    try await database.read { db in
      try db.rows(
        "SELECT receipt_id FROM outbox WHERE state <> 'settled' ORDER BY accepted_unix_ms LIMIT ?", [Int64(limit)]
      ).compactMap { ReceiptID(try $0.first() as String) }
    }
  }

  /// How many rows are not settled.
  public func unfinishedCount() async throws -> Int {
    try await database.read { db in
      let count: Int64? = try db.value("SELECT count(*) FROM outbox WHERE state <> 'settled'")
      return Int(count ?? 0)
    }
  }

  /// The log index of a statement that was registered by itself (a model's, a policy's); nil when it was not.
  public func registration(of digest: Digest32) async throws -> UInt64? {
    try await database.read { db in
      let index: Int64?? = try db.value("SELECT log_index FROM statement WHERE digest = ?", [digest])
      return (index ?? nil).map { UInt64($0) }
    }
  }

  /// Remembers where a statement is in the log.
  public func register(_ bytes: [UInt8], kind: StatementKind, index: UInt64, head: LogHead?) async throws {
    try await database.write(.rowLocks, repeatable: true) { db in
      try db.run(
        """
        INSERT INTO statement (digest, kind, bytes, log_index) VALUES (?, ?, ?, ?)
        ON CONFLICT (digest) DO UPDATE SET log_index = excluded.log_index
        """, [SHA256.hash(bytes), kind.rawValue, bytes, Int64(index)])
      if let head { try Self.keep(db, head) }
    }
  }

  private static func row(_ db: any RowTransaction, _ columns: SQLRow) throws -> OutboxRow {
    let id: String = try columns["receipt_id"]
    func unreadable(_ column: String) -> OutboxError { .unreadable(receiptID: id, column: column) }
    guard let receiptID = ReceiptID(id) else { throw unreadable("receipt_id") }
    guard let state = OutboxState(rawValue: try columns["state"]) else { throw unreadable("state") }
    let outcome: String? = try columns["outcome"]
    let index: Int64? = try columns["log_index"]
    var row = OutboxRow(
      receiptID: receiptID, completionID: try columns["completion_id"], keyID: try columns["key_id"],
      sequence: UInt64(try columns["sequence"] as Int64), owner: try columns["owner"],
      isStreamed: try columns["is_streamed"], request: try columns["request"],
      acceptedUnixMs: UInt64(try columns["accepted_unix_ms"] as Int64), state: state,
      outcome: outcome.flatMap(Outcome.init(rawValue:)), errorCode: try columns["error_code"],
      salts: try columns["salts"], statements: [:], openingNames: [:], openings: [:],
      delivery: nil, priceNano: UInt64(try columns["price_nano"] as Int64), index: index.map { UInt64($0) })
    let policy: String? = try columns["verification"]
    row.verification = policy.flatMap(VerificationPolicy.init(_:))
    guard (policy == nil) == (row.verification == nil) else { throw unreadable("verification") }
    let attribution: String? = try columns["attribution"]
    row.isAttributionPending = attribution == LaterAttribution.pending
    guard attribution == nil || row.isAttributionPending else { throw unreadable("attribution") }
    guard (outcome == nil) == (row.outcome == nil) else { throw unreadable("outcome") }
    if let digest: Digest32 = try columns["delivery_digest"] {
      let chunks: Int64? = try columns["delivery_chunks"]
      row.delivery = chunks.map { .stream(chunks: UInt64($0), head: digest) } ?? .body(digest)
    }
    let statements = try db.rows(
      """
      SELECT outbox_statement.kind, statement.bytes FROM outbox_statement JOIN statement USING (digest)
      WHERE receipt_id = ?
      """, [id])
    for statement in statements {
      guard let kind = StatementKind(rawValue: try statement["kind"]) else { throw unreadable("kind") }
      row.statements[kind] = try statement["bytes"]
    }
    for opening in try db.rows("SELECT field, digest, blob FROM outbox_opening WHERE receipt_id = ?", [id]) {
      guard let field = CommittedField(try opening["field"]) else { throw unreadable("field") }
      row.openingNames[field] = try opening["digest"]
      row.openings[field] = try opening["blob"] as [UInt8]?
    }
    return row
  }
}
