/// What keeps an execution from passing. The text goes into a signed verdict: it names places and never content.
struct Finding: Error, Sendable, Equatable {
  let text: String
  /// Of the first generated token that differs.
  let position: Int?

  init(_ text: String, position: Int? = nil) {
    self.text = text
    self.position = position
  }
}

/// What a verdict says.
struct Judgement: Sendable, Equatable {
  /// Nil: the execution agrees.
  var finding: Finding?
  /// Generated tokens that were recomputed.
  var positions: Int
}
