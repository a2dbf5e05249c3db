internal import Codec

extension BundleVerifier {
  /// Eight choices with 20 log-probabilities a token fill an opening with some two million values.
  private static let bodyLimits = JSONLimits(valueCountMax: 1 << 22)

  /// The answer that was sent is the committed one; a cancelled or failed stream's is a beginning of it. The verifier's
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
    try compareOwnCopy(evidence, sent: answer?.choices.map { Array($0.text.utf8) } ?? [])
  }

  /// The copy is the body, or the text of one of the choices.
  private func compareOwnCopy(_ evidence: Evidence, sent texts: [[UInt8]]) throws {
    guard let ownCopy else { return }
    if texts.contains(ownCopy) { return }
    // Of a stream that broke, the client may have received less than was written to the socket.
    if evidence.openings[.stream] != nil, evidence.receiptPredicate.outcome != .answered,
      texts.contains(where: { $0.starts(with: ownCopy) })
    {
      return
    }
    guard let wire = evidence.openings[.wire]?.data else { throw Refusal("my copy: is not the committed text") }
    let stripped = try? JSON.bytes(ownCopy, withoutLastMember: "receipt")
    guard ownCopy == wire || stripped == wire else {
      throw Refusal("my copy: is neither the committed body nor its text")
    }
  }
}
