internal import Credit
internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension Pipeline {
  /// Which words of the answer stand in registered texts, as attribution finds them. The answer's text goes there only
  /// where the policy looks for spans. Pending where that was not done within the budget: the receipt does not wait.
  ///
  /// - Parameter policy: nil where it cannot be had.
  func spans(
    of row: OutboxRow, _ finished: Finished, _ policy: AttributionPolicy?, _ call: CallContext?
  ) async -> FoundBeforeReceipt {
    await foundBeforeReceipt(.spans, of: row, policy.map { $0.spans != nil }) {
      try await findSpans(AnswerContent(finished.content), within: settings.creditBudget, call)
    }
  }

  /// - Parameter isAsked: whether the policy wants it; nil where the policy cannot be had.
  func foundBeforeReceipt(
    _ field: CommittedField, of row: OutboxRow, _ isAsked: Bool?, _ find: () async throws -> Opening?
  ) async -> FoundBeforeReceipt {
    guard let isAsked else { return .pending }
    guard isAsked else { return .none }
    do { return try await find().map { .found($0) } ?? .none } catch {
      logger.warning("\(field): found later", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      return .pending
    }
  }

  /// Nil where no log is followed, so that no text is registered.
  ///
  /// - Parameter logSize: by the registry of at most so many entries; 0 for that of now.
  func findSpans(
    _ content: AnswerContent, logSize: UInt64 = 0, within budget: Duration, _ call: CallContext?
  ) async throws -> Opening? {
    let texts = content.choices.map(\.text)
    let found = try await peers.findSpans(
      FindSpansRequest(texts: texts.map { Array($0.utf8) }, logSize: logSize), within: budget, call)
    guard !found.spans.isEmpty else { return nil }
    // Read as everybody reads it: what could not be this answer's is refused here.
    return try AnswerSpans(Opening(salt: random(Opening.saltBytes), data: found.spans), of: texts).opening
  }
}

extension AnswerSpans {
  /// From opening blobs of one request.
  init(opened spans: [UInt8], content: [UInt8]) throws {
    try self.init(opened: Opening(blob: spans), content: Opening(blob: content))
  }
}

extension OutboxRow {
  /// The spans of its answer, from the openings that the row still has; nil where there are none.
  var answerSpans: AnswerSpans? {
    get throws {
      guard let spans = openings[.spans], let content = openings[.content] else { return nil }
      return try AnswerSpans(opened: spans, content: content)
    }
  }
}
