public import Cryptography
public import MerkleLog
internal import Synchronization

/// The published heads that a timestamping authority vouched for, each with its token (RFC 3161): all of them, since the
/// first that holds an entry bounds its time best.
public final class TimestampedHeads: Sendable {
  /// A published head and when it existed.
  public struct Head: Sendable, Equatable {
    public let checkpoint: Checkpoint
    /// With the cosignatures that it had when it was stamped.
    public let note: SignedNote
    public let cosignatures: Int
    public let token: [UInt8]
  }

  private let database: any RowDatabase
  private let policy: CheckpointPolicy
  /// The size of the newest stamped head: what lies beyond it, as each fresh append does, need not be looked for.
  private let newest = Mutex<UInt64>(0)

  /// - Parameters:
  ///   - database: with ``StorageSchema/schema``.
  ///   - policy: the log's key and its witnesses; a quorum is the reader's business.
  public init(_ database: any RowDatabase, policy: CheckpointPolicy) async throws {
    self.database = database
    self.policy = policy
    let size: Int64? = try await database.read { db in
      try db.value("SELECT coalesce(max(size), 0) FROM timestamped_head")
    }
    newest.withLock { $0 = UInt64(clamping: size ?? 0) }
  }

  /// What a token is about: the text of the checkpoint, which the log's key and the witnesses sign too.
  public static func imprint(of note: SignedNote) -> Digest32 { SHA256.hash(Array(note.text.utf8)) }

  /// Keeps a token that its caller has verified, durably. A head that has one keeps it: the earlier the better.
  public func keep(_ token: [UInt8], of note: SignedNote) async throws {
    let head = try policy.verify(note, refusingUnknown: true, requiringQuorum: false)
    try await database.write(.rowLocks, repeatable: true) { db in
      _ = try db.run(
        "INSERT INTO timestamped_head (size, cosignatures, note, token) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [Int64(head.checkpoint.size), Int64(head.cosignatures.count), note.encoded, token])
    }
    newest.withLock { $0 = max($0, head.checkpoint.size) }
  }

  /// The size of the newest stamped head; 0 when there is none.
  public var newestSize: UInt64 { newest.withLock { $0 } }

  /// The first stamped head that holds this entry and had so many cosignatures. Lines by keys that are no witness any
  /// more are left out.
  public func first(for index: UInt64, cosignatures: Int) async throws -> Head? {
    guard index < newestSize else { return nil }
    let row = try await database.read { db in
      try db.row(
        "SELECT note, token FROM timestamped_head WHERE size > ? AND cosignatures >= ? ORDER BY size LIMIT 1",
        [Int64(clamping: index), Int64(cosignatures)])
    }
    guard let row else { return nil }
    let note = try SignedNote(parsing: row["note"]).keeping(only: [policy.logKey] + policy.witnesses)
    let head = try policy.verify(note, refusingUnknown: true, requiringQuorum: false)
    return try Head(checkpoint: head.checkpoint, note: note, cosignatures: head.cosignatures.count, token: row["token"])
  }
}
