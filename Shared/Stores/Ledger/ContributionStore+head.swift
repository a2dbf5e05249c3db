internal import Cryptography
public import MerkleLog

/// The head up to which the log is followed, where this service follows it by itself: each contribution below it is proven.
extension ContributionStore {
  static let headTable = """
    CREATE TABLE followed_head (
      name TEXT PRIMARY KEY,
      origin TEXT NOT NULL,
      vkey TEXT NOT NULL,
      log_size INTEGER NOT NULL CHECK (log_size >= 0),
      root BLOB NOT NULL
    ) STRICT;
    """

  /// Nil before the first contact with a log.
  public func head() async throws -> LogHead? {
    try await database.read { db in
      guard let row = try db.row("SELECT origin, vkey, log_size, root FROM followed_head WHERE name = 'contributions'")
      else { return nil }
      return LogHead(
        origin: try row["origin"], vkey: try row["vkey"], size: UInt64(try row["log_size"] as Int64),
        root: try row["root"])
    }
  }

  /// Two processes may follow one log: only a larger head of the log that was pinned is news.
  static func keep(_ db: any RowTransaction, _ head: LogHead) throws {
    try db.run(
      """
      INSERT INTO followed_head (name, origin, vkey, log_size, root) VALUES ('contributions', ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET log_size = excluded.log_size, root = excluded.root
      WHERE excluded.log_size > followed_head.log_size AND excluded.origin = followed_head.origin
      AND excluded.vkey = followed_head.vkey
      """, [head.origin, head.vkey, Int64(head.size), head.root])
  }
}
