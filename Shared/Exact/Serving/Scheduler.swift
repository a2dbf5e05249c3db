import Glibc

/// Generates many answers side by side on one model: continuous batching.
///
/// Each pass takes one token of every sequence that is answering and, in what room is left, pieces of prompts in turn.
/// A request joins at the next pass and leaves after its last. Its bits never depend on its neighbours, and neither
/// does whether it is answered: a sequence whose pages somebody older needs is set back and computed again later.
///
/// It runs on a thread of its own, so that neither the network's threads nor Swift's cooperative ones wait for a pass.
public final class Scheduler: Sendable {
  private let mailbox: Mailbox
  private let thread: pthread_t

  /// Errors: `outOfMemory`, `threadNotStarted`, and `badCacheLimit` when a full context would not fit.
  /// - Parameters:
  ///   - contextLimit: most tokens of a prompt and its answer.
  public init(
    model: Model, pool: ThreadPool, contextLimit: Int, limits: ServingLimits = ServingLimits()
  ) throws(ModelError) {
    let mailbox = Mailbox(limits)
    let loop = try SchedulerLoop(
      model: model, pool: pool, contextLimit: contextLimit, limits: limits, mailbox: mailbox)
    self.mailbox = mailbox
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(loop)
    let code = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<SchedulerLoop>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument.toOpaque())
    guard code == 0 else {
      argument.release()
      throw .threadNotStarted(errno: code)
    }
    self.thread = thread
  }

  /// What was accepted ends as `cancelled`.
  deinit {
    mailbox.stop()
    // The last reference may be dropped by an event's receiver; a thread cannot wait for its own end.
    if pthread_equal(thread, pthread_self()) != 0 { pthread_detach(thread) } else { pthread_join(thread, nil) }
  }

  /// Queues a request. `emit` is called on the scheduler's thread and must not block.
  public func submit(
    _ request: ServingRequest, _ emit: @escaping @Sendable (ServingEvent) -> Void
  ) throws(ServingFull) {
    try mailbox.put(request, emit)
  }

  public var report: ServingReport { mailbox.report }
}

/// What a scheduler has done so far, and has before it.
public struct ServingReport: Sendable, Equatable {
  /// Requests that wait to be admitted.
  public var waiting = 0
  /// Sequences that are being computed.
  public var running = 0
  /// Passes that gave at least one token.
  public var steps: UInt64 = 0
  /// Tokens chosen.
  public var tokens: UInt64 = 0
  /// Tokens of prompts that were computed, and that were found computed.
  public var promptTokens: UInt64 = 0
  public var promptTokensShared: UInt64 = 0
  /// Sequences that were set back for want of pages.
  public var preemptions: UInt64 = 0

  /// Tokens chosen in one pass, on average.
  public var batchMean: Double { steps == 0 ? 0 : Double(tokens) / Double(steps) }
}

/// Where requests arrive and numbers are read, from any thread.
///
/// Safety of `@unchecked Sendable`: every stored variable is read and written under `lock`.
final class Mailbox: @unchecked Sendable {
  struct Letter {
    let request: ServingRequest
    let emit: @Sendable (ServingEvent) -> Void
  }

  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let limits: ServingLimits
  private var letters: [Letter] = []
  private var published = ServingReport()
  private var isStopping = false

  init(_ limits: ServingLimits) {
    self.limits = limits
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(lock)
    wake.deallocate()
    lock.deallocate()
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  func put(_ request: ServingRequest, _ emit: @escaping @Sendable (ServingEvent) -> Void) throws(ServingFull) {
    let full = locked { () -> Int? in
      // One that finds a free place does not wait.
      let free = max(0, limits.sequencesMax - published.running)
      let waiting = published.waiting + letters.count
      guard waiting < limits.waitingMax + free else { return waiting - free }
      letters.append(Letter(request: request, emit: emit))
      pthread_cond_signal(wake)
      return nil
    }
    if let full { throw ServingFull(waiting: full) }
  }

  /// What has arrived. Waits for it when the scheduler has nothing else to do; nil: the scheduler is to end.
  func take(isIdle: Bool) -> [Letter]? {
    locked {
      while isIdle, letters.isEmpty, !isStopping { pthread_cond_wait(wake, lock) }
      guard !isStopping else { return nil }
      defer { letters = [] }
      published.waiting += letters.count
      return letters
    }
  }

  /// At the end: what nobody has taken.
  func rest() -> [Letter] {
    locked {
      defer { letters = [] }
      return letters
    }
  }

  func stop() {
    locked {
      isStopping = true
      pthread_cond_signal(wake)
    }
  }

  var report: ServingReport {
    locked {
      var report = published
      report.waiting += letters.count
      return report
    }
  }

  func publish(_ report: ServingReport) { locked { published = report } }
}
