/// Generates many answers side by side on one model: continuous batching.
///
/// Each pass takes one token of every sequence that is answering and, in what room is left, pieces of prompts in turn.
/// A request joins at the next pass and leaves after its last. Its bits never depend on its neighbours, and neither
/// does whether it is answered: a sequence whose pages somebody older needs is set back and computed again later.
///
/// It runs on a thread of its own, so that neither the network's threads nor Swift's cooperative ones wait for a pass.
public final class Scheduler: Sendable {
  private let mailbox: Mailbox
  private let thread: OwnedThread

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
    thread = try OwnedThread { loop.run() }
  }

  /// What was accepted ends as `cancelled`.
  deinit { mailbox.stop() }

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
