internal import Codec

extension BundleVerifier {
  /// Eight choices with 20 log-probabilities a token fill an opening with some two million values.
  private static let bodyLimits = JSONLimits(valueCountMax: 1 << 22)

  /// The answer that was sent is the committed one; a cancelled or failed stream's is a beginning of it. The caller's
  /// own copy, where there is one, is what was sent.
  func checkDelivery(_ evidence: Evidence) throws {
    let committed = try committedChoices(evidence).map { DeliveredAnswer($0) }
    let count = evidence.execution?.predicate.parameters.n ?? 1
    var answer = committed
    if let wire = evidence.openings[.wire] {
      var sent = DeliveredAnswer(choices: count)
      try sent.add(try JSON(parsing: wire.data, limits: Self.bodyLimits), "message")
      guard committed == nil || sent == committed else {
        throw Refusal("wire: the body holds another answer than was committed")
      }
      answer = sent
    }
    if let stream = evidence.openings[.stream] {
      var sent = DeliveredAnswer(choices: count)
      for chunk in try StreamChain.decode(stream.data) { try sent.add(try JSON(parsing: chunk), "delta") }
      if let committed {
        let isWhole = evidence.receiptPredicate.outcome == .answered
        guard isWhole ? sent == committed : sent.isPrefix(of: committed) else {
          throw Refusal("stream: the chunks hold another answer than was committed")
        }
      }
      answer = sent
    }
    try compareOwnResponse(evidence, sent: answer?.choices.map { Array($0.text.utf8) } ?? [])
  }
}
