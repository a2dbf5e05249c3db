internal import Credit
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
  /// sets at a time: others are answered between. Of more documents than can be enumerated, sets are named.
  func scoreDocuments(_ input: ReexecuteRequest, _ call: CallContext) async throws -> DocumentValues {
    let sets = try Self.sets(input)
    let evidence = try ExecutionEvidence(input)
    try requireKnownKey(evidence.statement)
    do {
      let first = Int(input.firstSet)
      let values = try await onEngine(evidence.opened, metrics.scoring) { opened, isCancelled, model in
        guard sets.isEmpty else {
          return try opened.documentValues(of: sets, pool: pool, isCancelled: isCancelled, model: model)
        }
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

  /// Sets that one call names.
  static let setsMax = 16

  private static func sets(_ input: ReexecuteRequest) throws(RPCError) -> [DocumentSet] {
    let bytes = input.sets
    guard bytes.count.isMultiple(of: DocumentSet.byteCount), bytes.count <= setsMax * DocumentSet.byteCount else {
      throw RPCError(
        .invalidArgument,
        "sets has \(bytes.count) bytes, it must have \(DocumentSet.byteCount) for each of at most \(setsMax)")
    }
    guard bytes.isEmpty || (input.firstSet == 0 && input.setCount == 0) else {
      throw RPCError(.invalidArgument, "sets and set_count are two ways to name a part: use one")
    }
    return stride(from: 0, to: bytes.count, by: DocumentSet.byteCount).compactMap {
      DocumentSet(bytes[$0..<$0 + DocumentSet.byteCount])
    }
  }
}
