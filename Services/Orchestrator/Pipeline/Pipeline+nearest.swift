internal import Credit
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension Pipeline {
  /// Which registered records are near to the answer, as attribution finds them by inference's encoder. The answer's text goes
  /// there only where the policy credits such records. Pending where that was not done within the budget: the receipt does
  /// not wait.
  ///
  /// - Parameter policy: nil where it cannot be had.
  func nearest(
    of row: OutboxRow, _ finished: Finished, _ policy: AttributionPolicy?, _ call: CallContext?
  ) async -> FoundBeforeReceipt {
    await foundBeforeReceipt(.nearest, of: row, policy.map { $0.nearest != nil }) {
      try await findNearest(AnswerContent(finished.content), within: settings.creditBudget, call)
    }
  }

  /// - Parameter logSize: by the registry of at most so many entries; 0 for that of now.
  func findNearest(
    _ content: AnswerContent, logSize: UInt64 = 0, within budget: Duration, _ call: CallContext?
  ) async throws -> Opening {
    let texts = content.choices.map(\.text)
    let found = try await peers.findNearest(
      FindNearestRequest(texts: texts.map { Array($0.utf8) }, logSize: logSize), within: budget, call)
    // Read as everybody reads it: what could not be this answer's is refused here.
    return try AnswerNearest(Opening(salt: random(Opening.saltBytes), data: found.nearest), of: texts).opening
  }
}

extension AnswerNearest {
  /// From opening blobs of one request.
  init(opened nearest: [UInt8], content: [UInt8]) throws {
    try self.init(opened: Opening(blob: nearest), content: Opening(blob: content))
  }
}

extension OutboxRow {
  /// The records near to its answer, from the openings that the row still has; nil where there are none.
  var answerNearest: AnswerNearest? {
    get throws {
      guard let nearest = openings[.nearest], let content = openings[.content] else { return nil }
      return try AnswerNearest(opened: nearest, content: content)
    }
  }
}
