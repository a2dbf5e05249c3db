internal import Evidence
internal import Exact
internal import Metrics
internal import RPC
internal import Synchronization

extension VerificationService {
  /// Runs `work` on the engine's thread, until its caller has gone or its time is up. What the engine and the work throw
  /// passes through, a full queue and a model that is not here as errors of the call.
  ///
  /// - Parameter timer: records the time from when the model was there.
  func onEngine<T: Sendable>(
    _ opened: OpenedExecution, _ timer: Metrics.Timer,
    _ work: @escaping @Sendable (OpenedExecution, () -> Bool, () throws -> ChatModel) throws -> T
  ) async throws -> T {
    let stop = StopFlag()
    do {
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
    } catch let full as EngineThread.Full {
      throw RPCError(.resourceExhausted, "\(full)")
    } catch let missing as ModelStore.Missing {
      throw RPCError(.failedPrecondition, "\(missing)")
    }
  }
}

/// A wish to end one piece of work: its caller has gone or its time is up.
private final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}
