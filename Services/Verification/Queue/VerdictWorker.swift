internal import Logging
internal import Metrics
internal import RPC
internal import Receipts
internal import ServiceLifecycle
internal import Stores
internal import Wire

/// Takes jobs from the queue, one at a time each, and brings a verdict into the log for each: fetched, executed again,
/// signed, kept, registered, and only then is the job gone.
///
/// A process that dies leaves a job whose lease ends; whoever takes it then goes on behind what was kept. Two that work on
/// one job keep and register the same bytes.
struct VerdictWorker: Service {
  static let pause: Duration = .milliseconds(250)

  let service: VerificationService
  let queue: VerdictQueue
  private let worker: JobWorker

  init(service: VerificationService, queue: VerdictQueue) {
    self.service = service
    self.queue = queue
    worker = JobWorker(
      queue.store.jobs, leaseMs: service.settings.leaseMs, retryMs: 500, retryMsMax: 60_000, now: queue.now)
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<service.settings.workers {
          group.addTask {
            while !Task.isCancelled {
              if await !round() { try? await Task.sleep(for: Self.pause) }
            }
          }
        }
      }
    }
  }

  /// Takes one job, if there is one that is due, and does it as far as it can be. Whether there was one.
  func round() async -> Bool {
    do {
      guard try await worker.round(finish, failed: giveUp) else { return false }
      service.metrics.queued.record(try await worker.queue.count())
      return true
    } catch {
      if !Task.isCancelled { queue.logger.error("the queue of verdicts fails", metadata: ["error": "\(error)"]) }
      return false
    }
  }

  private func finish(_ job: JobQueue.Job) async throws {
    guard let (id, number) = SupersedingRow.job(job.id) else {
      throw QueuedExecution.Hopeless(description: "the job has no receipt id")
    }
    let index: UInt64
    if let number {
      index = try await queue.log.append(try await supersedingStatement(job, id, number))
      try await queue.store.register(job, id, number: number, index: index)
    } else {
      var statement = try await queue.store.row(id)?.statement
      if statement == nil {
        let execution = try await QueuedExecution(VerdictRequest(wire: job.payload), from: queue.log)
        let signed = try await service.verdict(on: execution.evidence, queue.logger).statement
        statement = try await queue.store.sign(id, signed)
      }
      index = try await queue.log.append(statement ?? [])
      try await queue.store.register(job, index: index)
    }
    queue.logger.info("verdict registered", metadata: ["receipt_id": "\(id)", "index": "\(index)"])
  }

  /// The verdict of a job that is about one whose place is taken: as kept, or made now.
  private func supersedingStatement(_ job: JobQueue.Job, _ id: ReceiptID, _ number: Int) async throws -> [UInt8] {
    let rows = try await queue.store.superseding(id)
    guard let row = rows.first(where: { $0.superseded.number == number }) else {
      throw QueuedExecution.Hopeless(description: "nobody asked for verdict \(job.id)")
    }
    if let kept = row.statement { return kept }
    let execution = try await QueuedExecution(VerdictRequest(wire: job.payload), from: queue.log)
    let signed = try await service.verdict(on: execution.evidence, superseding: row.superseded, queue.logger).statement
    return try await queue.store.sign(id, number: number, signed)
  }

  private func refuse(_ job: JobQueue.Job, _ why: String) async throws {
    guard let (id, number) = SupersedingRow.job(job.id), let number else {
      return try await queue.store.refuse(job, why)
    }
    try await queue.store.refuse(job, id, number: number, why)
  }

  /// Ends a job that nothing can come of, and puts any other off.
  private func giveUp(_ job: JobQueue.Job, _ error: any Error, _ isStopping: Bool) async {
    do {
      let conflict = (error as? RPCError)?.code == .alreadyExists
      if error is QueuedExecution.Hopeless || conflict {
        queue.logger.error("no verdict", metadata: ["receipt_id": "\(job.id)", "reason": "\(error)"])
        return try await refuse(
          job, conflict ? "the log has another verdict on it by this key" : "\(error)")
      }
      let wait = try await worker.putOff(job, isStopping: isStopping)
      if isStopping { return }
      queue.logger.warning(
        "a verdict is late",
        metadata: [
          "receipt_id": "\(job.id)", "attempt": "\(job.attempt)", "again_in_ms": "\(wait)", "error": "\(error)",
        ])
    } catch {
      // The lease ends by itself.
      queue.logger.error("the queue of verdicts fails", metadata: ["receipt_id": "\(job.id)", "error": "\(error)"])
    }
  }
}
