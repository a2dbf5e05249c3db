internal import Credit
internal import Cryptography
internal import RPC
internal import Receipts
internal import Wire

extension AttributionService {
  /// Scores that are drawn are signed only where the draw is that of their receipt's epoch, by the seed that is revealed, and
  /// of as many permutations as the policy says. That both statements stand in the log, and where, is for whoever reads the
  /// bundle: this service does not know verification's key.
  static func require(
    _ scores: DocumentScores, _ input: AttributeRequest, of execution: ExecutedRequest, _ later: LaterReceipt?,
    by policy: AttributionPolicy
  ) throws {
    guard let sample = scores.sample else {
      guard input.revealStatement.isEmpty else {
        throw RPCError(.invalidArgument, "reveal_statement stands beside scores that are not drawn")
      }
      return
    }
    guard let later else {
      throw RPCError(.invalidArgument, "scores that are drawn are attributed later, about a receipt in the log")
    }
    let signed: SignedStatement
    let reveal: RevealPredicate
    do {
      signed = try SignedStatement(input.revealStatement)
      guard signed.statement.kind == .reveal else {
        throw ReceiptError.field("its kind", why: "is \(signed.statement.kind), it must be reveal")
      }
      reveal = try RevealPredicate(signed.statement.predicate)
    } catch { throw RPCError(.invalidArgument, "reveal_statement: \(error)") }
    guard later.index <= reveal.last else {
      throw RPCError(
        .invalidArgument, "the epoch revealed ends with entry \(reveal.last), and the receipt is entry \(later.index)")
    }
    let due = ScoreSample(
      revealed: reveal.seed, reveal: signed.digest, receipt: later.digest, permutations: policy.permutations,
      documents: scores.lines.count, answerTokens: execution.answerTokens)
    guard sample == due else {
      throw RPCError(
        .invalidArgument,
        "the scores are drawn otherwise than seed, policy (\(due.permutations) permutations) and answer say")
    }
  }
}
