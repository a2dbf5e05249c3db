internal import Cryptography
internal import GRDB
internal import Receipts

extension BlobCatalogue {
  /// Ends the references of one class that are older than `unixMs`, at most `max` of them, and closes in the same
  /// transaction every blob that nobody refers to any more. Returns those, and whether there may be more.
  func expire(
    _ retention: RetentionClass, before unixMs: Int64, max: Int
  ) async throws -> (closed: [BlobName], more: Bool) {
    // The index of ages leaves statements out, which are many and expire hardly ever.
    let indexed = retention == .statement ? "" : "AND retention <> 'statement'"
    return try await database.write { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT digest, holder FROM blob_reference WHERE retention = ? AND since_unix_ms < ? \(indexed)
          ORDER BY since_unix_ms LIMIT ?
          """, arguments: [retention.rawValue, unixMs, max])
      var digests: Set<Digest32> = []
      for row in rows {
        digests.insert(try row.digest("digest"))
        try Self.dropReference(db, try row.digest("digest"), retention, row["holder"])
      }
      return (try Self.close(db, digests), rows.count == max)
    }
  }

  /// Ends one reference; nil when there is none. Closes the blob when it was the last.
  func release(_ name: BlobName, _ retention: RetentionClass, holder: String) async throws -> [BlobName]? {
    try await database.write { db in
      try Self.dropReference(db, name.digest, retention, holder)
      guard db.changesCount == 1 else { return nil }
      return try Self.close(db, [name.digest])
    }
  }

  /// Closes blobs that are stored and have no row: whoever put them died before it referred to them.
  func closeUnknown(_ found: [BlobName: UInt64]) async throws -> [BlobName] {
    guard !found.isEmpty else { return [] }
    return try await database.write { db in
      var closed: [BlobName] = []
      for (name, bytes) in found where try Self.object(db, name.digest) == nil {
        let generation = try Self.nextGeneration(db)
        try db.execute(
          sql: "INSERT INTO blob_object (digest, bytes, state, generation) VALUES (?, ?, 'removing', ?)",
          arguments: [name.digest.row, Int64(clamping: bytes), generation])
        closed.append(name)
      }
      return closed
    }
  }

  /// Deletes the row of a blob whose bytes are gone. Whoever put it before must put it again.
  func forget(_ name: BlobName) async throws {
    try await database.write { db in
      let generation = try Self.nextGeneration(db)
      try db.execute(
        sql: "DELETE FROM blob_object WHERE digest = ? AND state = 'removing'", arguments: [name.digest.row])
      try db.execute(sql: "UPDATE blob_sweep SET forgotten = ? WHERE id = 1", arguments: [generation])
    }
  }

  /// Moves a blob from one state to another, if it has the first, and still that of `generation` where one is given.
  /// Returns whether it had.
  func move(_ name: BlobName, from old: State, to new: State, generation: UInt64? = nil) async throws -> Bool {
    try await database.write { db in
      if let generation, try Self.object(db, name.digest)?.generation != generation { return false }
      return try Self.move(db, name.digest, from: [old], to: new)
    }
  }

  /// The blobs that somebody had begun to remove, to move aside or to erase.
  func unsettled() async throws -> [(name: BlobName, state: State)] {
    try await database.read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT digest, state FROM blob_object
          WHERE state <> 'present' AND state IN ('removing', 'damaged', 'erasing')
          """)
      return try rows.compactMap { row in
        try State(rawValue: row["state"]).map { (BlobName(try row.digest("digest")), $0) }
      }
    }
  }

  /// How many blobs are damaged, moved aside and not healed yet.
  func asideCount() async throws -> Int {
    try await database.read { db in
      try Int.fetchOne(
        db, sql: "SELECT count(*) FROM blob_object WHERE state <> 'present' AND state IN ('damaged', 'aside')") ?? 0
    }
  }

  /// The next of 256 parts to be searched for what has no row, counted on.
  func nextPart() async throws -> UInt8 {
    try await database.write { db in
      let part = try Int64.fetchOne(db, sql: "SELECT next_part FROM blob_sweep") ?? 0
      try db.execute(sql: "UPDATE blob_sweep SET next_part = ? WHERE id = 1", arguments: [(part + 1) % 256])
      return UInt8(truncatingIfNeeded: part)
    }
  }

  /// The first stored blobs by name after this one.
  func present(after name: BlobName?, max: Int) async throws -> [BlobName] {
    try await database.read { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT digest FROM blob_object WHERE digest > ? AND state = 'present' ORDER BY digest LIMIT ?",
        arguments: [(name?.digest.bytes ?? []).row, max])
      return try rows.map { BlobName(try $0.digest("digest")) }
    }
  }

  /// The last blob that was scrubbed in this round; nil at its beginning.
  func lastScrubbed() async throws -> BlobName? {
    try await database.read { db in
      let row = try Row.fetchOne(db, sql: "SELECT scrubbed FROM blob_sweep WHERE length(scrubbed) > 0")
      return try row.map { BlobName(try $0.digest("scrubbed")) }
    }
  }

  /// Remembers how far a round of scrubbing has come; nil begins a new one.
  func scrubbed(to name: BlobName?) async throws {
    try await database.write { db in
      try db.execute(
        sql: "UPDATE blob_sweep SET scrubbed = ? WHERE id = 1", arguments: [(name?.digest.bytes ?? []).row])
    }
  }

  private static func dropReference(
    _ db: Database, _ digest: Digest32, _ retention: RetentionClass, _ holder: String
  ) throws {
    try db.execute(
      sql: "DELETE FROM blob_reference WHERE digest = ? AND retention = ? AND holder = ?",
      arguments: [digest.row, retention.rawValue, holder])
  }

  private static func close(_ db: Database, _ digests: Set<Digest32>) throws -> [BlobName] {
    try digests.filter { digest in
      let held = try Row.fetchOne(
        db, sql: "SELECT 1 FROM blob_reference WHERE digest = ? LIMIT 1", arguments: [digest.row])
      return try held == nil && move(db, digest, from: [.present, .aside], to: .removing)
    }.map { BlobName($0) }
  }

  static func move(_ db: Database, _ digest: Digest32, from old: Set<State>, to new: State) throws -> Bool {
    guard let object = try object(db, digest), old.contains(object.state) else { return false }
    try db.execute(
      sql: "UPDATE blob_object SET state = ?, generation = ? WHERE digest = ?",
      arguments: [new.rawValue, try nextGeneration(db), digest.row])
    return true
  }

  private static func nextGeneration(_ db: Database) throws -> Int64 {
    try db.execute(sql: "UPDATE blob_sweep SET generation = generation + 1 WHERE id = 1")
    return Int64(clamping: try sweep(db).generation)
  }
}
