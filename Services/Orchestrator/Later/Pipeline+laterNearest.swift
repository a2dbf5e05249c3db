internal import Credit
internal import Receipts
internal import Stores

extension Pipeline {
  /// Records near to the answer, of those that were registered when the receipt came into the log.
  func findLaterNearest(
    _ later: LaterAttribution, _ row: OutboxRow, _ policy: AttributionPolicy, index: UInt64
  ) async throws -> LaterAttribution {
    guard policy.nearest != nil, index > 0 else { return later }
    return try await add(.nearest, to: later, row) {
      try await findNearest($0, logSize: index, within: settings.verifyTimeout, nil)
    }
  }

  /// Those found before the receipt, or after it; nil where there are none, or they were erased.
  func answerNearest(of row: OutboxRow, _ later: LaterAttribution) async throws -> AnswerNearest? {
    do {
      guard let nearest = try await creditOpening(.nearest, of: row, later) else { return nil }
      return try AnswerNearest(opened: nearest, content: await opening(.content, of: row))
    } catch is NeverFound { return nil }
  }
}
