internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

/// Brings statements that stand by themselves (a model's, a policy's, an epoch's) into the log, each once.
actor Registrar {
  private let outbox: Outbox
  private let peers: any Peers
  private let log: LogHeadKeeper
  private let logger: Logger
  /// Digests that are in the log, and those that the log refused for good: neither is offered again.
  private var done: Set<Digest32> = []
  /// Statements that are offered again later.
  private var pending: [Digest32: (statement: [UInt8], kind: StatementKind, due: ContinuousClock.Instant)] = [:]

  init(outbox: Outbox, peers: any Peers, log: LogHeadKeeper, logger: Logger) {
    self.outbox = outbox
    self.peers = peers
    self.log = log
    self.logger = logger
  }

  /// Offers again what the log did not take yet.
  func retry() async {
    for waiting in pending.values { await register(waiting.statement, kind: waiting.kind) }
  }

  /// Sees to it that a statement that stands by itself is in the log. A log that does not admit its signer is no reason to
  /// stop: the statement travels in every bundle.
  func register(_ statement: [UInt8], kind: StatementKind) async {
    let digest = SHA256.hash(statement)
    guard !done.contains(digest), pending[digest].map({ $0.due <= .now }) ?? true else { return }
    do {
      if try await outbox.registration(of: digest) == nil {
        let inclusion = try await peers.append(statement, nil)
        let head = try log.verified(inclusion, entry: digest)
        try await outbox.register(statement, kind: kind, index: inclusion.index, head: head)
      }
      done.insert(digest)
      pending[digest] = nil
    } catch {
      // Said once, however often it is offered again.
      let level: Logger.Level = pending[digest] == nil ? .warning : .debug
      if Self.isFinal(error) { done.insert(digest) }
      // Who may register is a file of storage's that its owner may be writing just now.
      pending[digest] = done.contains(digest) ? nil : (statement, kind, .now + .seconds(5))
      logger.log(
        level: level, "a \(kind) statement is not in the log",
        metadata: ["digest": "\(digest)", "error": "\(error)"])
    }
  }

  /// Whether asking again would be answered the same.
  private static func isFinal(_ error: any Error) -> Bool {
    guard let error = error as? RPCError else { return false }
    return [.alreadyExists, .invalidArgument].contains(error.code)
  }
}
