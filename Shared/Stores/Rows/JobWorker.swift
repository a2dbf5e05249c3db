/// Works on the jobs of a queue, one after another, each under a lease that is renewed for as long as its work takes. A process
/// that dies leaves a job whose lease ends, and another takes it.
public struct JobWorker: Sendable {
  public let queue: JobQueue
  public let leaseMs: Int64
  /// How long a job that failed once waits; each failure doubles it, up to `retryMsMax`.
  public let retryMs: Int64
  public let retryMsMax: Int64
  /// Unix time in milliseconds.
  public let now: @Sendable () -> Int64

  private static let doublingsMax: Int64 = 16

  public init(
    _ queue: JobQueue, leaseMs: Int64, retryMs: Int64, retryMsMax: Int64, now: @escaping @Sendable () -> Int64
  ) {
    self.queue = queue
    self.leaseMs = leaseMs
    self.retryMs = retryMs
    self.retryMsMax = retryMsMax
    self.now = now
  }

  /// Takes the job that is due for longest, if there is one. Whether there was one.
  ///
  /// - Parameters:
  ///   - work: ends the job itself, in the transaction that its result is written in.
  ///   - failed: told what `work` threw. It runs to its end even where this task is cancelled: what it writes keeps the job
  ///     from waiting for the end of its lease.
  public func round(
    _ work: (JobQueue.Job) async throws -> Void,
    failed: @escaping @Sendable (JobQueue.Job, any Error, _ isStopping: Bool) async -> Void
  ) async throws -> Bool {
    guard let job = try await queue.take(1, nowUnixMs: now(), leaseMs: leaseMs).first else { return false }
    let renewal = Task {
      while (try? await Task.sleep(for: .milliseconds(leaseMs / 3))) != nil {
        _ = try? await queue.move(job, dueUnixMs: now() + leaseMs)
      }
    }
    let result: Result<Void, any Error>
    do { result = .success(try await work(job)) } catch { result = .failure(error) }
    renewal.cancel()
    await renewal.value
    guard case .failure(let error) = result else { return true }
    let isStopping = Task.isCancelled
    await Task { await failed(job, error, isStopping) }.value
    return true
  }

  /// Leaves a job to its next attempt: at once where this worker is to stop, so that another goes on.
  ///
  /// - Returns: in how many milliseconds.
  public func putOff(_ job: JobQueue.Job, isStopping: Bool) async throws -> Int64 {
    let wait = isStopping ? 0 : min(retryMsMax, retryMs << min(job.attempt - 1, Self.doublingsMax))
    _ = try await queue.move(job, dueUnixMs: now() + wait)
    return wait
  }

  /// Leaves a job that waits for something and has not failed: the attempt does not count.
  public func postpone(_ job: JobQueue.Job, waitMs: Int64) async throws {
    _ = try await queue.postpone(job, dueUnixMs: now() + waitMs)
  }
}
