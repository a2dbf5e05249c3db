internal import Cryptography
internal import Logging
internal import MerkleLog
internal import Stores
internal import Synchronization
internal import Wire

/// The orchestrator's own memory of the log: its key, pinned at first contact, and the largest head seen.
///
/// At start the log must prove that it continues that head; until it has, nothing is accepted and nothing appended, so
/// that a log restored from an old backup cannot quietly become another history.
final class LogHeadKeeper: Sendable {
  private struct State {
    var policy: CheckpointPolicy?
    var refusal: String? = "the log has not been asked yet"
  }

  private let outbox: Outbox
  private let peers: any Peers
  private let logger: Logger
  private let state = Mutex(State())

  init(outbox: Outbox, peers: any Peers, logger: Logger) {
    self.outbox = outbox
    self.peers = peers
    self.logger = logger
  }

  /// Why the log is not used; nil when it is.
  var refusal: String? { state.withLock { $0.refusal } }

  /// The name of the log; nil before it is known.
  var origin: String? { state.withLock { $0.policy?.origin } }

  /// The key of the log; nil before it is known.
  var key: NoteVerifierKey? { state.withLock { $0.policy?.logKey } }

  func requireConsistent() throws {
    if let refusal { throw PipelineError.logRefused(refusal) }
  }

  /// Asks until the answer is good.
  func checkIfNeeded() async {
    guard refusal != nil else { return }
    do {
      let policy = try await check()
      state.withLock { $0 = State(policy: policy, refusal: nil) }
      logger.notice("the log continues the head that was kept", metadata: ["origin": "\(policy.origin)"])
    } catch {
      let news = state.withLock { state in
        defer { state.refusal = "\(error)" }
        return state.refusal != "\(error)"
      }
      if news { logger.error("the log is not used", metadata: ["reason": "\(error)"]) }
    }
  }

  private func check() async throws -> CheckpointPolicy {
    let pinned = try await outbox.head()
    let keys = try await peers.logKeys()
    let head = try await LogHead.current(
      continuing: pinned, origin: keys.origin, vkey: keys.checkpointVkey, note: peers.checkpoint()
    ) { try await peers.consistency(old: $0, new: $1).path }
    try await outbox.keep(head)
    return try CheckpointPolicy(origin: keys.origin, logKey: NoteVerifierKey(keys.checkpointVkey))
  }

  /// The head in an answer of the log, when the answer proves that `entry` is in it. Errors: ``PipelineError``.
  func verified(_ inclusion: Inclusion, entry: Digest32) throws -> LogHead {
    guard let policy = state.withLock({ $0.policy }) else { throw PipelineError.logRefused("it is not known yet") }
    do {
      // Witnesses are for those who read the bundle: here the log's own signature counts.
      let found = try TlogProof(parsing: Array(inclusion.tlogProof.utf8))
        .verify(entry: entry.bytes, policy: policy, allowingUnknownSignatures: true)
      guard found.index == inclusion.index, found.checkpoint.size == inclusion.treeSize else {
        throw PipelineError.notIncluded(why: "its index or size is not the proof's")
      }
      return LogHead(found.checkpoint, vkey: policy.logKey.description)
    } catch let error as PipelineError { throw error } catch { throw PipelineError.notIncluded(why: "\(error)") }
  }
}
