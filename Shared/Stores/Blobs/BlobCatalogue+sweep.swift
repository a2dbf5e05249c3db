internal import Cryptography
internal import Receipts

extension BlobCatalogue {
  /// Ends the references of one class that are older than `unixMs`, at most `max` of them, and closes in the same
  /// transaction every blob that nobody refers to any more. Returns those, and whether there may be more.
  func expire(
    _ retention: RetentionClass, before unixMs: Int64, max: Int
  ) async throws -> (closed: [BlobName], more: Bool) {
    // The index of ages leaves statements out, which are many and expire hardly ever.
    let indexed = retention == .statement ? "" : "AND retention <> 'statement'"
    return try await database.write(Self.moves) { db in
      let references = try db.rows(
        """
        SELECT digest, holder FROM blob_reference WHERE retention = ? AND since_unix_ms < ? \(indexed)
        ORDER BY since_unix_ms LIMIT ?
        """, [retention.rawValue, unixMs, Int64(max)]
      ).map { (digest: try $0["digest"] as Digest32, holder: try $0["holder"] as String) }
      try db.batch(Self.dropReference, references.map { [$0.digest, retention.rawValue, $0.holder] })
      return (try Self.close(db, Set(references.map(\.digest))), references.count == max)
    }
  }

  /// Ends one reference; nil when there is none. Closes the blob when it was the last.
  func release(_ name: BlobName, _ retention: RetentionClass, holder: String) async throws -> [BlobName]? {
    try await database.write(Self.moves) { db in
      guard try db.run(Self.dropReference, [name.digest, retention.rawValue, holder]) == 1 else { return nil }
      return try Self.close(db, [name.digest])
    }
  }

  /// Closes blobs that are stored and have no row: whoever put them died before it referred to them.
  func closeUnknown(_ found: [BlobName: UInt64]) async throws -> [BlobName] {
    guard !found.isEmpty else { return [] }
    return try await database.write(Self.moves) { db in
      var closed: [BlobName] = []
      for (name, bytes) in found where try Self.object(db, name.digest) == nil {
        try db.run(
          "INSERT INTO blob_object (digest, bytes, state, generation) VALUES (?, ?, 'removing', ?)",
          [name.digest, Int64(clamping: bytes), try Self.nextGeneration(db)])
        closed.append(name)
      }
      return closed
    }
  }

  /// Deletes the row of a blob whose bytes are gone. Whoever put it before must put it again.
  func forget(_ name: BlobName) async throws {
    try await database.write(Self.moves) { db in
      let generation = try Self.nextGeneration(db)
      try db.run("DELETE FROM blob_object WHERE digest = ? AND state = 'removing'", [name.digest])
      try db.run("UPDATE blob_sweep SET forgotten = ? WHERE id = 1", [generation])
    }
  }

  /// Moves a blob from one state to another, if it has the first, and still that of `generation` where one is given.
  /// Returns whether it had.
  func move(_ name: BlobName, from old: State, to new: State, generation: UInt64? = nil) async throws -> Bool {
    try await database.write(Self.moves) { db in
      if let generation, try Self.object(db, name.digest)?.generation != generation { return false }
      return try Self.move(db, name.digest, from: [old], to: new)
    }
  }

  /// The blobs that somebody had begun to remove, to move aside or to erase.
  func unsettled() async throws -> [(name: BlobName, state: State)] {
    try await database.read { db in
      try db.rows(
        """
        SELECT digest, state FROM blob_object
        WHERE state <> 'present' AND state IN ('removing', 'damaged', 'erasing')
        """
      ).compactMap { row in
        try State(rawValue: row["state"]).map { (BlobName(try row["digest"] as Digest32), $0) }
      }
    }
  }

  /// How many blobs are damaged, moved aside and not healed yet.
  func asideCount() async throws -> Int {
    try await database.read { db in
      let count: Int64? = try db.value(
        "SELECT count(*) FROM blob_object WHERE state <> 'present' AND state IN ('damaged', 'aside')")
      return Int(count ?? 0)
    }
  }

  /// The next of 256 parts to be searched for what has no row, counted on.
  func nextPart() async throws -> UInt8 {
    try await database.write(.rowLocks, repeatable: true) { db in
      let next: Int64? = try db.value(
        "UPDATE blob_sweep SET next_part = (next_part + 1) % 256 WHERE id = 1 RETURNING next_part")
      return UInt8(truncatingIfNeeded: (next ?? 1) - 1)
    }
  }

  /// The first stored blobs by name after this one.
  func present(after name: BlobName?, max: Int) async throws -> [BlobName] {
    try await database.read { db in
      try db.rows(
        "SELECT digest FROM blob_object WHERE digest > ? AND state = 'present' ORDER BY digest LIMIT ?",
        [name?.digest.bytes ?? [], Int64(max)]
      ).map { BlobName(try $0["digest"] as Digest32) }
    }
  }

  /// The last blob that was scrubbed in this round; nil at its beginning.
  func lastScrubbed() async throws -> BlobName? {
    try await database.read { db in
      let digest: Digest32? = try db.value("SELECT scrubbed FROM blob_sweep WHERE length(scrubbed) > 0")
      return digest.map { BlobName($0) }
    }
  }

  /// Remembers how far a round of scrubbing has come; nil begins a new one.
  func scrubbed(to name: BlobName?) async throws {
    try await database.write(.rowLocks, repeatable: true) { db in
      _ = try db.run("UPDATE blob_sweep SET scrubbed = ? WHERE id = 1", [name?.digest.bytes ?? []])
    }
  }

  private static let dropReference = "DELETE FROM blob_reference WHERE digest = ? AND retention = ? AND holder = ?"

  private static func close(_ db: any RowTransaction, _ digests: Set<Digest32>) throws -> [BlobName] {
    try digests.filter { digest in
      let held = try db.row("SELECT digest FROM blob_reference WHERE digest = ? LIMIT 1", [digest])
      return try held == nil && move(db, digest, from: [.present, .aside], to: .removing)
    }.map { BlobName($0) }
  }

  static func move(_ db: any RowTransaction, _ digest: Digest32, from old: Set<State>, to new: State) throws -> Bool {
    guard let object = try object(db, digest), old.contains(object.state) else { return false }
    try db.run(
      "UPDATE blob_object SET state = ?, generation = ? WHERE digest = ?",
      [new.rawValue, try nextGeneration(db), digest])
    return true
  }

  static func nextGeneration(_ db: any RowTransaction) throws -> Int64 {
    try db.value("UPDATE blob_sweep SET generation = generation + 1 WHERE id = 1 RETURNING generation") ?? 0
  }
}
