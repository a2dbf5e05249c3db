internal import Logging
internal import MerkleLog
internal import ServiceLifecycle
internal import Stores
internal import Synchronization

/// Brings each published head to the witnesses, behind the answers: one loop a witness, so that a slow one delays none.
///
/// A loop always takes the newest head: a witness that was away is brought up to date by one consistency proof.
final class WitnessFeed: Service {
  /// Pauses after a failure: twice as long each time, drawn evenly from zero, so that logs that failed together come back
  /// apart.
  struct Pauses: Sendable {
    var first: Duration = .milliseconds(500)
    var max: Duration = .seconds(60)
    /// The least time between two heads for one witness.
    var interval: Duration = .seconds(1)

    func after(failures: Int) -> Duration { min(max, first * (1 << min(failures, 16))) * Double.random(in: 0.1...1) }
  }

  private let clients: [WitnessClient]
  private let heads: CosignedHeads
  private let log: PublishedLog
  private let pauses: Pauses
  private let metrics: StorageMetrics
  private let logger: Logger
  private let signals: [(changes: AsyncStream<Void>, bell: AsyncStream<Void>.Continuation)]
  private let contradiction = Mutex<LogContradictionSeen?>(nil)

  init(
    _ clients: [WitnessClient], heads: CosignedHeads, log: PublishedLog, pauses: Pauses, metrics: StorageMetrics,
    logger: Logger
  ) {
    self.clients = clients
    self.heads = heads
    self.log = log
    self.pauses = pauses
    self.metrics = metrics
    self.logger = logger
    signals = clients.map { _ in
      let (changes, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
      return (changes, bell)
    }
    ring()
  }

  /// A head was published. Returns at once.
  func ring() { for signal in signals { signal.bell.yield() } }

  /// Why nothing may be signed any more; nil as long as no witness proved anything against this log.
  var refusal: LogContradictionSeen? { contradiction.withLock { $0 } }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      await withTaskGroup(of: Void.self) { group in
        for (client, signal) in zip(clients, signals) { group.addTask { await self.follow(client, signal.changes) } }
      }
    }
  }

  private func follow(_ client: WitnessClient, _ changes: AsyncStream<Void>) async {
    var failures = 0
    for await _ in changes {
      // Until the newest head is cosigned: a failure is tried again without another ring.
      while let head = log.head, heads.size(cosignedBy: client.peer.key) < head.checkpoint.size, refusal == nil {
        let isDone = await feed(client, head, &failures)
        do { try await Task.sleep(for: isDone ? pauses.interval : pauses.after(failures: failures)) } catch { return }
      }
    }
  }

  /// One head for one witness; whether it was cosigned and kept.
  func feed(_ client: WitnessClient, _ head: PublishedLog.Head, _ failures: inout Int) async -> Bool {
    let name = client.peer.key.name
    do {
      let line = try await client.cosign(head, old: heads.size(cosignedBy: client.peer.key))
      try await heads.keep(line, of: head)
      metrics.cosigned()
      if failures > 0 { logger.notice("witness answers again", metadata: ["witness": "\(name)"]) }
      failures = 0
      return true
    } catch let seen as LogContradictionSeen {
      contradiction.withLock { $0 = seen }
      logger.critical("the log is stopped", metadata: ["cause": "\(seen)"])
    } catch is CancellationError {
    } catch {
      // Said once, not at each attempt.
      if failures == 0 {
        logger.warning("no cosignature", metadata: ["witness": "\(name)", "cause": "\(error)"])
      }
      metrics.notCosigned()
    }
    failures += 1
    return false
  }
}
