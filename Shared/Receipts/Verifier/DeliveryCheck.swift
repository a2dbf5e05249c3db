internal import Codec

extension BundleVerifier {
  /// The text that was sent is the committed text; a cancelled or failed stream's is a prefix of it. The verifier's own
  /// copy, where there is one, is what was sent.
  func checkDelivery(_ evidence: Evidence) throws {
    var text: String?
    if let opening = evidence.openings[.content] { text = try theChoice(opening).text }
    if let wire = evidence.openings[.wire] {
      let sent = try Self.text(of: try JSON(parsing: wire.data), "message")
      guard text == nil || sent.hasSameBytes(as: text ?? "") else {
        throw Refusal("wire: the body holds another answer than was committed")
      }
      text = sent
    }
    if let stream = evidence.openings[.stream] {
      var sent = ""
      for chunk in try StreamChain.decode(stream.data) { sent += try Self.text(of: try JSON(parsing: chunk), "delta") }
      let isWhole = evidence.receiptPredicate.outcome == .answered
      if let text {
        guard isWhole ? sent.hasSameBytes(as: text) : text.utf8.starts(with: sent.utf8) else {
          throw Refusal("stream: the chunks hold another answer than was committed")
        }
      }
      text = sent
    }
    try compareOwnCopy(evidence, sent: text)
  }

  /// The text in the one choice of a body or chunk; a second choice would carry words that nothing commits to.
  private static func text(of body: JSON, _ part: String) throws -> String {
    let choices = body["choices"]?.arrayValue ?? []
    guard choices.count <= 1 else {
      throw Refusal("\(part): there are \(choices.count) choices where one was asked for")
    }
    return choices.first?[part]?["content"]?.stringValue ?? ""
  }

  private func compareOwnCopy(_ evidence: Evidence, sent text: String?) throws {
    guard let ownCopy else { return }
    if let text, ownCopy == Array(text.utf8) { return }
    // Of a stream that broke, the client may have received less than was written to the socket.
    if let text, evidence.openings[.stream] != nil, evidence.receiptPredicate.outcome != .answered,
      Array(text.utf8).starts(with: ownCopy)
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
