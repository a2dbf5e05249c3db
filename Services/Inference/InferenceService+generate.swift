internal import CoreMetrics
internal import Exact
internal import Logging
internal import Metrics
internal import RPC
internal import Receipts
internal import Wire

extension InferenceService {
  /// Streams one answer. The caller's leaving, its deadline and `Cancel` all end the generation after its token; only
  /// after `Cancel` is there somebody left to read the signed end.
  func generate(
    _ input: GenerateRequest, _ call: CallContext, _ send: (GenerateEvent) async throws -> Void
  ) async throws {
    let request = try PreparedRequest(input, models: models, contextTokensMax: settings.contextTokensMax)
    let evidence = try await evidenceNow(call)
    guard let stop = running.add(input.receiptID) else {
      throw RPCError(.alreadyExists, "receipt \(input.receiptID) is being generated already")
    }
    defer {
      stop.set()
      running.remove(input.receiptID)
    }
    let events = try start(EngineRun(request: request, stop: stop, metrics: metrics))
    do {
      for try await event in events {
        switch event {
        case .delta(let delta): try await send(GenerateEvent(event: .delta(delta)))
        case .answer(let answer):
          try await send(GenerateEvent(event: .finished(signer.finish(answer, to: request, evidence))))
          log(answer, request, call)
        }
      }
    } catch let error as GenerationError {
      call.logger.error("generation failed", metadata: ["error": "\(error)", "receipt_id": "\(request.id)"])
      throw RPCError(.internal, "the engine could not compute the answer: \(error)")
    }
    // A cancelled task ends the loop without an error: its stream just stops.
    try Task.checkCancellation()
  }

  private func start(_ run: EngineRun) throws(RPCError) -> EngineRun.Events {
    guard let scheduler = schedulers[run.request.model.manifestDigest] else {
      throw RPCError(.internal, "the model has no scheduler")
    }
    defer { metrics.record(scheduler.report) }
    do {
      return try run.start(on: scheduler)
    } catch let error as ServingFull {
      metrics.refusedFull.increment()
      throw RPCError(.resourceExhausted, "\(error)")
    } catch {
      throw RPCError(.invalidArgument, "\(error)")
    }
  }

  private func log(_ answer: Answer, _ request: PreparedRequest, _ call: CallContext) {
    call.logger.info(
      "generated",
      metadata: [
        "receipt_id": "\(request.id)", "model": "\(request.model.manifest.id)",
        "prompt_tokens": "\(request.prompt.count)", "completion_tokens": "\(answer.tokens)",
        "finish_reason": "\(answer.finishReason.rawValue)",
        "duration_ms": "\(answer.endedUnixMs - answer.startedUnixMs)",
      ])
  }
}
