public import Cryptography
internal import Receipts

/// The order of the log in the database: which entry has which index, and the last signed head.
public final class LogRows: Sendable {
  /// The next index and the head are everybody's: one write at a time.
  private static let writes = Isolation.alone("log")

  let database: any RowDatabase

  /// `database` must have ``StorageSchema/schema``.
  public init(_ database: any RowDatabase) { self.database = database }

  /// Where the rows are, for errors.
  var place: String { database.place }

  /// What registering an entry led to.
  enum Outcome: Sendable {
    case registered(UInt64)
    case conflict(RegisteredEntry)
  }

  /// Gives each entry the next index, in order, and keeps its statement, in one durable transaction. An entry that is
  /// there keeps its index; one whose claim is taken by other bytes gets none.
  func register(_ entries: [LogEntry], unixMs: Int64) async throws -> [Outcome] {
    try await database.write(Self.writes, repeatable: true) { db in
      var next = try Self.count(db)
      return try entries.map { entry in
        if let known = try Self.find(db, entry.digest) { return .registered(known.index) }
        if let other = try Self.find(db, keyID: entry.keyID, entry.kind, entry.subject) { return .conflict(other) }
        let seal = EntrySeal.of(
          position: next, digest: entry.digest, keyID: entry.keyID, kind: entry.kind, subject: entry.subject,
          unixMs: unixMs)
        try db.run(
          """
          INSERT INTO entry (position, digest, kid, kind, sub, registered_unix_ms, seal) VALUES (?, ?, ?, ?, ?, ?, ?)
          """, [Int64(next), entry.digest, entry.keyID, entry.kind, entry.subject, unixMs, seal])
        // What was erased as a blob is not kept as a statement.
        try db.run(
          """
          INSERT INTO statement (position, bytes)
            SELECT position, ? FROM entry
            WHERE position = ? AND NOT EXISTS (SELECT 1 FROM blob_erasure WHERE digest = entry.digest)
          """, [entry.statement, Int64(next)])
        defer { next += 1 }
        return .registered(next)
      }
    }
  }

  /// Makes entry 0 when there is no entry, and returns whichever is there.
  func genesis(_ digest: Digest32, unixMs: Int64) async throws -> Digest32 {
    try await database.write(Self.writes, repeatable: true) { db in
      let first: Digest32? = try db.value("SELECT digest FROM entry WHERE position = 0")
      if let first { return first }
      let head = try Self.head(db)
      guard head.size == 0 else { throw LogContradiction.rowsBehind(rows: 0, size: head.size) }
      try db.run("INSERT INTO entry (position, digest, registered_unix_ms) VALUES (0, ?, ?)", [digest, unixMs])
      return digest
    }
  }

  /// The entry of this statement, wherever it stands.
  public func find(_ digest: Digest32) async throws -> RegisteredEntry? {
    try await database.read { db in try Self.find(db, digest) }
  }

  /// The signed head and the entries registered beyond it, from one snapshot.
  /// Errors: ``LogError/rowsMissing(first:found:)`` unless those follow each other without a gap.
  func unsettled() async throws -> (head: SignedHead, pending: [Digest32]) {
    try await database.read { db in
      let head = try Self.head(db)
      let rows = try db.rows(
        "SELECT position, digest FROM entry WHERE position >= ? ORDER BY position", [Int64(head.size)])
      for (expected, row) in zip(Int64(head.size)..., rows) where try row["position"] != expected {
        throw LogError.rowsMissing(first: head.size, found: Int(expected) - Int(head.size))
      }
      return (head, try rows.map { try $0["digest"] })
    }
  }

  /// Puts a new head in the place of `old`, durably, and only if `old` is still the head: compare-and-swap.
  /// Errors: ``LogError/headMoved(expected:found:)``; the database itself refuses a tree that does not grow.
  func swap(_ old: SignedHead, for new: SignedHead) async throws {
    try await database.write(Self.writes) { db in
      let changed = try db.run(
        """
        UPDATE head SET size = ?, previous_size = ?, root = ?, note = ?
        WHERE id = 1 AND size = ? AND root = ? AND note IS NOT DISTINCT FROM ?
        """,
        [
          Int64(new.size), Int64(new.previousSize), new.root, new.note, Int64(old.size), old.root, old.note,
        ])
      guard changed == 1 else {
        throw LogError.headMoved(expected: old.size, found: try Self.head(db).size)
      }
    }
  }

  private static func count(_ db: any RowTransaction) throws -> UInt64 {
    UInt64(try db.value("SELECT coalesce(max(position) + 1, 0) FROM entry") ?? 0 as Int64)
  }

  static func head(_ db: any RowTransaction) throws -> SignedHead {
    guard let row = try db.row("SELECT size, previous_size, root, note FROM head") else {
      throw LogContradiction.headRow("the row is gone; restore the database from a backup")
    }
    return SignedHead(
      size: UInt64(clamping: try row["size"] as Int64),
      previousSize: UInt64(clamping: try row["previous_size"] as Int64), root: try row["root"], note: try row["note"])
  }

  private static func find(_ db: any RowTransaction, _ digest: Digest32) throws -> RegisteredEntry? {
    try entry(db, "digest = ?", [digest])
  }

  private static func find(
    _ db: any RowTransaction, keyID: [UInt8], _ kind: String, _ subject: String
  ) throws -> RegisteredEntry? {
    try entry(db, "kid = ? AND kind = ? AND sub = ?", [keyID, kind, subject])
  }

  private static func entry(
    _ db: any RowTransaction, _ condition: String, _ arguments: [any SQLConvertible]
  ) throws -> RegisteredEntry? {
    try db.row("SELECT position, digest, sub FROM entry WHERE \(condition)", arguments).map {
      RegisteredEntry(
        index: UInt64(clamping: try $0["position"] as Int64), digest: try $0["digest"], subject: try $0["sub"])
    }
  }
}
