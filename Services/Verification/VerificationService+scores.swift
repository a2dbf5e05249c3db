internal import Evidence
internal import Exact
internal import Logging
internal import Metrics
internal import RPC
internal import Receipts
internal import Wire

extension VerificationService {
  /// Values one answer given each subset of its documents. Nothing is signed: attribution signs what follows from it, and
  /// who has model, request and answer computes the same. Its caller's deadline ends it. Who has time asks for a part of the
  /// sets at a time: others are answered between.
  func scoreDocuments(_ input: ReexecuteRequest, _ call: CallContext) async throws -> DocumentValues {
    let evidence = try ExecutionEvidence(input)
    try requireKnownKey(evidence.statement)
    do {
      let first = Int(input.firstSet)
      let values = try await onEngine(evidence.opened, metrics.scoring) { opened, isCancelled, model in
        guard input.setCount > 0 else {
          return try opened.documentValues(pool: pool, isCancelled: isCancelled, model: model)
        }
        return try opened.documentValues(
          turns: first..<first + Int(input.setCount), pool: pool, isCancelled: isCancelled, model: model)
      }
      return DocumentValues(values: DocumentScores.data(values))
    } catch let finding as Finding {
      throw RPCError(.invalidArgument, "\(finding)")
    } catch let error as GenerationError {
      throw refusal(error, evidence, call.logger)
    }
  }
}
