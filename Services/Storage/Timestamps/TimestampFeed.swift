internal import Cryptography
internal import Logging
internal import MerkleLog
internal import ServiceLifecycle
internal import Stores

/// Has heads of the log stamped, behind the answers: at most one an interval, and after its witnesses have had their turn,
/// so that one head carries both.
final class TimestampFeed: Service {
  private let authority: TimestampAuthority
  private let transport: any OutboundTransport
  private let log: PublishedLog
  private let cosigned: CosignedHeads
  private let stamped: TimestampedHeads
  private let witnessCount: Int
  private let pauses: WitnessFeed.Pauses
  private let logger: Logger
  private let changes: AsyncStream<Void>
  private let bell: AsyncStream<Void>.Continuation

  init(
    _ authority: TimestampAuthority, transport: any OutboundTransport, log: PublishedLog, cosigned: CosignedHeads,
    stamped: TimestampedHeads, witnessCount: Int, pauses: WitnessFeed.Pauses, logger: Logger
  ) {
    self.authority = authority
    self.transport = transport
    self.log = log
    self.cosigned = cosigned
    self.stamped = stamped
    self.witnessCount = witnessCount
    self.pauses = pauses
    self.logger = logger
    (changes, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    bell.yield()
  }

  /// A head was published. Returns at once.
  func ring() { bell.yield() }

  func run() async throws { await cancelWhenGracefulShutdown { [self] in await follow() } }

  private func follow() async {
    var failures = 0
    for await _ in changes {
      do {
        guard let head = log.head, stamped.newestSize < head.checkpoint.size else { continue }
        if witnessCount > 0 {
          await cosigned.wait(for: head.checkpoint.size - 1, count: witnessCount, atMost: authority.patience)
        }
        try await stamp(cosigned.best(for: head.checkpoint.size - 1)?.note ?? cosigned.note(of: head))
        if failures > 0 { logger.notice("timestamping authority answers again") }
        failures = 0
        try await Task.sleep(for: authority.interval)
      } catch is CancellationError {
        return
      } catch {
        if failures == 0 { logger.warning("no timestamp", metadata: ["cause": "\(error)"]) }
        failures += 1
        ring()
        do { try await Task.sleep(for: pauses.after(failures: failures)) } catch { return }
      }
    }
  }

  private func stamp(_ note: SignedNote) async throws {
    let token = try await authority.stamp(TimestampedHeads.imprint(of: note), through: transport)
    try await stamped.keep(token.der, of: note)
  }
}
