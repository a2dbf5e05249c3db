internal import Cryptography
public import MerkleLog
internal import Synchronization

/// The published heads that witnesses cosigned: for each number of cosignatures the newest head that has as many.
///
/// Witnesses follow the log, so the newest head of a busy log has no cosignature yet, and an older one has them all. What
/// stands here has been verified, and is on the disk before anybody sees it.
public final class CosignedHeads: Sendable {
  /// A published head with its cosignatures.
  public struct Head: Sendable, Equatable {
    public let checkpoint: Checkpoint
    /// Signed by the log, then by witnesses.
    public let note: SignedNote
    /// How many witnesses.
    public let count: Int
  }

  private struct State {
    /// By size, ascending.
    var heads: [Head] = []
    var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
    var listenersMade: UInt64 = 0
  }

  /// Each write reads and replaces all rows: one at a time.
  private static let writes = Isolation.alone("cosigned_head")

  private let database: any RowDatabase
  private let policy: CheckpointPolicy
  private let state = Mutex(State())

  /// Reads what was kept. Lines by keys that are no witness of the policy any more are left out.
  ///
  /// - Parameters:
  ///   - database: with ``StorageSchema/schema``.
  ///   - policy: the log's key and its witnesses; a quorum is the reader's business.
  public init(_ database: any RowDatabase, policy: CheckpointPolicy) async throws {
    self.database = database
    self.policy = policy
    let notes = try await database.read { db in try Self.notes(db) }
    let heads = try notes.map { try self.head($0) }.filter { $0.count > 0 }
    state.withLock { $0.heads = Self.undominated(heads) }
  }

  /// All that are kept, by size.
  public var all: [Head] { state.withLock { $0.heads } }

  /// The head to prove an entry against: of those that hold it the one with most cosignatures; nil when none holds it.
  public func best(for index: UInt64) -> Head? {
    all.filter { $0.checkpoint.size > index }.max { ($0.count, $0.checkpoint.size) < ($1.count, $1.checkpoint.size) }
  }

  /// A published head with the cosignatures that it has; without any, as it is.
  public func note(of head: PublishedLog.Head) -> SignedNote {
    all.first { $0.note.text.utf8.elementsEqual(head.note.text.utf8) }?.note ?? head.note
  }

  /// The size of the largest tree that this witness is known to have cosigned; 0 for none.
  public func size(cosignedBy witness: NoteVerifierKey) -> UInt64 {
    all.last { head in head.note.signatures.contains { witness.made($0) } }?.checkpoint.size ?? 0
  }

  /// Keeps a cosignature of a published head, durably. Errors: ``CheckpointError`` unless the policy's log and one of its
  /// witnesses made these lines.
  public func keep(_ line: NoteSignature, of head: PublishedLog.Head) async throws {
    let fresh = try SignedNote(text: head.note.text, signatures: head.note.signatures.prefix(1) + [line])
    guard try policy.verify(fresh, refusingUnknown: true).cosignatures.count == 1 else {
      throw CheckpointError.quorum(found: 0, needed: 1)
    }
    let kept = try await database.write(Self.writes, repeatable: true) { [self] db in
      var heads = try Self.notes(db).map { try self.head($0) }
      let at = heads.firstIndex { $0.checkpoint.size == head.checkpoint.size }
      let others = at.map { heads.remove(at: $0).note.signatures.dropFirst() } ?? []
      // A later cosignature of the same tree takes the place of the one before.
      let lines = others.filter { $0.keyID != line.keyID || !$0.name.utf8.elementsEqual(line.name.utf8) }
      let note = try SignedNote(text: fresh.text, signatures: fresh.signatures.prefix(1) + lines + [line])
      heads.append(try self.head(note.encoded))
      heads = Self.undominated(heads)
      try db.run("DELETE FROM cosigned_head")
      try db.batch(
        "INSERT INTO cosigned_head (size, cosignatures, note) VALUES (?, ?, ?)",
        heads.map { [Int64($0.checkpoint.size), Int64($0.count), $0.note.encoded] })
      return heads
    }
    // Behind the commit, so that what is seen is durable. Two that return in another order than they committed in are put
    // together: what is seen is never less than what was seen before.
    let listeners = state.withLock { state in
      state.heads = Self.undominated(kept + state.heads)
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.yield() }
  }

  /// Waits until a head that holds the entry has so many cosignatures, but no longer than this.
  public func wait(for index: UInt64, count: Int, atMost budget: Duration) async {
    let (changes, listener) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let id = state.withLock { state in
      state.listenersMade += 1
      state.listeners[state.listenersMade] = listener
      return state.listenersMade
    }
    let timer = Task {
      try? await Task.sleep(for: budget)
      listener.finish()
    }
    defer {
      timer.cancel()
      state.withLock { _ = $0.listeners.removeValue(forKey: id) }
    }
    if (best(for: index)?.count ?? 0) >= count { return }
    for await _ in changes where (best(for: index)?.count ?? 0) >= count { return }
  }

  private func head(_ note: [UInt8]) throws -> Head {
    let known = try SignedNote(parsing: note).keeping(only: [policy.logKey] + policy.witnesses)
    let verified = try policy.verify(known, refusingUnknown: true, requiringQuorum: false)
    return Head(checkpoint: verified.checkpoint, note: known, count: verified.cosignatures.count)
  }

  /// Those that no other head beats in both size and count, by size.
  private static func undominated(_ heads: [Head]) -> [Head] {
    var result: [Head] = []
    for head in heads.sorted(by: { ($0.checkpoint.size, $0.count) > ($1.checkpoint.size, $1.count) })
    where head.count > result.last?.count ?? 0 {
      result.append(head)
    }
    return result.reversed()
  }

  private static func notes(_ db: any RowTransaction) throws -> [[UInt8]] {
    try db.rows("SELECT note FROM cosigned_head ORDER BY size").map { try $0["note"] }
  }
}
