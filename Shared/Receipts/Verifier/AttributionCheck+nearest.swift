internal import Credit
internal import Cryptography

extension BundleVerifier {
  /// The opened records near to the answer, which must be those that the statement commits to, and could be by this policy.
  func nearest(
    _ evidence: Evidence, stated: StatedNearest, _ rules: AttributionPolicy, _ inclusion: InclusionFinding
  ) throws -> AnswerNearest {
    guard let parameters = rules.nearest, parameters.method.hasSameBytes(as: stated.method) else {
      throw Refusal("nearest: the policy has no \(stated.method)")
    }
    guard let content = evidence.openings[.content], let opening = evidence.openings[.nearest] else {
      throw Refusal("nearest: is not opened")
    }
    guard try content.commitment(for: .content) == evidence.execution?.predicate.content else {
      throw Refusal("content: opens to another commitment")
    }
    let nearest = try AnswerNearest(opened: opening, content: content)
    guard nearest.stated == stated else { throw Refusal("nearest: recomputes to others than those stated") }
    if parameters.negatives == .dropped, let line = nearest.lines.first(where: { $0.score < 0 }) {
      throw Refusal("nearest line \(line.line): has a score below zero, which the policy drops")
    }
    if let index = inclusion.index, stated.registry.size > index {
      throw Refusal("nearest: the registry has entries that the log did not have before entry \(index)")
    }
    return nearest
  }

  /// A bundle shows neither that the vectors are the answer's nor that the scores follow from them: who has the encoder, the
  /// texts and the log does.
  static func said(_ nearest: AnswerNearest) -> String {
    ", with scores of \(nearest.lines.count) classes said to be near to the answer"
  }
}
