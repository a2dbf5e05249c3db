import Credit
import Cryptography
import Receipts

extension CreditAudit {
  /// Why scores are not those of the draw of their receipt's epoch, as far as the bundle shows it; nil where they are, or are
  /// of all sets. Where draw and reveal stand in the log is what `colophon verify` checks.
  func drawnOtherwise(_ scores: DocumentScores) -> Row? {
    guard let sample = scores.sample else { return nil }
    func row(_ state: String, _ detail: String) -> Row { Row(name: "scores", state: state, detail: detail) }
    guard let bytes = bundle.registered[.reveal]?.statement, let receipt = bundle.statements[.receipt] else {
      return row(Row.closed, "their permutations are drawn, and the bundle does not show by which seed: get it again")
    }
    let reveal: RevealPredicate
    do { reveal = try RevealPredicate(SignedStatement(bytes).statement.predicate) } catch {
      return row(Row.differs, "reveal: \(error)")
    }
    let due = ScoreSample(
      revealed: reveal.seed, reveal: SHA256.hash(bytes), receipt: SHA256.hash(receipt),
      permutations: policy.permutations, documents: scores.lines.count, answerTokens: run.completionTokens)
    guard sample == due else {
      return row(Row.differs, "their permutations are not those of the seed revealed, the policy and the answer")
    }
    return nil
  }
}
