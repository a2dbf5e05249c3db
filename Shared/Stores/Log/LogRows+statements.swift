public import Cryptography

extension LogRows {
  /// The signed bytes of a registered statement, verified against its digest; nil when it is not registered, was
  /// registered before statements lay here, or was erased. Errors: ``BlobError/damaged(_:found:)``.
  public func statement(_ digest: Digest32) async throws -> [UInt8]? {
    let found: [UInt8]? = try await database.read { db in
      try db.value("SELECT bytes FROM statement JOIN entry USING (position) WHERE digest = ?", [digest])
    }
    guard let found, SHA256.hash(found) != digest else { return found }
    throw BlobError.damaged(BlobName(digest), found: BlobName(of: found))
  }

  /// Removes the signed bytes of a statement from the disk; its entry, and every proof of it, stays. Whether there were
  /// any.
  public func eraseStatement(_ digest: Digest32) async throws -> Bool {
    let erased = try await database.write(.rowLocks, repeatable: true) { db in
      try Self.eraseStatement(db, digest) != nil
    }
    if erased { try await database.overwriteDeleted() }
    return erased
  }

  /// Part of the caller's transaction, which sees to what the database still holds afterwards. Returns how many bytes
  /// there were; nil when there was no statement.
  static func eraseStatement(_ db: any RowTransaction, _ digest: Digest32) throws -> Int64? {
    try db.value(
      """
      DELETE FROM statement WHERE position = (SELECT position FROM entry WHERE digest = ?)
      RETURNING CAST(length(bytes) AS BIGINT)
      """, [digest])
  }
}
