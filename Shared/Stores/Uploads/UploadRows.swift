internal import Cryptography
internal import Receipts

/// The rows of uploads: what survives a crash of an upload, and how much a caller has.
struct UploadRows: Sendable {
  struct Row: Equatable, Sendable {
    let caller: String
    let id: String
    /// Name of the file that holds what was received.
    let file: String
    let bytes: UInt64
    let retention: RetentionClass
    /// How many of its bytes are on the disk for sure.
    let durable: UInt64
    let touchedUnixMs: Int64
  }

  let database: any RowDatabase

  func all() async throws -> [Row] {
    try await database.read { db in try Self.rows(db, "", []) }
  }

  /// The upload of this id, made if there is room for it: at most `openMax` uploads, and `quota` bytes in all.
  func begin(_ new: Row, openMax: Int, quota: UInt64) async throws -> Row {
    try await database.write(.serializable, repeatable: true) { db in
      let open = try Self.rows(db, "WHERE caller = ?", [new.caller])
      if let known = open.first(where: { $0.id == new.id }) {
        guard known.bytes == new.bytes, known.retention == new.retention else { throw UploadError.conflict(id: new.id) }
        return known
      }
      guard open.count < openMax else { throw UploadError.tooMany(max: openMax) }
      let used = open.reduce(try Self.kept(db, new.caller)) { sum, upload in sum &+ upload.bytes }
      guard used <= quota, new.bytes <= quota - used else {
        throw UploadError.quota(caller: new.caller, used: used, bytes: new.bytes, max: quota)
      }
      try db.run(
        """
        INSERT INTO blob_upload (caller, id, file, bytes, retention, durable, touched_unix_ms)
        VALUES (?, ?, ?, ?, ?, 0, ?)
        """, [new.caller, new.id, new.file, Int64(clamping: new.bytes), new.retention.rawValue, new.touchedUnixMs])
      return new
    }
  }

  func advance(_ upload: Row, durable: UInt64, unixMs: Int64) async throws {
    try await database.write(.rowLocks, repeatable: true) { db in
      _ = try db.run(
        "UPDATE blob_upload SET durable = ?, touched_unix_ms = ? WHERE file = ?",
        [Int64(clamping: durable), unixMs, upload.file])
    }
  }

  func remove(_ upload: Row) async throws {
    try await database.write(.rowLocks, repeatable: true) { db in try Self.remove(db, upload) }
  }

  /// The end of an upload: the caller refers to the blob, and the upload is no more, in one transaction.
  func commit(_ upload: Row, _ info: BlobStore.Info, generation: UInt64, unixMs: Int64) async throws {
    try await database.write(.serializable, repeatable: true) { db in
      try BlobCatalogue.hold(
        db, info.name.digest, bytes: info.bytes, root: info.root,
        .init(retention: upload.retention, holder: Self.holder(upload.caller), sinceUnixMs: unixMs),
        generation: generation)
      try Self.remove(db, upload)
    }
  }

  /// Whether the caller refers to this blob already.
  func holds(_ caller: String, _ name: BlobName, _ retention: RetentionClass? = nil) async throws -> Bool {
    try await database.read { db in
      let rows = try db.rows(
        "SELECT retention FROM blob_reference WHERE digest = ? AND holder = ?", [name.digest, Self.holder(caller)])
      let words: [String] = try rows.map { try $0.first() }
      return retention.map { words.contains($0.rawValue) } ?? !words.isEmpty
    }
  }

  static func holder(_ caller: String) -> String { "upload:\(caller)" }

  private static func remove(_ db: any RowTransaction, _ upload: Row) throws {
    try db.run("DELETE FROM blob_upload WHERE file = ?", [upload.file])
  }

  /// The bytes of the blobs that the caller has uploaded and not released.
  private static func kept(_ db: any RowTransaction, _ caller: String) throws -> UInt64 {
    // PostgreSQL sums into another type.
    let sum: Int64? = try db.value(
      """
      SELECT CAST(coalesce(sum(o.bytes), 0) AS BIGINT) FROM blob_object o
      WHERE o.digest IN (SELECT digest FROM blob_reference WHERE holder = ? AND holder LIKE 'upload:%')
      """, [holder(caller)])
    return UInt64(clamping: sum ?? 0)
  }

  private static func rows(
    _ db: any RowTransaction, _ condition: String, _ arguments: [any SQLConvertible]
  ) throws -> [Row] {
    try db.rows(
      "SELECT caller, id, file, bytes, retention, durable, touched_unix_ms FROM blob_upload \(condition)", arguments
    ).compactMap { row in
      try RetentionClass(rawValue: row["retention"]).map {
        Row(
          caller: try row["caller"], id: try row["id"], file: try row["file"],
          bytes: UInt64(clamping: try row["bytes"] as Int64), retention: $0,
          durable: UInt64(clamping: try row["durable"] as Int64), touchedUnixMs: try row["touched_unix_ms"])
      }
    }
  }
}
