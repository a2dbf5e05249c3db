internal import Cryptography
public import Receipts

extension Outbox {
  /// Makes the row of a later attribution with its job, in the transaction that says that the receipt is in the log.
  static func awaitAttribution(_ db: any RowTransaction, _ id: String, unixMs: UInt64) throws {
    try db.run(
      "INSERT INTO later_attribution (receipt_id, step, found) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      [id, LaterAttribution.Step.waiting.rawValue, [UInt8]()])
    try JobQueue.put(db, id, [], dueUnixMs: Int64(unixMs))
  }

  /// Nil for a receipt that binds its attribution, or is not in the log yet.
  public func later(_ id: ReceiptID) async throws -> LaterAttribution? {
    try await database.read { db in
      let found = try db.row(
        """
        SELECT step, found, kept.bytes AS custody, credited.bytes AS attribution,
          rules.bytes AS policy
        FROM later_attribution LEFT JOIN statement AS kept ON kept.digest = later_attribution.custody
        LEFT JOIN statement AS credited ON credited.digest = later_attribution.attribution
        LEFT JOIN statement AS rules ON rules.digest = later_attribution.policy WHERE receipt_id = ?
        """, [id.description])
      return try found.map { row in
        guard let step = LaterAttribution.Step(rawValue: try row["step"]) else {
          throw OutboxError.unreadable(receiptID: id.description, column: "step")
        }
        var (blobs, names): ([CommittedField: [UInt8]], [CommittedField: Digest32]) = ([:], [:])
        for opening in try db.rows(
          "SELECT field, digest, blob FROM later_opening WHERE receipt_id = ?", [id.description])
        {
          guard let field = CommittedField(try opening["field"]) else {
            throw OutboxError.unreadable(receiptID: id.description, column: "field")
          }
          names[field] = try opening["digest"]
          blobs[field] = try opening["blob"] as [UInt8]?
        }
        return LaterAttribution(
          receiptID: id, step: step, found: try row["found"], openings: blobs, openingNames: names,
          custody: try row["custody"], attribution: try row["attribution"], policy: try row["policy"])
      }
    }
  }

  /// Writes what a step added, if the row is still at the step `old`. The last step ends the job. Errors:
  /// ``OutboxError/laterMoved(receiptID:expected:)``.
  public func save(_ later: LaterAttribution, from old: LaterAttribution.Step) async throws {
    let id = later.receiptID.description
    let statements: [(kind: StatementKind, bytes: [UInt8])] = [
      (.custody, later.custody), (.attribution, later.attribution), (.policy, later.policy),
    ].compactMap { kind, bytes in bytes.map { (kind, $0) } }
    @Sendable func digest(_ bytes: [UInt8]?) -> Digest32? { bytes.map { SHA256.hash($0) } }
    try await database.write(.rowLocks) { db in
      try db.batch(
        "INSERT INTO statement (digest, kind, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        statements.map { [SHA256.hash($0.bytes), $0.kind.rawValue, $0.bytes] })
      let changed = try db.run(
        """
        UPDATE later_attribution SET step = ?, found = ?, custody = ?, attribution = ?, policy = ?
        WHERE receipt_id = ? AND step = ?
        """,
        [
          later.step.rawValue, later.found, digest(later.custody), digest(later.attribution), digest(later.policy), id,
          old.rawValue,
        ])
      guard changed == 1 else { throw OutboxError.laterMoved(receiptID: id, expected: old) }
      try db.run("DELETE FROM later_opening WHERE receipt_id = ?", [id])
      try db.batch(
        "INSERT INTO later_opening (receipt_id, field, digest, blob) VALUES (?, ?, ?, ?)",
        later.openingNames.map { [id, $0.key.description, $0.value, later.openings[$0.key]] })
      if later.step == .settled { try db.run("DELETE FROM job WHERE id = ?", [id]) }
    }
  }
}
