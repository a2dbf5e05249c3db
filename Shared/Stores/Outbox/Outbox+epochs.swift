public import Cryptography
internal import GRDB
public import Receipts

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

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
      let last = try Int64.fetchOne(
        db, sql: "SELECT max(last) FROM epoch WHERE key_id = ?", arguments: [Data(keyID)])
      let first = (last ?? 0) + 1
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT sequence, accepted_unix_ms, digest FROM outbox JOIN outbox_statement USING (receipt_id)
          WHERE key_id = ? AND sequence >= ? AND kind = 'receipt' AND log_index IS NOT NULL ORDER BY sequence LIMIT ?
          """, arguments: [Data(keyID), first, limit])
      let unbroken = zip(first..., rows).prefix { $0 == $1["sequence"] as Int64 }.map(\.1)
      return UncountedReceipts(
        first: UInt64(first), digests: try unbroken.map { try Self.receipt($0) },
        sinceUnixMs: unbroken.first.map { UInt64($0["accepted_unix_ms"] as Int64) })
    }
  }

  /// Keeps an epoch's signed bytes, before the log sees them. An epoch that begins at the same number is there already:
  /// ``OutboxError/epochClosed(first:)``.
  public func close(_ epoch: EpochPredicate, _ statement: [UInt8]) async throws {
    try await database.write { db in
      let key = Data(epoch.keyID.bytes)
      let next = try Int64.fetchOne(db, sql: "SELECT max(last) FROM epoch WHERE key_id = ?", arguments: [key])
      guard Int64(epoch.first) == (next ?? 0) + 1 else { throw OutboxError.epochClosed(first: epoch.first) }
      let digest = Data(SHA256.hash(statement).bytes)
      try db.execute(
        sql: "INSERT INTO statement (digest, kind, bytes) VALUES (?, ?, ?)",
        arguments: [digest, StatementKind.epoch.rawValue, Data(statement)])
      try db.execute(
        sql: "INSERT INTO epoch (key_id, first, last, digest) VALUES (?, ?, ?, ?)",
        arguments: [key, Int64(epoch.first), Int64(epoch.last), digest])
    }
  }

  /// Epochs of a key from the one that holds or follows a number, in order.
  public func epochs(keyID: [UInt8], from sequence: UInt64, limit: Int) async throws -> [OutboxEpoch] {
    try await database.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT first, last, bytes, log_index FROM epoch JOIN statement USING (digest)
          WHERE key_id = ? AND last >= ? ORDER BY first LIMIT ?
          """, arguments: [Data(keyID), Int64(clamping: sequence), limit]
      ).map {
        OutboxEpoch(
          first: UInt64($0["first"] as Int64), last: UInt64($0["last"] as Int64),
          statement: [UInt8]($0["bytes"] as Data), index: ($0["log_index"] as Int64?).map { UInt64($0) })
      }
    }
  }

  /// Epochs whose statement is not known to be in the log, oldest first.
  public func unregisteredEpochs(limit: Int) async throws -> [[UInt8]] {
    try await database.read { db in
      try Data.fetchAll(
        db,
        sql: """
          SELECT bytes FROM epoch JOIN statement USING (digest) WHERE log_index IS NULL ORDER BY first LIMIT ?
          """, arguments: [limit]
      ).map { [UInt8]($0) }
    }
  }

  /// The digests of the receipts that an epoch counts, in order.
  public func receipts(keyID: [UInt8], of epoch: OutboxEpoch) async throws -> [Digest32] {
    try await database.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT receipt_id, digest FROM outbox JOIN outbox_statement USING (receipt_id)
          WHERE key_id = ? AND sequence BETWEEN ? AND ? AND kind = 'receipt' ORDER BY sequence
          """, arguments: [Data(keyID), Int64(epoch.first), Int64(epoch.last)]
      ).map { try Self.receipt($0) }
    }
  }

  private static func receipt(_ row: Row) throws -> Digest32 {
    guard let digest = digest(row["digest"]) else { throw OutboxError.unreadable(receiptID: "-", column: "digest") }
    return digest
  }
}
