import Codec
import Credit
import Receipts

/// A contributor's statement: each amount is its share of the signed attribution, each score is under the signed root.
struct ContributorAudit {
  let rows: [CreditAudit.Row]

  /// Errors: `Failure` for what is no statement of a contributor.
  init(_ json: JSON) throws {
    guard let id = json["contributor"]?.stringValue, let lines = json["lines"]?.arrayValue else {
      throw Failure("it is no statement of a contributor", status: 65)
    }
    rows = try lines.enumerated().map { at, line in
      guard let text = line["attribution"]?.stringValue, let bytes = try? Base64.decode(text) else {
        throw Failure("line \(at) has no attribution statement", status: 65)
      }
      let predicate = try AttributionPredicate(SignedStatement(bytes).statement.predicate)
      let receipt = predicate.receiptID.description
      func row(_ state: String, _ detail: String) -> CreditAudit.Row {
        CreditAudit.Row(name: "line \(at)", state: state, detail: "\(receipt): \(detail)")
      }
      func differs(_ detail: String) -> CreditAudit.Row { row(CreditAudit.Row.differs, detail) }
      guard line["receipt_id"]?.stringValue == receipt else { return differs("the statement is about another receipt") }
      let share = predicate.shares.first { $0.contributor.utf8.elementsEqual(id.utf8) }
      guard let share, line["amount_nano"]?.decimalValue == share.amountNano else {
        return differs("stated \(line["amount_nano"]?.text ?? "nothing"), signed \(share?.amountNano ?? 0)")
      }
      let proofs = try (line["documents"]?.arrayValue ?? []).map { try LineProof<ScoreLine>($0) }
      for proof in proofs {
        guard let stated = predicate.scores, (try? proof.verify(stated)) != nil,
          proof.line.source.contributor.utf8.elementsEqual(id.utf8)
        else { return differs("document \(proof.line.document) is not under the signed root") }
      }
      let spans = try (line["span_proofs"]?.arrayValue ?? []).map { try LineProof<SpanLine>($0) }
      for proof in spans {
        guard let stated = predicate.spans, (try? proof.verify(stated)) != nil,
          proof.line.contributor.utf8.elementsEqual(id.utf8)
        else { return differs("span \(proof.line.span) is not under the signed root") }
      }
      let nearest = try (line["nearest_proofs"]?.arrayValue ?? []).map { try LineProof<NearestLine>($0) }
      for proof in nearest {
        guard let stated = predicate.nearest, (try? proof.verify(stated)) != nil,
          proof.line.contributor.utf8.elementsEqual(id.utf8)
        else { return differs("nearest line \(proof.line.line) is not under the signed root") }
      }
      let near = nearest.isEmpty ? "" : "; \(nearest.count) classes of records near to the answer"
      let words = spans.isEmpty ? "" : "; \(spans.reduce(0) { $0 + $1.line.tokens }) words in \(spans.count) spans"
      let scores = proofs.map { "document \($0.line.document) \($0.line.score)" }.joined(separator: ", ")
      return row(
        CreditAudit.Row.equal, "\(share.amountNano) nano-units" + (scores.isEmpty ? "" : "; \(scores)") + words + near)
    }
  }
}
