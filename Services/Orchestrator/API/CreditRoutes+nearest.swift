internal import Codec
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores

extension CreditRoutes {
  /// What classes of registered records earned by being near to an answer, each with its path to the signed root. None where
  /// the statement has none, and where an opening was erased.
  func nearestProofs(
    _ predicate: AttributionPredicate, of row: OutboxRow, _ context: ServiceRequestContext,
    _ isShown: (NearestLine) -> Bool
  ) async throws -> JSON {
    let call = context.callContext()
    guard predicate.nearest != nil, let nearest = try await receipts.creditOpening(.nearest, of: row, call),
      let content = try await receipts.opening(.content, of: row, call)
    else { return [] }
    let found = try AnswerNearest(opened: nearest, content: content)
    return .array(found.lines.filter(isShown).compactMap { found.proof(of: $0.line)?.json })
  }
}
