internal import Cryptography
internal import MerkleLog
internal import RPC
internal import Wire

/// What the queue and the draws need of storage.
struct LogAccess: Sendable {
  /// A statement or an opening by its digest.
  var blob: @Sendable (Digest32) async throws -> [UInt8]
  /// Registers a statement. The same bytes have one index for ever.
  var append: @Sendable ([UInt8]) async throws -> UInt64
  /// The index of a registered statement.
  var index: @Sendable (Digest32) async throws -> UInt64
  /// The published checkpoint, with the log's own signature alone.
  var checkpoint: @Sendable () async throws -> (note: SignedNote, size: UInt64)
}

extension LogAccess {
  /// An opening has up to 16 MiB.
  static let messageBytesMax = 32 << 20

  /// The storage service behind this client.
  init(_ storage: RPCClient) {
    let timeout = Duration.seconds(30)
    blob = { digest in
      let bytes = try await storage.call(
        StorageProcedures.getBlob, GetBlobRequest(digest: digest.bytes), timeout: timeout
      ).data
      guard SHA256.hash(bytes) == digest else {
        throw RPCError(.unavailable, "storage gave other bytes than those of \(digest)")
      }
      return bytes
    }
    append = { statement in
      try await storage.call(StorageProcedures.append, AppendRequest(statement: statement), timeout: timeout).index
    }
    index = { digest in
      try await storage.call(
        StorageProcedures.getInclusion, GetInclusionRequest(statementDigest: digest.bytes), timeout: timeout
      ).index
    }
    checkpoint = {
      let keys = try await storage.call(StorageProcedures.getLogKeys, GetLogKeysRequest(), timeout: timeout)
      let text = try await storage.call(StorageProcedures.getCheckpoint, GetCheckpointRequest(), timeout: timeout).note
      let key = try NoteVerifierKey(keys.checkpointVkey)
      let note = try SignedNote(parsing: Array(text.utf8)).keeping(only: [key])
      let head = try CheckpointPolicy(origin: keys.origin, logKey: key).verify(note)
      return (note, head.checkpoint.size)
    }
  }
}
