public import Cryptography
internal import FoundationEssentials
internal import GRDB

extension LogRows {
  /// The signed bytes of a registered statement, verified against its digest; nil when it is not registered, was
  /// registered before statements lay here, or was erased. Errors: ``BlobError/damaged(_:found:)``.
  public func statement(_ digest: Digest32) async throws -> [UInt8]? {
    let found = try await database.read { db in
      try Row.fetchOne(
        db, sql: "SELECT bytes FROM statement JOIN entry USING (position) WHERE digest = ?", arguments: [digest.row]
      )?.bytes("bytes")
    }
    guard let found, SHA256.hash(found) != digest else { return found }
    throw BlobError.damaged(BlobName(digest), found: BlobName(of: found))
  }

  /// Removes the signed bytes of a statement from the disk; its entry, and every proof of it, stays. Whether there were
  /// any. The freed pages are overwritten, and the write-ahead log that still holds them is emptied.
  public func eraseStatement(_ digest: Digest32) async throws -> Bool {
    let erased = try await database.write { db in
      try db.execute(sql: "PRAGMA secure_delete = ON")
      try db.execute(
        sql: "DELETE FROM statement WHERE position = (SELECT position FROM entry WHERE digest = ?)",
        arguments: [digest.row])
      return db.changesCount > 0
    }
    if erased { try await database.emptyWriteAheadLog() }
    return erased
  }
}
