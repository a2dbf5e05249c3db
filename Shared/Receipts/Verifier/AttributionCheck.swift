internal import Credit
internal import Cryptography

extension BundleVerifier {
  /// The shares recompute from the policy, the manifest's lineage, the operator, the price, and the opened scores.
  func attributionCheck(_ evidence: Evidence, _ inclusion: InclusionFinding) -> Check {
    guard let credited = evidence.credited, let execution = evidence.execution else {
      return Check(
        .attribution, .notChecked,
        evidence.receiptPredicate.isAttributionPending
          ? "the receipt says that its attribution is pending, and the bundle holds none: get it again later"
          : "the bundle holds no attribution")
    }
    let attribution = credited.predicate
    // An absent policy statement has failed the binding.
    guard let policyStatement = evidence.policy else {
      return Check(.attribution, .notChecked, "the bundle lacks the policy to recompute from")
    }
    let rules: AttributionPolicy
    do { rules = try self.rules(policyStatement, attribution, evidence, execution) } catch {
      return run(.attribution) { throw error }
    }
    guard let model = evidence.model?.predicate else {
      return Check(.attribution, .notChecked, "the bundle lacks the manifest to recompute from")
    }
    if let method = rules.methodNotServed {
      return Check(.attribution, .notChecked, "the policy's method \(method) needs scores that no statement has")
    }
    if attribution.scores != nil, evidence.lacksDocuments(of: execution.predicate) || evidence.openings[.scores] == nil
    {
      return Check(
        .attribution, .notChecked, "the scores of its documents are closed: only its owner's bundle opens them")
    }
    if attribution.spans != nil, evidence.openings[.content] == nil || evidence.openings[.spans] == nil {
      return Check(.attribution, .notChecked, "the spans of its answer are closed: only its owner's bundle opens them")
    }
    if attribution.scores?.approximate != nil, evidence.reveal == nil {
      return Check(
        .attribution, .notChecked,
        "the scores of its documents are drawn, and the bundle does not show by which seed: get it again later")
    }
    if attribution.nearest != nil, evidence.openings[.content] == nil || evidence.openings[.nearest] == nil {
      return Check(
        .attribution, .notChecked, "the records near to its answer are closed: only its owner's bundle opens them")
    }
    return run(.attribution) {
      let scores = try attribution.scores.map { try self.scores(evidence, stated: $0) }
      if let scores, let sample = scores.sample {
        try require(sample, documents: scores.lines.count, evidence, rules)
      }
      if let registry = attribution.scores?.registry, let index = inclusion.index, registry.size > index {
        throw Refusal("the registry is of \(registry.size) entries, which the log did not have before entry \(index)")
      }
      if let registry = attribution.scores?.registry, (registry.records != nil) != (rules.near != nil) {
        throw Refusal("near copies were looked for otherwise than the policy says")
      }
      let spans = try attribution.spans.map { try self.spans(evidence, stated: $0, rules, inclusion) }
      let nearest = try attribution.nearest.map { try self.nearest(evidence, stated: $0, rules, inclusion) }
      let shares = try computeShares(
        policy: rules, lineage: model.lineage, operator: attribution.operatorID, price: attribution.priceNano,
        usage: execution.predicate.count(by: attribution.operatorID),
        scores: CreditScores.weights(scores, spans, nearest))
      guard shares == attribution.shares else { throw Refusal("the shares recompute to others") }
      return "\(shares.count) shares of \(attribution.priceNano) nano-units recompute by \(rules.id)"
        + (scores.map(Self.said) ?? "")
        + (scores?.ownership.map(Self.said) ?? "") + (spans.map(Self.said) ?? "") + (nearest.map(Self.said) ?? "")
        + (evidence.attribution == nil ? ", in a later statement" : "")
    }
  }

  /// A bundle does not show that nobody committed earlier: the log does.
  private static func said(_ ownership: DocumentOwnership) -> String {
    let count = ownership.owners.count { $0.ground == "registered" }
    return ", \(count) of them said to be registered in the log's first \(ownership.registry.size) entries"
  }

  private static func said(_ scores: DocumentScores) -> String {
    let approximate = scores.stated.approximate.map {
      ", approximate: means of \($0.permutations) permutations, each within \($0.error) / 65536 nats"
    }
    return ", with the scores of \(scores.lines.count) documents" + (approximate ?? "")
  }

  /// The permutations are those that nobody could choose: of the seed of the receipt's own epoch, which `inclusion` has held
  /// against the receipt's place in the log, and as many as the policy says.
  private func require(
    _ sample: ScoreSample, documents: Int, _ evidence: Evidence, _ rules: AttributionPolicy
  ) throws {
    guard let reveal = evidence.reveal, let execution = evidence.execution?.predicate else {
      throw Refusal("scores: are drawn, and nothing shows by which seed")
    }
    let due = ScoreSample(
      revealed: reveal.predicate.seed, reveal: reveal.signed.digest, receipt: evidence.receipt.digest,
      permutations: rules.permutations, documents: documents,
      answerTokens: execution.completionTokens)
    guard sample.seed == due.seed, sample.reveal == due.reveal else {
      throw Refusal("scores: are drawn by another seed than that of the receipt's epoch")
    }
    guard sample.permutations == due.permutations else {
      throw Refusal("scores: are of \(sample.permutations) permutations, the policy says \(due.permutations)")
    }
    guard sample.answerTokens == due.answerTokens else {
      throw Refusal("scores: are of an answer of \(sample.answerTokens) tokens, it has \(due.answerTokens)")
    }
  }

  /// The opened scores of the request's documents, which must be those that the statement commits to.
  private func scores(_ evidence: Evidence, stated: StatedScores) throws -> DocumentScores {
    guard let request = evidence.openings[.request], let opening = evidence.openings[.scores] else {
      throw Refusal("scores: are not opened")
    }
    guard try request.commitment(for: .request) == evidence.receiptPredicate.request else {
      throw Refusal("request: opens to another commitment")
    }
    let documents = try evidence.documents(request.data)
    guard documents.count == stated.documents else {
      throw Refusal("scores: are of other documents than the request's")
    }
    let scores = try DocumentScores(opening, sources: documents.map(\.source))
    guard scores.stated == stated else { throw Refusal("scores: recompute to others than those stated") }
    return scores
  }
}
