internal import Credit
internal import Cryptography
internal import Logging
internal import RPC
internal import Receipts
internal import Stores
internal import Wire

extension Pipeline {
  /// Which words of the answer stand in registered texts, as attribution finds them. The answer's text goes there only
  /// where the policy looks for spans. Nil where it does not, and where none were found within the budget: then what the
  /// policy gives for them is `unattributed`, and the receipt does not wait.
  func spans(
    of row: OutboxRow, _ finished: Finished, _ policy: AttributionPolicy?, _ call: CallContext?
  ) async -> Opening? {
    guard policy?.spans != nil else { return nil }
    do {
      let texts = try AnswerContent(finished.content).choices.map(\.text)
      let found = try await peers.findSpans(
        FindSpansRequest(texts: texts.map { Array($0.utf8) }), within: settings.creditBudget, call)
      guard !found.spans.isEmpty else { return nil }
      return try AnswerSpans(Opening(salt: random(Opening.saltBytes), data: found.spans), of: texts).opening
    } catch {
      logger.warning("spans are not found", metadata: ["receipt": "\(row.receiptID)", "error": "\(error)"])
      return nil
    }
  }
}

extension OutboxRow {
  /// The spans of its answer, from the openings that the row still has; nil where there are none.
  var answerSpans: AnswerSpans? {
    get throws {
      guard let spans = openings[.spans], let content = openings[.content] else { return nil }
      return try AnswerSpans(opened: Opening(blob: spans), content: Opening(blob: content))
    }
  }
}
