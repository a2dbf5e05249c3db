public import Cryptography
internal import GRDB
internal import Receipts

/// The order of the log in the database: which entry has which index, and the last signed head.
public final class LogRows: Sendable {
  private let database: SQLiteDatabase

  /// `database` must have ``StorageSchema/migrations``.
  public init(_ database: SQLiteDatabase) { self.database = database }

  /// What registering an entry led to.
  enum Outcome: Sendable {
    case registered(UInt64)
    case conflict(RegisteredEntry)
  }

  /// Gives each entry the next index, in order, in one durable transaction. An entry that is there keeps its index; one
  /// whose claim is taken by other bytes gets none.
  func register(_ entries: [LogEntry], unixMs: Int64) async throws -> [Outcome] {
    try await database.write { db in
      var next = try Self.count(db)
      return try entries.map { entry in
        if let known = try Self.find(db, entry.digest) { return .registered(known.index) }
        if let other = try Self.find(db, keyID: entry.keyID, entry.kind, entry.subject) { return .conflict(other) }
        try BlobCatalogue.hold(
          db, entry.digest, bytes: UInt64(entry.bytes),
          .init(retention: .statement, holder: "log", sinceUnixMs: unixMs), generation: entry.generation)
        try db.execute(
          sql: "INSERT INTO entry (position, digest, kid, kind, sub, registered_unix_ms) VALUES (?, ?, ?, ?, ?, ?)",
          arguments: [Int64(next), entry.digest.row, entry.keyID.row, entry.kind, entry.subject, unixMs])
        defer { next += 1 }
        return .registered(next)
      }
    }
  }

  /// Makes entry 0 when there is no entry, and returns whichever is there.
  func genesis(_ digest: Digest32, unixMs: Int64) async throws -> Digest32 {
    try await database.write { db in
      let first = try Row.fetchOne(db, sql: "SELECT digest FROM entry WHERE position = 0")
      if let first { return try first.digest("digest") }
      let head = try Self.head(db)
      guard head.size == 0 else { throw LogContradiction.rowsBehind(rows: 0, size: head.size) }
      try db.execute(
        sql: "INSERT INTO entry (position, digest, registered_unix_ms) VALUES (0, ?, ?)",
        arguments: [digest.row, unixMs])
      return digest
    }
  }

  /// The entry of this statement, wherever it stands.
  public func find(_ digest: Digest32) async throws -> RegisteredEntry? {
    try await database.read { db in try Self.find(db, digest) }
  }

  /// The entry that this entry is, or whose claim it repeats.
  public func find(like entry: LogEntry) async throws -> RegisteredEntry? {
    try await database.read { db in
      try Self.find(db, entry.digest) ?? Self.find(db, keyID: entry.keyID, entry.kind, entry.subject)
    }
  }

  /// The signed head and the entries registered beyond it, from one snapshot.
  /// Errors: ``LogError/rowsMissing(first:found:)`` unless those follow each other without a gap.
  func unsettled() async throws -> (head: SignedHead, pending: [Digest32]) {
    try await database.read { db in
      let head = try Self.head(db)
      let rows = try Row.fetchAll(
        db, sql: "SELECT position, digest FROM entry WHERE position >= ? ORDER BY position",
        arguments: [Int64(head.size)])
      for (expected, row) in zip(Int64(head.size)..., rows) where row["position"] != expected {
        throw LogError.rowsMissing(first: head.size, found: Int(expected) - Int(head.size))
      }
      return (head, try rows.map { try $0.digest("digest") })
    }
  }

  /// Puts a new head in the place of `old`, durably, and only if `old` is still the head: compare-and-swap.
  /// Errors: ``LogError/headMoved(expected:found:)``; the database itself refuses a tree that does not grow.
  func swap(_ old: SignedHead, for new: SignedHead) async throws {
    try await database.write { db in
      try db.execute(
        sql: """
          UPDATE head SET size = ?, previous_size = ?, root = ?, note = ?
          WHERE id = 1 AND size = ? AND root = ? AND note IS ?
          """,
        arguments: [
          Int64(new.size), Int64(new.previousSize), new.root.row, new.note?.row, Int64(old.size), old.root.row,
          old.note?.row,
        ])
      guard db.changesCount == 1 else {
        throw LogError.headMoved(expected: old.size, found: try Self.head(db).size)
      }
    }
  }

  /// Runs `body` over one snapshot with a function that gives the entries' digests in order of index, nil at the end.
  func readingInOrder<T: Sendable>(
    _ body: @escaping @Sendable (_ next: () throws -> Digest32?) throws -> T
  ) async throws -> T {
    try await database.read { db in
      let cursor = try Row.fetchCursor(db, sql: "SELECT digest FROM entry ORDER BY position")
      return try body { try cursor.next()?.digest("digest") }
    }
  }

  private static func count(_ db: Database) throws -> UInt64 {
    UInt64(try Int64.fetchOne(db, sql: "SELECT coalesce(max(position) + 1, 0) FROM entry") ?? 0)
  }

  private static func head(_ db: Database) throws -> SignedHead {
    guard let row = try Row.fetchOne(db, sql: "SELECT size, previous_size, root, note FROM head") else {
      throw LogContradiction.headRow("the row is gone; restore the database from a backup")
    }
    let note: [UInt8]? = try row.hasNull(atIndex: 3) ? nil : row.bytes("note")
    return SignedHead(
      size: UInt64(clamping: row["size"] as Int64), previousSize: UInt64(clamping: row["previous_size"] as Int64),
      root: try row.digest("root"), note: note)
  }

  private static func find(_ db: Database, _ digest: Digest32) throws -> RegisteredEntry? {
    try entry(db, "digest = ?", [digest.row])
  }

  private static func find(
    _ db: Database, keyID: [UInt8], _ kind: String, _ subject: String
  ) throws -> RegisteredEntry? {
    try entry(db, "kid = ? AND kind = ? AND sub = ?", [keyID.row, kind, subject])
  }

  private static func entry(
    _ db: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> RegisteredEntry? {
    let row = try Row.fetchOne(
      db, sql: "SELECT position, digest, sub FROM entry WHERE \(condition)", arguments: arguments)
    return try row.map {
      RegisteredEntry(
        index: UInt64(clamping: $0["position"] as Int64), digest: try $0.digest("digest"), subject: $0["sub"])
    }
  }
}
