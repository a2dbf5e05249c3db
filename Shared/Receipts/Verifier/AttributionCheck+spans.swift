internal import Credit
internal import Cryptography

extension BundleVerifier {
  /// The opened spans of the answer, which must be those that the statement commits to, and could be by this policy.
  func spans(
    _ evidence: Evidence, stated: StatedSpans, _ rules: AttributionPolicy, _ inclusion: InclusionFinding
  ) throws -> AnswerSpans {
    guard let parameters = rules.spans else { throw Refusal("spans: the policy looks for none") }
    guard let content = evidence.openings[.content], let opening = evidence.openings[.spans] else {
      throw Refusal("spans: are not opened")
    }
    guard try content.commitment(for: .content) == evidence.execution?.predicate.content else {
      throw Refusal("content: opens to another commitment")
    }
    let spans = try AnswerSpans(opened: opening, content: content)
    guard spans.stated == stated else { throw Refusal("spans: recompute to others than those stated") }
    if let short = spans.lines.first(where: { $0.length < parameters.lengthMin }) {
      throw Refusal("span \(short.span): has \(short.length) words, the policy wants \(parameters.lengthMin)")
    }
    if let index = inclusion.index, stated.registry.size > index {
      throw Refusal("spans: the registry has entries that the log did not have before entry \(index)")
    }
    return spans
  }

  /// A bundle does not show that the texts have them: who has the texts and the log does.
  static func said(_ spans: AnswerSpans) -> String {
    let paid = spans.lines.reduce(0) { $0 + $1.tokens }
    return ", \(paid) of \(spans.tokens) words said to stand in registered texts"
  }
}
