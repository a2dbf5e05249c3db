public import Cryptography

/// What a witness has cosigned last of one log: it must never forget it, and never go back behind it.
public struct WitnessedHead: Sendable, Equatable {
  public let size: UInt64
  public let root: Digest32
  /// Of the cosignature, in seconds since 1970.
  public let timeSeconds: UInt64
  /// The checkpoint with the log's signature and the cosignature.
  public let note: [UInt8]

  public init(size: UInt64, root: Digest32, timeSeconds: UInt64, note: [UInt8]) {
    self.size = size
    self.root = root
    self.timeSeconds = timeSeconds
    self.note = note
  }
}

/// The memory of a witness: one row a log. The database itself refuses a row that shrinks, changes its root or leaves.
/// Always a file of SQLite: a witness is one process with a folder of its own.
public final class WitnessStore: Sendable {
  private static let schema = Schema(
    service: "witness",
    [
      Migration(
        "witnessed heads and evidence",
        """
        CREATE TABLE witnessed (
          origin TEXT PRIMARY KEY,
          size INTEGER NOT NULL,
          root BLOB NOT NULL CHECK (length(root) = 32),
          time_s INTEGER NOT NULL,
          note BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER witnessed_never_goes_back BEFORE UPDATE ON witnessed
          WHEN NEW.size < OLD.size OR NEW.size = OLD.size AND NEW.root <> OLD.root OR NEW.time_s < OLD.time_s
            OR NEW.origin <> OLD.origin
          BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
        CREATE TRIGGER witnessed_never_leaves BEFORE DELETE ON witnessed
          BEGIN SELECT RAISE(ABORT, 'a witness never forgets'); END;
        CREATE TABLE evidence (
          id INTEGER PRIMARY KEY,
          origin TEXT NOT NULL,
          time_s INTEGER NOT NULL,
          why TEXT NOT NULL,
          request BLOB NOT NULL
        ) STRICT;
        CREATE INDEX evidence_by_origin ON evidence (origin);
        """)
    ])
  /// Requests of one log that are kept as evidence against it: the first ones tell all.
  static let evidenceMax = 64

  private let database: any RowDatabase

  /// Opens or makes the file. Errors: ``SQLiteError``, ``SchemaError``.
  public init(path: String) throws {
    database = try SQLiteDatabase(path: path, schema: Self.schema)
  }

  /// Looks at what was cosigned last and puts something else in its place, at once: two calls for one log follow each
  /// other whole, and what this returns is on the disk. `decide` may throw, and then nothing changes.
  public func advance(
    _ origin: String, _ decide: @escaping @Sendable (WitnessedHead?) throws -> WitnessedHead
  ) async throws -> WitnessedHead {
    try await database.write { db in
      let old = try Self.head(db, origin)
      let new = try decide(old)
      guard new != old else { return new }
      // No "INSERT OR REPLACE": it would delete, and pass by the triggers.
      try db.run(
        """
        INSERT INTO witnessed (origin, size, root, time_s, note) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (origin) DO UPDATE
        SET size = excluded.size, root = excluded.root, time_s = excluded.time_s, note = excluded.note
        """, [origin, Int64(new.size), new.root, Int64(new.timeSeconds), new.note])
      return new
    }
  }

  public func head(_ origin: String) async throws -> WitnessedHead? {
    try await database.read { db in try Self.head(db, origin) }
  }

  /// Keeps a request that the log signed and that does not continue what was cosigned: two such notes of one log prove
  /// that it showed two trees. Returns whether there was room.
  public func keepEvidence(_ origin: String, timeSeconds: UInt64, why: String, request: [UInt8]) async throws -> Bool {
    try await database.write { db in
      let count: Int64 = try db.value("SELECT count(*) FROM evidence WHERE origin = ?", [origin]) ?? 0
      guard count < Self.evidenceMax else { return false }
      try db.run(
        "INSERT INTO evidence (origin, time_s, why, request) VALUES (?, ?, ?, ?)",
        [origin, Int64(timeSeconds), why, request])
      return true
    }
  }

  /// The requests kept, oldest first.
  public func evidence(_ origin: String) async throws -> [[UInt8]] {
    try await database.read { db in
      try db.rows("SELECT request FROM evidence WHERE origin = ? ORDER BY id", [origin]).map { try $0["request"] }
    }
  }

  private static func head(_ db: any RowTransaction, _ origin: String) throws -> WitnessedHead? {
    try db.row("SELECT size, root, time_s, note FROM witnessed WHERE origin = ?", [origin]).map {
      WitnessedHead(
        size: UInt64(clamping: try $0["size"] as Int64), root: try $0["root"],
        timeSeconds: UInt64(clamping: try $0["time_s"] as Int64), note: try $0["note"])
    }
  }
}
