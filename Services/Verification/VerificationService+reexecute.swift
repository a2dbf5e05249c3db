internal import Codec
internal import CoreMetrics
internal import Cryptography
internal import Evidence
internal import Exact
internal import Glibc
internal import Logging
internal import RPC
internal import Receipts
internal import Wire

extension VerificationService {
  /// Executes one answer again and signs what came of it. An error means that there is no verdict: the caller's pieces
  /// do not fit together, or this service cannot run the model.
  func reexecute(_ input: ReexecuteRequest, _ call: CallContext) async throws -> ReexecuteResponse {
    let (statement, predicate) = try await verdict(on: ExecutionEvidence(input), call.logger)
    return ReexecuteResponse(
      verdictStatement: statement, agrees: predicate.result == .pass, finding: predicate.finding,
      firstPosition: predicate.firstPosition.map { UInt32($0) })
  }

  /// The signed verdict on an execution, and what it says. Nothing is signed while the log is not what was seen of it.
  ///
  /// - Parameter superseded: the verdict whose place it takes.
  func verdict(
    on evidence: ExecutionEvidence, superseding superseded: Superseded? = nil, _ logger: Logger
  ) async throws -> (statement: [UInt8], predicate: VerdictPredicate) {
    try await log?.requireConsistent()
    try requireKnownKey(evidence.statement)
    let (finding, positions): (Finding?, Int) =
      switch try await judge(evidence) {
      case .agrees(let positions): (nil, positions)
      case .differs(let finding, let positions): (finding, positions)
      case .undecided(let error): throw refusal(error, evidence, logger)
      }
    let later = superseded == nil ? nil : Int64(time(nil))
    let predicate = VerdictPredicate(
      receiptID: evidence.execution.receiptID, profile: evidence.execution.profile,
      execution: evidence.statement.digest,
      result: finding == nil ? .pass : .fail, positions: positions, firstPosition: finding?.position,
      finding: finding?.text ?? "", appraisal: try await appraiser?.appraisal(of: evidence, later: later, logger),
      supersedes: superseded)
    (finding == nil ? metrics.passed : metrics.failed).increment()
    logger.info(
      "executed again",
      metadata: [
        "receipt_id": "\(evidence.execution.receiptID)", "result": "\(predicate.result.rawValue)",
        "positions": "\(positions)", "finding": "\(predicate.finding)",
      ])
    let statement = try sign(.verdict, predicate.subject, evidence.subjectDigest, predicate.json)
    return (statement, predicate)
  }

  /// A statement of this service's.
  func sign(_ kind: StatementKind, _ subject: String, _ digest: Digest32, _ predicate: JSON) throws -> [UInt8] {
    let statement = Statement(
      kind: kind, issuer: issuer, subject: subject, subjectDigest: digest, issuedAt: Int64(time(nil)),
      predicate: predicate)
    return try SignedStatement(signing: statement, with: key).bytes
  }

  func requireKnownKey(_ statement: SignedStatement) throws {
    guard let path = settings.registrationPolicy else { return }
    guard try ExecutionKeys(path: path).accept(statement) else {
      throw RPCError(
        .permissionDenied, "the execution statement is not signed by a key that the registration policy lists for it")
    }
  }

  private func judge(_ evidence: ExecutionEvidence) async throws -> Judgement {
    metrics.waiting.record(engine.waiting + 1)
    defer { metrics.waiting.record(engine.waiting) }
    do { return try await judgeOnEngine(evidence.opened) } catch let unreadable as GenerationError {
      return .undecided(unreadable)
    }
  }

  /// Why there is no verdict, though the pieces fit.
  func refusal(_ error: GenerationError, _ evidence: ExecutionEvidence, _ logger: Logger) -> any Error {
    if error == .cancelled { return CancellationError() }
    logger.error(
      "re-execution failed", metadata: ["error": "\(error)", "receipt_id": "\(evidence.execution.receiptID)"])
    return RPCError(.internal, "the engine could not execute the answer again: \(error)")
  }
}
