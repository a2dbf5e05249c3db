internal import CoreMetrics
internal import Exact
internal import Glibc
internal import Logging
internal import Metrics
internal import RPC
internal import Receipts
internal import Synchronization
internal import Wire

extension VerificationService {
  /// Executes one answer again and signs what came of it. An error means that there is no verdict: the caller's pieces
  /// do not fit together, or this service cannot run the model.
  func reexecute(_ input: ReexecuteRequest, _ call: CallContext) async throws -> ReexecuteResponse {
    let evidence = try ExecutionEvidence(input)
    try requireKnownKey(evidence.statement)
    let judgement = try await judge(evidence, call)
    let finding = judgement.finding
    let predicate = VerdictPredicate(
      receiptID: evidence.execution.receiptID, profile: evidence.execution.profile,
      execution: evidence.statement.digest,
      result: finding == nil ? .pass : .fail, positions: judgement.positions, firstPosition: finding?.position,
      finding: finding?.text ?? "")
    let statement = Statement(
      kind: .verdict, issuer: issuer, subject: evidence.execution.receiptID.description,
      subjectDigest: evidence.subjectDigest, issuedAt: Int64(time(nil)), predicate: predicate.json)
    (finding == nil ? metrics.passed : metrics.failed).increment()
    call.logger.info(
      "executed again",
      metadata: [
        "receipt_id": "\(evidence.execution.receiptID)", "result": "\(predicate.result.rawValue)",
        "positions": "\(judgement.positions)", "finding": "\(predicate.finding)",
      ])
    return ReexecuteResponse(
      verdictStatement: try SignedStatement(signing: statement, with: key).bytes, agrees: finding == nil,
      finding: predicate.finding, firstPosition: finding?.position.map { UInt32($0) })
  }

  private func requireKnownKey(_ statement: SignedStatement) throws {
    guard let path = settings.registrationPolicy else { return }
    guard try ExecutionKeys(path: path).accept(statement) else {
      throw RPCError(
        .permissionDenied, "the execution statement is not signed by a key that the registration policy lists for it")
    }
  }

  private func judge(_ evidence: ExecutionEvidence, _ call: CallContext) async throws -> Judgement {
    let stop = StopFlag()
    do {
      let stated = try StatedExecution(evidence)
      metrics.waiting.record(engine.waiting + 1)
      defer { metrics.waiting.record(engine.waiting) }
      return try await withTaskCancellationHandler {
        try await engine.run { try judge(stated, evidence, stop) }
      } onCancel: {
        stop.set()
      }
    } catch let finding as Finding {
      return Judgement(finding: finding, positions: 0)
    } catch let full as EngineThread.Full {
      throw RPCError(.resourceExhausted, "\(full)")
    } catch let missing as ModelStore.Missing {
      throw RPCError(.failedPrecondition, "\(missing)")
    } catch GenerationError.cancelled {
      throw CancellationError()
    } catch let error as GenerationError {
      call.logger.error(
        "re-execution failed", metadata: ["error": "\(error)", "receipt_id": "\(evidence.execution.receiptID)"])
      throw RPCError(.internal, "the engine could not execute the answer again: \(error)")
    }
  }

  /// On the engine's thread.
  private func judge(_ stated: StatedExecution, _ evidence: ExecutionEvidence, _ stop: StopFlag) throws -> Judgement {
    if stop.isSet { throw GenerationError.cancelled }
    let model = try store.model(evidence.manifest, digest: evidence.manifestDigest)
    let started = ContinuousClock.now
    defer { metrics.duration.record(duration: ContinuousClock.now - started) }
    let claim = try stated.claim(evidence, on: model)
    let result = try Reexecution.check(claim, on: model, pool: pool) { stop.isSet }
    guard case .diverges(let position, let finding) = result.outcome else {
      return Judgement(finding: nil, positions: result.positions)
    }
    return Judgement(finding: Finding("\(finding)", position: position), positions: result.positions)
  }
}

/// A wish to end one re-execution: its caller has gone or its time is up.
private final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}
