public import Credit

/// What an answer's credit is computed from and no statement has: of what was not looked for, nothing, so that what a policy
/// gives for it is `unattributed`.
public enum CreditScores {
  /// Weights by the name of each method.
  public static func weights(
    _ documents: DocumentScores?, _ spans: AnswerSpans?, _ nearest: AnswerNearest?
  ) -> [String: [Weighted]] {
    weights(documents: documents?.weights ?? [], spans, nearest)
  }

  /// - Parameters:
  ///   - documents: of those in the prompt.
  ///   - feedback: of raters, by what is known now; nil before anybody asks for it.
  public static func weights(
    documents: [Weighted], _ spans: AnswerSpans?, _ nearest: AnswerNearest?, feedback: [Weighted]? = nil
  ) -> [String: [Weighted]] {
    var weights = AnswerNearest.scores(nearest)
    weights[DocumentScores.method] = documents
    weights[AnswerSpans.method] = spans?.weights ?? []
    weights[Feedback.method] = feedback
    return weights
  }
}
