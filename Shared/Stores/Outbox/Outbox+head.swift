internal import Cryptography
public import MerkleLog

extension Outbox {
  /// The largest head seen; nil before the first contact.
  public func head() async throws -> LogHead? {
    try await database.read { db in try Self.head(db) }
  }

  /// Keeps a head that is larger than the one kept. Errors: ``OutboxError/otherLog(pinned:found:)``.
  public func keep(_ head: LogHead) async throws {
    try await database.write(.rowLocks) { db in try Self.keep(db, head) }
  }

  static func keep(_ db: any RowTransaction, _ head: LogHead) throws {
    if let pinned = try Self.head(db), pinned.origin != head.origin || pinned.vkey != head.vkey {
      throw OutboxError.otherLog(pinned: pinned.vkey, found: head.vkey)
    }
    // Answers of the log overtake each other: only a larger head is news. The pinned log holds here too, for two
    // processes may make first contact at once.
    try db.run(
      """
      INSERT INTO log_head (id, origin, vkey, size, root) VALUES (1, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root
      WHERE excluded.size > log_head.size AND excluded.origin = log_head.origin AND excluded.vkey = log_head.vkey
      """, [head.origin, head.vkey, Int64(head.size), head.root])
  }

  private static func head(_ db: any RowTransaction) throws -> LogHead? {
    guard let row = try db.row("SELECT origin, vkey, size, root FROM log_head") else { return nil }
    return LogHead(
      origin: try row["origin"], vkey: try row["vkey"], size: UInt64(try row["size"] as Int64), root: try row["root"])
  }
}
