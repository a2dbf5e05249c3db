internal import CoreMetrics
internal import Evidence
internal import Exact
internal import Glibc
internal import Metrics
internal import Receipts
internal import Synchronization
internal import Wire

/// One generation on a model's scheduler: steps become pieces of text, and the end an answer.
struct EngineRun: Sendable {
  enum Event: Sendable {
    case delta(Delta)
    case answer(Answer)
  }

  typealias Events = AsyncThrowingStream<Event, any Error>

  let request: PreparedRequest
  let stop: StopFlag
  let metrics: InferenceMetrics

  /// Queues the request. Who stops reading the events stops the generation.
  func start(on scheduler: Scheduler) throws -> Events {
    let (events, continuation) = Events.makeStream()
    let clock = GenerationClock()
    let deltas = ChoiceDeltas(request)
    let work = ServingRequest(
      prompt: request.prompt, choices: request.choices, sharingKey: request.sharingKey
    ) { [stop] in stop.isSet }
    try scheduler.submit(work) { event in
      switch event {
      case .step(let choice, let step):
        clock.sawToken()
        if let delta = deltas.delta(step, choice: choice) { continuation.yield(.delta(delta)) }
      case .rest(let choice, let text):
        if let delta = deltas.rest(text, choice: choice) { continuation.yield(.delta(delta)) }
      case .ended(let choices):
        record(clock, choices.reduce(0) { $0 + $1.tokens.count })
        continuation.yield(
          .answer(Answer(choices: choices, startedUnixMs: clock.startedUnixMs, endedUnixMs: UnixTime.nowMs())))
        continuation.finish()
      case .failed(let error):
        continuation.finish(throwing: error)
      }
    }
    continuation.onTermination = { reason in
      if case .cancelled = reason { stop.set() }
    }
    return events
  }

  private func record(_ clock: GenerationClock, _ tokens: Int) {
    metrics.tokensGenerated.increment(by: tokens)
    metrics.promptTokens.increment(by: request.prompt.count)
    guard let firstToken = clock.firstToken else { return }
    metrics.prefill.record(duration: firstToken - clock.started)
    metrics.decode.record(duration: ContinuousClock.now - firstToken)
  }
}

/// When a generation was queued and had its first token.
final class GenerationClock: Sendable {
  let started = ContinuousClock.now
  let startedUnixMs = UnixTime.nowMs()
  private let first = Mutex<ContinuousClock.Instant?>(nil)

  var firstToken: ContinuousClock.Instant? { first.withLock { $0 } }

  func sawToken() { first.withLock { $0 = $0 ?? .now } }
}

enum UnixTime {
  /// Milliseconds since 1970.
  static func nowMs() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(max(0, time.tv_sec)) * 1000 + UInt64(time.tv_nsec / 1_000_000)
  }
}
