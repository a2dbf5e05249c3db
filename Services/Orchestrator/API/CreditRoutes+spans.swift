internal import Codec
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores

extension CreditRoutes {
  /// Lines of the spans of an answer, each with its path to the signed root. None where the statement has no spans, and
  /// where an opening was erased: what is signed stays, and nobody can be shown what is behind it.
  func spanProofs(
    _ predicate: AttributionPredicate, of row: OutboxRow, _ context: ServiceRequestContext,
    _ isShown: (SpanLine) -> Bool
  ) async throws -> JSON {
    let call = context.callContext()
    guard predicate.spans != nil, let spans = try await receipts.creditOpening(.spans, of: row, call),
      let content = try await receipts.opening(.content, of: row, call)
    else { return [] }
    let found = try AnswerSpans(opened: spans, content: content)
    return .array(found.lines.filter(isShown).compactMap { found.proof(of: $0.span)?.json })
  }
}
