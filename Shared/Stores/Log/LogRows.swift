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
      var claims = try ClaimedEntries(db, for: entries)
      let first = try Self.count(db)
      var fresh: [(position: UInt64, claimant: Int64, entry: LogEntry)] = []
      let outcomes = entries.map { entry -> Outcome in
        if let taken = claims.outcome(of: entry) { return taken }
        let position = first + UInt64(fresh.count)
        fresh.append((position, claims.claimant(of: entry), entry))
        claims.take(entry, at: position)
        return .registered(position)
      }
      try Self.insert(db, fresh, unixMs)
      return outcomes
    }
  }

  private static func insert(
    _ db: any RowTransaction, _ fresh: [(position: UInt64, claimant: Int64, entry: LogEntry)], _ unixMs: Int64
  ) throws {
    try db.batch(
      "INSERT INTO entry (position, digest, claimant, sub, registered_unix_ms, seal) VALUES (?, ?, ?, ?, ?, ?)",
      fresh.map { position, claimant, entry in
        let seal = EntrySeal.of(
          position: position, digest: entry.digest, keyID: entry.keyID, kind: entry.kind, subject: entry.subject,
          unixMs: unixMs)
        return [Int64(position), entry.digest, claimant, entry.subject, unixMs, seal]
      })
    // What was erased as a blob is not kept as a statement.
    try db.batch(
      """
      INSERT INTO statement (position, bytes)
        SELECT position, ? FROM entry
        WHERE position = ? AND NOT EXISTS (SELECT 1 FROM blob_erasure WHERE digest = entry.digest)
      """, fresh.map { position, _, entry in [entry.statement, Int64(position)] })
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
    try await database.read { db in try Self.entries(db, "digest = ?", [[digest]])[0] }
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

  /// The entry that meets the condition, for each list of its arguments.
  static func entries(
    _ db: any RowTransaction, _ condition: String, _ lists: [[any SQLConvertible]]
  ) throws -> [RegisteredEntry?] {
    try db.batch("SELECT position, digest, sub FROM entry WHERE \(condition)", lists).map { result in
      try result.rows.first.map {
        RegisteredEntry(
          index: UInt64(clamping: try $0["position"] as Int64), digest: try $0["digest"], subject: try $0["sub"])
      }
    }
  }
}
