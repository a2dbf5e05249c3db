internal import Cryptography

/// An erasure, as its row says. It is complete when its tombstone is in the log.
public struct BlobErasure: Equatable, Sendable {
  public let name: BlobName
  public let bytes: UInt64
  public let reason: String
  public let erasedUnixMs: Int64
  /// The signed tombstone; nil until it is signed.
  public let statement: [UInt8]?
}

extension BlobStore {
  /// Erases a blob for good, whoever refers to it: the references end, the bytes are removed, and it cannot be put again.
  /// A registered statement loses the bytes beside its entry too; the entry, and every proof of it, stays.
  /// Erasing it again returns the first erasure. Errors: ``BlobError/missing(_:)``, ``BlobError/moving(_:)``.
  public func erase(_ name: BlobName, reason: String, unixMs: Int64) async throws -> BlobErasure {
    let known = try await catalogue.beginErasure(of: name, reason: reason, unixMs: unixMs)
    guard known else { throw BlobError.missing(name) }
    try fault(.erasureMarked)
    try await finishErasure(of: name)
    guard let erasure = try await catalogue.erasure(of: name) else { throw BlobError.missing(name) }
    return erasure
  }

  func finishErasure(of name: BlobName) async throws {
    try await alone(with: name, in: .erasing) {
      for part in BlobObject.Part.allCases { try await backend.remove(BlobObject(name, part)) }
      try await backend.removeAside(BlobObject(name))
      try await catalogue.overwriteStatement(name)
      try fault(.erasureDone)
      if try await catalogue.move(name, from: .erasing, to: .erased) { observed(.erased(name)) }
      try fault(.erasureRecorded)
    }
    // Somebody else is at it, or was.
    guard try await catalogue.object(name)?.state == .erased else { throw BlobError.moving(name) }
  }

  /// Keeps the signed tombstone of an erasure, before it is registered. Returns the one that holds.
  public func keep(tombstone: [UInt8], of name: BlobName) async throws -> [UInt8] {
    let kept = try await catalogue.keep(tombstone: tombstone, of: name)
    try fault(.tombstoneKept)
    return kept
  }
}

extension BlobCatalogue {
  /// The erasure of a blob, nil when it was not erased.
  public func erasure(of name: BlobName) async throws -> BlobErasure? {
    try await database.read { db in
      try Self.erasures(db, "WHERE e.digest = ?", [name.digest]).first
    }
  }

  /// All erasures whose bytes are gone, to see after their tombstones at start.
  public func erasures() async throws -> [BlobErasure] {
    try await database.read { db in try Self.erasures(db, "WHERE o.state = 'erased'", []) }
  }

  /// Whether there was such a blob or statement.
  func beginErasure(of name: BlobName, reason: String, unixMs: Int64) async throws -> Bool {
    try await database.write(Self.moves, repeatable: true) { db in
      let object = try Self.object(db, name.digest)
      switch object?.state {
      case .erasing, .erased: return true
      // Whoever moves it has to finish first.
      case .removing, .damaged: throw BlobError.moving(name)
      case .present, .aside, nil: break
      }
      let statement = try LogRows.eraseStatement(db, name.digest)
      if object == nil {
        guard let statement else { return false }
        try db.run(
          "INSERT INTO blob_object (digest, bytes, state, generation) VALUES (?, ?, 'erasing', ?)",
          [name.digest, statement, try Self.nextGeneration(db)])
      } else {
        _ = try Self.move(db, name.digest, from: [.present, .aside], to: .erasing)
      }
      try db.run("DELETE FROM blob_reference WHERE digest = ?", [name.digest])
      try db.run(
        "INSERT INTO blob_erasure (digest, reason, erased_unix_ms) VALUES (?, ?, ?)", [name.digest, reason, unixMs])
      return true
    }
  }

  /// Of a registered statement, sees to it that the database holds no byte of what ``beginErasure(of:reason:unixMs:)``
  /// deleted.
  func overwriteStatement(_ name: BlobName) async throws {
    let entry = try await database.read { db in
      try db.row("SELECT position FROM entry WHERE digest = ?", [name.digest])
    }
    if entry != nil { try await database.overwriteDeleted() }
  }

  func keep(tombstone: [UInt8], of name: BlobName) async throws -> [UInt8] {
    try await database.write(.serializable, repeatable: true) { db in
      try db.run(
        "UPDATE blob_erasure SET statement = ? WHERE digest = ? AND statement IS NULL", [tombstone, name.digest])
      return try Self.erasures(db, "WHERE e.digest = ?", [name.digest]).first?.statement ?? tombstone
    }
  }

  private static func erasures(
    _ db: any RowTransaction, _ condition: String, _ arguments: [any SQLConvertible]
  ) throws -> [BlobErasure] {
    try db.rows(
      """
      SELECT e.digest, o.bytes, e.reason, e.erased_unix_ms, e.statement
      FROM blob_erasure e JOIN blob_object o ON o.digest = e.digest \(condition) ORDER BY e.erased_unix_ms
      """, arguments
    ).map { row in
      BlobErasure(
        name: BlobName(try row["digest"] as Digest32), bytes: UInt64(clamping: try row["bytes"] as Int64),
        reason: try row["reason"], erasedUnixMs: try row["erased_unix_ms"], statement: try row["statement"])
    }
  }
}
