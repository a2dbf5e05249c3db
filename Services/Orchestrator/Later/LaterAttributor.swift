internal import Logging
internal import Metrics
internal import RPC
internal import Receipts
internal import ServiceLifecycle
internal import Stores

/// Brings the attributions that receipts wait for into the log, one at a time and behind everything else: a job in the outbox's
/// database for each, leased, so that of several orchestrators one works on it, and one that died is followed by another.
struct LaterAttributor: Service {
  static let pause: Duration = .milliseconds(500)
  /// How long a job waits that waits for a reveal.
  static let revealMs: Int64 = 2_000

  let pipeline: Pipeline
  private let worker: JobWorker
  private let metrics = LaterMetrics()

  init(_ pipeline: Pipeline) {
    self.pipeline = pipeline
    worker = JobWorker(pipeline.outbox.jobs, leaseMs: 3_000, retryMs: 1_000, retryMsMax: 600_000) {
      Int64(pipeline.now())
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        if await !round() { try? await Task.sleep(for: Self.pause) }
      }
    }
  }

  /// Takes the job that is due for longest, if there is one, and does it as far as it can be. Whether there was one.
  func round() async -> Bool {
    guard pipeline.log.refusal == nil else { return false }
    do {
      let isBusy = try await worker.round(finish, failed: putOff)
      metrics.pending.record(try await worker.queue.count())
      return isBusy
    } catch {
      if !Task.isCancelled {
        pipeline.logger.error("later attributions cannot be read", metadata: ["error": "\(error)"])
      }
      return false
    }
  }

  private func finish(_ job: JobQueue.Job) async throws {
    guard let row = try await pipeline.outbox.row(job.id), var later = try await pipeline.outbox.later(row.receiptID)
    else { throw OutboxError.unreadable(receiptID: job.id, column: "later_attribution") }
    while later.step < .settled {
      do { later = try await pipeline.advance(later, row) } catch {
        // What was found up to now is in the outbox.
        guard let kept = try await pipeline.outbox.later(row.receiptID), isHopeless(error, kept, job) else {
          throw error
        }
        pipeline.logger.error(
          "credit will lack something", metadata: ["receipt": "\(job.id)", "reason": "\(error)"])
        later = try await pipeline.goOn(kept)
      }
    }
    let found = later.openingNames.keys.map(\.description).sorted().joined(separator: ", ")
    (found.isEmpty ? metrics.unfound : metrics.found).increment()
    pipeline.logger.notice("attributed later", metadata: ["receipt": "\(job.id)", "found": "\(found)"])
  }

  /// Whether what is missing is given up: it was tried often enough, or attribution will never take what was found.
  private func isHopeless(_ error: any Error, _ later: LaterAttribution, _ job: JobQueue.Job) -> Bool {
    guard later.step == .waiting || (later.step == .scored && !later.openings.isEmpty), !Task.isCancelled else {
      return false
    }
    if error is RevealAwaited { return false }
    if job.attempt >= pipeline.settings.creditAttempts { return true }
    return later.step == .scored && Pipeline.isForEver(error)
  }

  private func putOff(_ job: JobQueue.Job, _ error: any Error, _ isStopping: Bool) async {
    do {
      if error is RevealAwaited, !isStopping {
        try await worker.postpone(job, waitMs: Self.revealMs)
        return
      }
      let wait = try await worker.putOff(job, isStopping: isStopping)
      guard !isStopping else { return }
      pipeline.logger.warning(
        "an attribution is late",
        metadata: [
          "receipt": "\(job.id)", "attempt": "\(job.attempt)", "again_in_ms": "\(wait)", "error": "\(error)",
        ])
    } catch {
      // The lease ends by itself.
      pipeline.logger.error("later attributions cannot be written", metadata: ["error": "\(error)"])
    }
    metrics.failures.increment()
  }
}
