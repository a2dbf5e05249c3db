internal import Codec
internal import RPC
internal import Receipts
internal import ServiceKit
internal import Stores

extension CreditRoutes {
  /// Lines of one receipt in a contributor's statement, which is of many: there may be thousands of them.
  static let nearestCountMax = 64

  /// What classes of registered records earned by being near to an answer, each with its path to the signed root. None where
  /// the statement has none, and where an opening was erased.
  ///
  /// - Parameter countMax: of more, those with the highest scores.
  /// - Returns: with how many there are.
  func nearestProofs(
    _ predicate: AttributionPredicate, of row: OutboxRow, _ context: ServiceRequestContext, countMax: Int = .max,
    _ isShown: (NearestLine) -> Bool
  ) async throws -> (proofs: JSON, count: Int) {
    let call = context.callContext()
    guard predicate.nearest != nil, let nearest = try await receipts.creditOpening(.nearest, of: row, call),
      let content = try await receipts.opening(.content, of: row, call)
    else { return ([], 0) }
    let found = try AnswerNearest(opened: nearest, content: content)
    let all = found.lines.filter(isShown)
    let shown = all.count > countMax ? Array(all.best(countMax)) : all
    return (.array(shown.compactMap { found.proof(of: $0.line)?.json }), all.count)
  }
}

extension [NearestLine] {
  /// Those with the highest scores, of equal ones the first.
  func best(_ count: Int) -> ArraySlice<NearestLine> {
    sorted { ($1.score, $0.line) < ($0.score, $1.line) }.prefix(count)
  }
}
