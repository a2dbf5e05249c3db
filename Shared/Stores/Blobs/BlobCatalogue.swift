internal import Cryptography
internal import GRDB
public import Receipts

/// The rows of the blobs (``BlobSchema``): what is stored and who refers to it.
public final class BlobCatalogue: Sendable {
  let database: SQLiteDatabase

  /// `database` must have ``StorageSchema/migrations``.
  public init(_ database: SQLiteDatabase) { self.database = database }

  enum State: String, Sendable {
    case present, removing, damaged, aside, erasing, erased
  }

  /// One row of `blob_object`.
  struct Object: Sendable {
    let bytes: UInt64
    let root: Digest32?
    let state: State
    let generation: UInt64
  }

  /// Who keeps a blob, under which rule, since when.
  public struct Reference: Hashable, Sendable {
    public let retention: RetentionClass
    /// `log`, `custody:<receipt id>`, `upload:<caller>`.
    public let holder: String
    public let sinceUnixMs: Int64

    public init(retention: RetentionClass, holder: String, sinceUnixMs: Int64) {
      self.retention = retention
      self.holder = holder
      self.sinceUnixMs = sinceUnixMs
    }
  }

  func object(_ name: BlobName) async throws -> Object? {
    try await database.read { db in try Self.object(db, name.digest) }
  }

  /// The generation to refer with after a put of these blobs, read before any byte is written, and which of them the put
  /// will heal. Errors: ``BlobError/moving(_:)``, ``BlobError/erased(_:)``.
  func before(putting names: [BlobName]) async throws -> (generation: UInt64, aside: [BlobName]) {
    try await database.read { db in
      var aside: [BlobName] = []
      for name in names {
        guard let object = try Self.object(db, name.digest) else { continue }
        try Self.require(name, object.state)
        if object.state == .aside { aside.append(name) }
      }
      return (try Self.sweep(db).generation, aside)
    }
  }

  /// Opens a blob again whose right bytes were put after `generation`, when the damaged ones had gone aside.
  func heal(_ name: BlobName, generation: UInt64) async throws {
    try await database.write { db in
      try db.execute(
        sql: "UPDATE blob_object SET state = 'present' WHERE digest = ? AND state = 'aside' AND generation <= ?",
        arguments: [name.digest.row, Int64(clamping: generation)])
    }
  }

  /// The rules that keep a blob; none when nothing does.
  public func retention(of name: BlobName) async throws -> Set<RetentionClass> {
    try await database.read { db in
      let words = try String.fetchAll(
        db, sql: "SELECT DISTINCT retention FROM blob_reference WHERE digest = ?", arguments: [name.digest.row])
      return Set(words.compactMap { RetentionClass(rawValue: $0) })
    }
  }

  func learn(root: Digest32, of name: BlobName) async throws {
    try await database.write { db in
      try db.execute(
        sql: "UPDATE blob_object SET root = ? WHERE digest = ?", arguments: [root.row, name.digest.row])
    }
  }

  /// Refers to a blob whose bytes were put after `generation` was read. Part of the caller's transaction.
  ///
  /// This is the one place where a reference comes to be, and so the one that decides against a removal: whichever of the
  /// two transactions is first wins, and a reference that comes second is refused with ``BlobError/moving(_:)``.
  static func hold(
    _ db: Database, _ digest: Digest32, bytes: UInt64, root: Digest32? = nil, _ reference: Reference,
    generation: UInt64
  ) throws {
    let name = BlobName(digest)
    if let object = try object(db, digest) {
      try require(name, object.state)
      if object.state == .aside {
        // Only bytes that were put after the damaged ones went aside have healed it.
        guard object.generation <= generation else { throw BlobError.moving(name) }
        try db.execute(
          sql: "UPDATE blob_object SET state = 'present' WHERE digest = ?", arguments: [digest.row])
      }
      if let root, object.root == nil {
        try db.execute(sql: "UPDATE blob_object SET root = ? WHERE digest = ?", arguments: [root.row, digest.row])
      }
    } else {
      guard try sweep(db).forgotten <= generation else { throw BlobError.moving(name) }
      try db.execute(
        sql: "INSERT INTO blob_object (digest, bytes, root, state, generation) VALUES (?, ?, ?, 'present', ?)",
        arguments: [digest.row, Int64(clamping: bytes), root?.row, Int64(generation)])
    }
    try db.execute(
      sql: """
        INSERT INTO blob_reference (digest, retention, holder, since_unix_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
      arguments: [digest.row, reference.retention.rawValue, reference.holder, reference.sinceUnixMs])
  }

  private static func require(_ name: BlobName, _ state: State) throws {
    switch state {
    case .present, .aside: break
    case .removing, .damaged, .erasing: throw BlobError.moving(name)
    case .erased: throw BlobError.erased(name)
    }
  }

  static func sweep(_ db: Database) throws -> (generation: UInt64, forgotten: UInt64) {
    guard let row = try Row.fetchOne(db, sql: "SELECT generation, forgotten FROM blob_sweep") else { return (0, 0) }
    return (UInt64(clamping: row[0] as Int64), UInt64(clamping: row[1] as Int64))
  }

  static func object(_ db: Database, _ digest: Digest32) throws -> Object? {
    let row = try Row.fetchOne(
      db, sql: "SELECT bytes, root, state, generation FROM blob_object WHERE digest = ?", arguments: [digest.row])
    return try row.map { row in
      guard let state = State(rawValue: row["state"]) else {
        throw DatabaseError(resultCode: .SQLITE_MISMATCH, message: "unknown state of a blob")
      }
      return Object(
        bytes: UInt64(clamping: row["bytes"] as Int64), root: try row.hasNull(atIndex: 1) ? nil : row.digest("root"),
        state: state, generation: UInt64(clamping: row["generation"] as Int64))
    }
  }
}
