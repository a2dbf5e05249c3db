internal import Cryptography
internal import FoundationEssentials
internal import GRDB

extension LogRows {
  /// Runs `body` over one snapshot with a function that gives the entries' digests in order from `start` on, nil at the
  /// end. Each row is held against its seal. Errors: ``LogContradiction/entrySeal(index:path:)``.
  func readingInOrder<T: Sendable>(
    from start: UInt64 = 0, _ body: @escaping @Sendable (_ next: () throws -> Digest32?) throws -> T
  ) async throws -> T {
    let path = path
    return try await database.read { db in
      let cursor = try Row.fetchCursor(
        db,
        sql: """
          SELECT position, digest, kid, kind, sub, registered_unix_ms, seal FROM entry WHERE position >= ?
          ORDER BY position
          """,
        arguments: [Int64(start)])
      return try body {
        guard let row = try cursor.next() else { return nil }
        let digest = try row.withUnsafeData(atIndex: 1) { try Digest32([UInt8]($0 ?? Data())) }
        try Self.checkSeal(row, digest, path)
        return digest
      }
    }
  }

  private static func checkSeal(_ row: Row, _ digest: Digest32, _ path: String) throws {
    let index = UInt64(clamping: row[0] as Int64)
    let seal = try row.withUnsafeData(atIndex: 6) { $0.map { [UInt8]($0) } }
    // The genesis entry has no claim, and rows from before there were seals have none.
    guard let seal else { return }
    let expected = EntrySeal.of(
      position: index, digest: digest, keyID: try row.withUnsafeData(atIndex: 2) { [UInt8]($0 ?? Data()) },
      kind: row[3] as String? ?? "", subject: row[4] as String? ?? "", unixMs: row[5])
    guard seal == expected else { throw LogContradiction.entrySeal(index: index, path: path) }
  }

  /// Whether the pages of the entries and their two indices are sound: an index that rot has changed would miss an entry
  /// that is there. Errors: ``LogContradiction/database(path:why:)``.
  func checkIntegrity() async throws {
    let path = path
    try await database.read { db in
      for table in ["entry", "head"] {
        let found = try String.fetchOne(db, sql: "PRAGMA integrity_check(\(table))") ?? "no answer"
        guard found == "ok" else { throw LogContradiction.database(path: path, why: found) }
      }
    }
  }

  /// The size of the last tree that an audit found sound.
  func audited() async throws -> UInt64 {
    try await database.read { db in
      UInt64(clamping: try Int64.fetchOne(db, sql: "SELECT size FROM audited") ?? 0)
    }
  }

  func keepAudited(_ size: UInt64) async throws {
    try await database.write { db in try db.execute(sql: "UPDATE audited SET size = ?", arguments: [Int64(size)]) }
  }

  /// The digests of the entries `from ..< to`, as many as there are.
  func digests(from start: UInt64, to end: UInt64) async throws -> [Digest32] {
    try await database.read { db in
      try Row.fetchAll(
        db, sql: "SELECT digest FROM entry WHERE position >= ? AND position < ? ORDER BY position",
        arguments: [Int64(start), Int64(end)]
      ).map { try $0.digest("digest") }
    }
  }
}
