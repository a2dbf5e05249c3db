internal import CoreMetrics
internal import Evidence
internal import Exact
internal import Glibc
internal import Metrics
internal import Receipts
internal import Wire

/// One generation on the engine's thread: steps become pieces of text, and the end an answer.
struct EngineRun: Sendable {
  enum Event: Sendable {
    case delta(Delta)
    case answer(Answer)
  }

  let request: PreparedRequest
  let pool: ThreadPool
  let stop: StopFlag
  let metrics: InferenceMetrics

  /// Blocks until the answer has ended. `emit` gets every piece of text, and the answer last.
  func callAsFunction(_ emit: (Event) -> Void) throws(GenerationError) {
    let started = ContinuousClock.now
    let startedUnixMs = UnixTime.nowMs()
    let model = request.model.model
    let generator = try Generator(
      model, pool: pool, prompt: request.prompt, sampling: request.parameters.sampling,
      maxTokens: request.parameters.maxTokens, salt: request.salts.activation, isCancelled: { stop.isSet })
    var decoder = StreamingDecoder(model.tokenizer)
    var text = ""
    var held: UInt32 = 0
    var firstToken: ContinuousClock.Instant?
    func show(_ piece: String) {
      guard !piece.isEmpty else { return }
      text += piece
      emit(.delta(Delta(choice: 0, text: piece, tokens: held)))
      held = 0
    }
    while let step = try generator.next() {
      if firstToken == nil { firstToken = .now }
      held += 1
      do { show(try decoder.push(step.token)) } catch { throw .tokenizer(error) }
    }
    show(decoder.finish())
    record(started, firstToken, generator.tokens.count)
    emit(
      .answer(
        Answer(
          tokens: generator.tokens, text: text, end: generator.end ?? .cancelled, chain: generator.chain,
          startedUnixMs: startedUnixMs, endedUnixMs: UnixTime.nowMs())))
  }

  private func record(_ started: ContinuousClock.Instant, _ firstToken: ContinuousClock.Instant?, _ tokens: Int) {
    metrics.tokensGenerated.increment(by: tokens)
    metrics.promptTokens.increment(by: request.prompt.count)
    guard let firstToken else { return }
    metrics.prefill.record(duration: firstToken - started)
    metrics.decode.record(duration: ContinuousClock.now - firstToken)
  }
}

enum UnixTime {
  /// Milliseconds since 1970.
  static func nowMs() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(max(0, time.tv_sec)) * 1000 + UInt64(time.tv_nsec / 1_000_000)
  }
}
