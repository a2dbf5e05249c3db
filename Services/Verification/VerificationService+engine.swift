internal import Evidence
internal import Exact
internal import Metrics
internal import RPC

/// What runs on the engine's thread, until its caller has gone or its time is up. What the engine and the work throw passes
/// through, a full queue and a model that is not here as errors of the call.
extension VerificationService {
  /// Executes an answer again, together with those of the same model that wait when its turn comes.
  func judgeOnEngine(_ opened: OpenedExecution) async throws -> Judgement {
    let stop = StopFlag()
    return try await withEngineErrors {
      try await provideModel(of: opened)
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { answer in
          reexecutions.add(.init(opened: opened, stop: stop, answer: answer)) { judge(reexecutions.nextBatch()) }
        }
      } onCancel: {
        reexecutions.leave(stop)
      }
    }
  }

  /// Each is answered once, as soon as its judgement stands.
  private func judge(_ calls: [WaitingReexecutions.Call]) {
    guard let oldest = calls.first?.opened else { return }
    var unanswered = Set(calls.indices)
    var started: ContinuousClock.Instant?
    do {
      try OpenedExecution.judge(calls.map(\.opened), pool: pool, isCancelled: { calls[$0].stop.isSet }) {
        let model = try store.model(oldest.manifest, digest: oldest.manifestDigest)
        metrics.batchSize.record(calls.count)
        started = .now
        return model
      } judged: { index, judgement in
        if let started { metrics.duration.record(duration: ContinuousClock.now - started) }
        unanswered.remove(index)
        calls[index].answer.resume(returning: judgement)
      }
    } catch {
      for index in unanswered { calls[index].answer.resume(throwing: error) }
    }
  }

  /// Runs `work` on the engine's thread.
  ///
  /// - Parameter timer: records the time from when the model was there.
  func onEngine<T: Sendable>(
    _ opened: OpenedExecution, _ timer: Metrics.Timer,
    _ work: @escaping @Sendable (OpenedExecution, () -> Bool, () throws -> ChatModel) throws -> T
  ) async throws -> T {
    let stop = StopFlag()
    return try await withEngineErrors {
      try await provideModel(of: opened)
      return try await withTaskCancellationHandler {
        try await engine.run {
          if stop.isSet { throw GenerationError.cancelled }
          var started: ContinuousClock.Instant?
          defer { if let started { timer.record(duration: ContinuousClock.now - started) } }
          return try work(opened, { stop.isSet }) {
            let model = try store.model(opened.manifest, digest: opened.manifestDigest)
            started = .now
            return model
          }
        }
      } onCancel: {
        stop.set()
      }
    }
  }

  /// Before the engine's turn, so that nobody else waits for what is fetched.
  private func provideModel(of opened: OpenedExecution) async throws {
    if try await store.provide(opened.manifest, digest: opened.manifestDigest) { metrics.modelFetches.increment() }
  }

  private func withEngineErrors<T>(_ work: () async throws -> T) async throws -> T {
    do { return try await work() } catch let full as EngineThread.Full {
      throw RPCError(.resourceExhausted, "\(full)")
    } catch let missing as ModelStore.Missing {
      throw RPCError(.failedPrecondition, "\(missing)")
    }
  }
}
