internal import Cryptography

extension LogRows {
  /// Runs `body` over one snapshot with a function that gives the entries' digests in order from `start` on, nil at the
  /// end. Each row is held against its seal. Errors: ``LogContradiction/entrySeal(index:path:)``.
  func readingInOrder<T: Sendable>(
    from start: UInt64 = 0, _ body: @escaping @Sendable (_ next: () throws -> Digest32?) throws -> T
  ) async throws -> T {
    let place = place
    return try await database.read { db in
      let next = try db.cursor(
        """
        SELECT position, digest, kid, kind, sub, registered_unix_ms, seal
        FROM entry LEFT JOIN claimant ON claimant.id = entry.claimant WHERE position >= ? ORDER BY position
        """, [Int64(start)])
      return try body {
        guard let row = try next() else { return nil }
        let digest: Digest32 = try row["digest"]
        try Self.checkSeal(row, digest, place)
        return digest
      }
    }
  }

  private static func checkSeal(_ row: SQLRow, _ digest: Digest32, _ place: String) throws {
    // The genesis entry has no claim, and rows from before there were seals have none.
    guard let seal: [UInt8] = try row["seal"] as [UInt8]? else { return }
    let index = UInt64(clamping: try row["position"] as Int64)
    let expected = EntrySeal.of(
      position: index, digest: digest, keyID: try row["kid"] as [UInt8]? ?? [],
      kind: try row["kind"] as String? ?? "", subject: try row["sub"] as String? ?? "",
      unixMs: try row["registered_unix_ms"])
    guard seal == expected else { throw LogContradiction.entrySeal(index: index, path: place) }
  }

  /// Whether the database itself finds the entries and their indices sound: an index that rot has changed would miss an
  /// entry that is there. Errors: ``LogContradiction/database(path:why:)``.
  func checkIntegrity() async throws {
    let place = place
    for table in ["entry", "claimant", "head"] {
      if let why = try await database.damage(of: table) { throw LogContradiction.database(path: place, why: why) }
    }
  }

  /// The size of the last tree that an audit found sound.
  func audited() async throws -> UInt64 {
    try await database.read { db in UInt64(clamping: try db.value("SELECT size FROM audited") ?? 0 as Int64) }
  }

  func keepAudited(_ size: UInt64) async throws {
    try await database.write(.rowLocks, repeatable: true) { db in
      _ = try db.run("UPDATE audited SET size = ?", [Int64(size)])
    }
  }

  /// The digests of the entries `from ..< to`, as many as there are.
  func digests(from start: UInt64, to end: UInt64) async throws -> [Digest32] {
    try await database.read { db in
      try db.rows(
        "SELECT digest FROM entry WHERE position >= ? AND position < ? ORDER BY position", [Int64(start), Int64(end)]
      ).map { try $0["digest"] }
    }
  }
}
