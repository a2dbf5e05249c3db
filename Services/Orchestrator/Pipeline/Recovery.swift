internal import Logging
internal import Receipts
internal import ServiceLifecycle
internal import Stores
internal import Synchronization

/// Finishes what nobody drives: after a start all rows that are not settled, later those whose live task gave up.
struct Recovery: Service {
  /// Rows looked at in one round.
  static let rowsMax = 256
  /// Rows driven side by side.
  static let widthMax = 4
  static let pauseMax: Duration = .seconds(60)

  let pipeline: Pipeline
  let epochs: EpochKeeper
  var interval: Duration = .seconds(1)
  private let backoff = Backoff()

  init(_ pipeline: Pipeline, _ epochs: EpochKeeper, interval: Duration = .seconds(1)) {
    self.pipeline = pipeline
    self.epochs = epochs
    self.interval = interval
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await round()
        try? await Task.sleep(for: interval)
      }
    }
  }

  /// One look at the log, the models, the rows and the epochs.
  func round() async {
    await pipeline.log.checkIfNeeded()
    guard pipeline.log.refusal == nil else { return }
    await pipeline.registrar.retry()
    await pipeline.models.refreshIfNeeded()
    let ids: [ReceiptID]
    do { ids = try await pipeline.outbox.unfinished(limit: Self.rowsMax) } catch {
      pipeline.logger.error("outbox cannot be read", metadata: ["error": "\(error)"])
      return
    }
    let due = ids.filter { backoff.isDue($0) }
    await withTaskGroup(of: Void.self) { group in
      for (at, id) in due.enumerated() {
        if at >= Self.widthMax { await group.next() }
        group.addTask { await finish(id) }
      }
    }
    await epochs.round()
  }

  private func finish(_ id: ReceiptID) async {
    guard let hold = pipeline.live.hold(id) else { return }
    defer { withExtendedLifetime(hold) {} }
    do {
      // Read after the row is held: what was read before may be old.
      guard let row = try await pipeline.outbox.row(id.description), row.state < .settled else { return }
      let done = try await pipeline.drive(row, to: .settled)
      backoff.forget(id)
      pipeline.logger.notice(
        "finished a request that was left",
        metadata: [
          "receipt": "\(id)", "from": "\(row.state)", "outcome": "\(done.outcome?.rawValue ?? "-")",
        ])
    } catch {
      let pause = backoff.failed(id)
      pipeline.logger.warning(
        "a request could not be finished yet",
        metadata: ["receipt": "\(id)", "again_in": "\(pause)", "error": "\(error)"])
    }
  }
}

/// When a row that failed is tried again: after a second, then twice as long each time, up to a minute.
private final class Backoff: Sendable {
  private struct Entry {
    var failures: Int
    var due: ContinuousClock.Instant
  }

  private let entries = Mutex<[ReceiptID: Entry]>([:])

  func isDue(_ id: ReceiptID) -> Bool { entries.withLock { $0[id].map { $0.due <= .now } ?? true } }

  func forget(_ id: ReceiptID) { _ = entries.withLock { $0.removeValue(forKey: id) } }

  func failed(_ id: ReceiptID) -> Duration {
    entries.withLock { entries in
      let failures = (entries[id]?.failures ?? 0) + 1
      let pause = min(Recovery.pauseMax, .seconds(1 << min(failures - 1, 6)))
      entries[id] = Entry(failures: failures, due: .now + pause)
      return pause
    }
  }
}
