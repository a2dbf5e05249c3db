internal import Evidence
internal import Exact
internal import Logging
internal import Metrics
internal import RPC
internal import Receipts
internal import Wire

extension VerificationService {
  /// Values one answer given each subset of its documents. Nothing is signed: attribution signs what follows from it, and
  /// who has model, request and answer computes the same. Its caller's deadline ends it.
  func scoreDocuments(_ input: ReexecuteRequest, _ call: CallContext) async throws -> DocumentValues {
    let evidence = try ExecutionEvidence(input)
    try requireKnownKey(evidence.statement)
    let stop = StopFlag()
    do {
      let values = try await withTaskCancellationHandler {
        try await engine.run { try value(evidence.opened, stop) }
      } onCancel: {
        stop.set()
      }
      return DocumentValues(values: DocumentScores.data(values))
    } catch let full as EngineThread.Full {
      throw RPCError(.resourceExhausted, "\(full)")
    } catch let missing as ModelStore.Missing {
      throw RPCError(.failedPrecondition, "\(missing)")
    } catch let finding as Finding {
      throw RPCError(.invalidArgument, "\(finding)")
    } catch let error as GenerationError {
      throw refusal(error, evidence, call.logger)
    }
  }

  /// On the engine's thread.
  private func value(_ opened: OpenedExecution, _ stop: StopFlag) throws -> [Int64] {
    if stop.isSet { throw GenerationError.cancelled }
    var started: ContinuousClock.Instant?
    defer { if let started { metrics.scoring.record(duration: ContinuousClock.now - started) } }
    return try opened.documentValues(pool: pool) {
      stop.isSet
    } model: {
      let model = try store.model(opened.manifest, digest: opened.manifestDigest)
      started = .now
      return model
    }
  }
}
