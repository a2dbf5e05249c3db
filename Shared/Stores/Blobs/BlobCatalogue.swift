internal import Cryptography
public import Receipts

/// The rows of the blobs (``BlobSchema``): what is stored and who refers to it.
public final class BlobCatalogue: Sendable {
  /// Removals and whatever else moves a blob from one state to another count generations in one row: one at a time.
  static let moves = Isolation.alone("blobs")

  let database: any RowDatabase

  /// `database` must have ``StorageSchema/schema``.
  public init(_ database: any RowDatabase) { self.database = database }

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
    try await database.write(.serializable, repeatable: true) { db in
      _ = try db.run(
        "UPDATE blob_object SET state = 'present' WHERE digest = ? AND state = 'aside' AND generation <= ?",
        [name.digest, Int64(clamping: generation)])
    }
  }

  /// The rules that keep a blob; none when nothing does.
  public func retention(of name: BlobName) async throws -> Set<RetentionClass> {
    try await database.read { db in
      let rows = try db.rows("SELECT DISTINCT retention FROM blob_reference WHERE digest = ?", [name.digest])
      return Set(try rows.compactMap { RetentionClass(rawValue: try $0.first()) })
    }
  }

  func learn(root: Digest32, of name: BlobName) async throws {
    try await database.write(.rowLocks, repeatable: true) { db in
      _ = try db.run("UPDATE blob_object SET root = ? WHERE digest = ?", [root, name.digest])
    }
  }

  /// Notes where the bytes lie, for backups. Returns where they lay until now.
  public func remember(_ place: StoragePlace) async throws -> String {
    try await database.write(.rowLocks, repeatable: true) { db in
      let old: String? = try db.value("SELECT place FROM blob_sweep")
      if old != place.text { _ = try db.run("UPDATE blob_sweep SET place = ? WHERE id = 1", [place.text]) }
      return old ?? place.text
    }
  }

  /// Refers to a blob whose bytes were put after `generation` was read. Part of the caller's transaction.
  ///
  /// This is the one place where a reference comes to be, and so the one that decides against a removal: whichever of the
  /// two transactions is first wins, and a reference that comes second is refused with ``BlobError/moving(_:)``.
  static func hold(
    _ db: any RowTransaction, _ digest: Digest32, bytes: UInt64, root: Digest32? = nil, _ reference: Reference,
    generation: UInt64
  ) throws {
    let name = BlobName(digest)
    if let object = try object(db, digest) {
      try require(name, object.state)
      if object.state == .aside {
        // Only bytes that were put after the damaged ones went aside have healed it.
        guard object.generation <= generation else { throw BlobError.moving(name) }
        try db.run("UPDATE blob_object SET state = 'present' WHERE digest = ?", [digest])
      }
      if let root, object.root == nil {
        try db.run("UPDATE blob_object SET root = ? WHERE digest = ?", [root, digest])
      }
    } else {
      guard try sweep(db).forgotten <= generation else { throw BlobError.moving(name) }
      try db.run(
        "INSERT INTO blob_object (digest, bytes, root, state, generation) VALUES (?, ?, ?, 'present', ?)",
        [digest, Int64(clamping: bytes), root, Int64(generation)])
    }
    try db.run(
      """
      INSERT INTO blob_reference (digest, retention, holder, since_unix_ms) VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """, [digest, reference.retention.rawValue, reference.holder, reference.sinceUnixMs])
  }

  private static func require(_ name: BlobName, _ state: State) throws {
    switch state {
    case .present, .aside: break
    case .removing, .damaged, .erasing: throw BlobError.moving(name)
    case .erased: throw BlobError.erased(name)
    }
  }

  static func sweep(_ db: any RowTransaction) throws -> (generation: UInt64, forgotten: UInt64) {
    guard let row = try db.row("SELECT generation, forgotten FROM blob_sweep") else { return (0, 0) }
    return (UInt64(clamping: try row["generation"] as Int64), UInt64(clamping: try row["forgotten"] as Int64))
  }

  static func object(_ db: any RowTransaction, _ digest: Digest32) throws -> Object? {
    try db.row("SELECT bytes, root, state, generation FROM blob_object WHERE digest = ?", [digest]).map { row in
      guard let state = State(rawValue: try row["state"]) else {
        throw SQLRowError.wrongType("state", expected: "state of a blob")
      }
      return Object(
        bytes: UInt64(clamping: try row["bytes"] as Int64), root: try row["root"], state: state,
        generation: UInt64(clamping: try row["generation"] as Int64))
    }
  }
}
