public import Cryptography

extension Sequencer {
  /// The entry of this statement, wherever it stands.
  public nonisolated func find(_ digest: Digest32) async throws -> RegisteredEntry? { try await rows.find(digest) }

  /// The signed bytes of a statement: see ``LogRows/statement(_:)``.
  public nonisolated func statement(_ digest: Digest32) async throws -> [UInt8]? { try await rows.statement(digest) }

  /// Removes them: see ``LogRows/eraseStatement(_:)``.
  public nonisolated func eraseStatement(_ digest: Digest32) async throws -> Bool {
    try await rows.eraseStatement(digest)
  }
}
