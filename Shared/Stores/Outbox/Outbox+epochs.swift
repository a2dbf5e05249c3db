public import Cryptography
public import Receipts

/// A run of receipts of one key that an epoch statement counts.
public struct OutboxEpoch: Sendable, Equatable {
  public let first: UInt64
  public let last: UInt64
  /// The signed bytes.
  public let statement: [UInt8]
  /// In the log; nil until it is there.
  public let index: UInt64?
}

/// Receipts that no epoch counts yet.
public struct UncountedReceipts: Sendable, Equatable {
  /// Number of the first.
  public let first: UInt64
  /// In order of number, without a gap, all in the log.
  public let digests: [Digest32]
  /// When the first was accepted; nil when there is none.
  public let sinceUnixMs: UInt64?
}

extension Outbox {
  /// The receipts of a key from the first uncounted one up to the first that is not in the log.
  public func uncounted(keyID: [UInt8], limit: Int) async throws -> UncountedReceipts {
    try await database.read { db in
      let first = try Self.lastCounted(db, keyID) + 1
      let rows = try db.rows(
        """
        SELECT sequence, accepted_unix_ms, digest FROM outbox JOIN outbox_statement USING (receipt_id)
        WHERE key_id = ? AND sequence >= ? AND kind = 'receipt' AND log_index IS NOT NULL ORDER BY sequence LIMIT ?
        """, [keyID, first, Int64(limit)])
      var unbroken: [Digest32] = []
      var since: Int64?
      for row in rows {
        let sequence: Int64 = try row["sequence"]
        guard sequence == first + Int64(unbroken.count) else { break }
        unbroken.append(try row["digest"])
        since = try since ?? row["accepted_unix_ms"]
      }
      return UncountedReceipts(first: UInt64(first), digests: unbroken, sinceUnixMs: since.map { UInt64($0) })
    }
  }

  /// Keeps an epoch's signed bytes, before the log sees them. An epoch that begins at the same number is there already:
  /// ``OutboxError/epochClosed(first:)``.
  public func close(_ epoch: EpochPredicate, _ statement: [UInt8]) async throws {
    try await database.write { db in
      let last = try Self.lastCounted(db, epoch.keyID.bytes)
      guard Int64(epoch.first) == last + 1 else {
        throw OutboxError.epochClosed(first: epoch.first)
      }
      let digest = SHA256.hash(statement)
      try db.run(
        "INSERT INTO statement (digest, kind, bytes) VALUES (?, ?, ?)",
        [digest, StatementKind.epoch.rawValue, statement])
      try db.run(
        "INSERT INTO epoch (key_id, first, last, digest) VALUES (?, ?, ?, ?)",
        [epoch.keyID, Int64(epoch.first), Int64(epoch.last), digest])
    }
  }

  /// Epochs of a key from the one that holds or follows a number, in order.
  public func epochs(keyID: [UInt8], from sequence: UInt64, limit: Int) async throws -> [OutboxEpoch] {
    try await database.read { db in
      try db.rows(
        """
        SELECT first, last, bytes, log_index FROM epoch JOIN statement USING (digest)
        WHERE key_id = ? AND last >= ? ORDER BY first LIMIT ?
        """, [keyID, Int64(clamping: sequence), Int64(limit)]
      ).map { row in
        let index: Int64? = try row["log_index"]
        return OutboxEpoch(
          first: UInt64(try row["first"] as Int64), last: UInt64(try row["last"] as Int64),
          statement: try row["bytes"], index: index.map { UInt64($0) })
      }
    }
  }

  /// Epochs whose statement is not known to be in the log, oldest first.
  public func unregisteredEpochs(limit: Int) async throws -> [[UInt8]] {
    try await database.read { db in
      try db.rows(
        "SELECT bytes FROM epoch JOIN statement USING (digest) WHERE log_index IS NULL ORDER BY first LIMIT ?",
        [Int64(limit)]
      ).map { try $0.first() }
    }
  }

  /// The digests of the receipts that an epoch counts, in order.
  public func receipts(keyID: [UInt8], of epoch: OutboxEpoch) async throws -> [Digest32] {
    try await database.read { db in
      try db.rows(
        """
        SELECT digest FROM outbox JOIN outbox_statement USING (receipt_id)
        WHERE key_id = ? AND sequence BETWEEN ? AND ? AND kind = 'receipt' ORDER BY sequence
        """, [keyID, Int64(epoch.first), Int64(epoch.last)]
      ).map { try $0.first() }
    }
  }

  /// The number of the last receipt that an epoch counts; 0 before the first epoch.
  private static func lastCounted(_ db: any RowTransaction, _ keyID: [UInt8]) throws -> Int64 {
    let last: Int64?? = try db.value("SELECT max(last) FROM epoch WHERE key_id = ?", [keyID])
    return (last ?? nil) ?? 0
  }
}
