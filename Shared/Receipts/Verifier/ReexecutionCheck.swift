internal import Cryptography

extension BundleVerifier {
  /// Somebody other than the executor did it again: the caller with the model, or verification by its verdict.
  func reexecutionCheck(_ evidence: Evidence, _ inclusion: InclusionFinding) -> Check {
    guard let execution = evidence.execution?.predicate else {
      return Check(.reexecution, .notChecked, "nothing was executed")
    }
    guard execution.profile.hasSameBytes(as: ExecutionPredicate.profileExact) else {
      return ExecutionPredicate.profilesNotReproducible.contains(execution.profile)
        ? Check(.reexecution, .notOffered, "the profile \(execution.profile) is not reproducible")
        : Check(.reexecution, .notChecked, "the profile \(execution.profile) is unknown here")
    }
    let verdict = evidence.verdictInForce
    if let reexecute {
      guard let model = evidence.model?.predicate else {
        return Check(.reexecution, .notChecked, "the bundle holds no manifest")
      }
      let own = reexecute(execution, model, evidence.openings)
      let contradicted = verdict?.predicate.result == .fail && own.state == .pass
      return Check(
        .reexecution, own.state,
        own.detail + (contradicted ? "; the verdict in the bundle says fail, and is wrong" : ""))
    }
    let sample = SampleFinding(evidence, inclusion)
    if let sample, sample.isOverdue {
      return Check(
        .reexecution, .fail,
        "\(sample.isSelected == nil ? "the draw was not revealed" : "the draw selected it"), and no verdict was in the log "
          + "by its deadline, entry \(sample.deadline)")
    }
    guard let verdict else { return Check(.reexecution, .notChecked, absence(evidence, sample)) }
    let judged = run(.reexecution) { try judge(verdict, execution) }
    // Whoever serves a bundle can leave out the draw, which alone shows that a verdict came too late.
    if case .sample = evidence.receiptPredicate.verification, sample == nil, judged.state == .pass {
      return Check(
        .reexecution, .notChecked,
        "\(judged.detail); only a draw shows by when it was due, and none is proven here: get the bundle again later")
    }
    return judged
  }

  private func judge(_ verdict: Evidence.Part<VerdictPredicate>, _ execution: ExecutionPredicate) throws -> String {
    guard let issuer = policy.issuer(of: verdict.signed), issuer.kinds.contains(.verdict),
      verdict.signed.isSigned(by: issuer.key)
    else { throw Refusal("the verdict is not signed by a key listed for verdicts") }
    let predicate = verdict.predicate
    guard predicate.method == VerdictPredicate.methodReexecution else {
      throw Refusal("the verdict's method is \(predicate.method)")
    }
    guard predicate.result == .pass else { throw Refusal("the verdict is fail: \(predicate.finding)") }
    guard predicate.positions == execution.completionTokens else {
      throw Refusal("the verdict covers \(predicate.positions) of \(execution.completionTokens) tokens")
    }
    let hardware =
      predicate.appraisal.map { "; it calls the \($0.result.kind) evidence \($0.result.status.rawValue)" } ?? ""
    let again = predicate.supersedes.map { "; it supersedes an earlier verdict: \($0.reason)" } ?? ""
    return "\(predicate.positions) tokens recomputed by \(issuer.issuer), activation chain equal\(hardware)\(again)"
  }

  /// Why there is no verdict, as far as the bundle says.
  private func absence(_ evidence: Evidence, _ sample: SampleFinding?) -> String {
    let own = "`--model FILE` does it here"
    switch (evidence.receiptPredicate.verification, sample?.isSelected) {
    case (.sample, false?): return "the draw did not select it; \(own)"
    case (.sample, true?):
      return "the draw selected it, and its verdict is due by entry \(sample?.deadline ?? 0); \(own)"
    case (.sample, nil): return "the bundle does not show what the draw selected: get it again later; \(own)"
    case (.onDemand, _): return "no verdict in the bundle: it is made when asked for; \(own)"
    case (.never, _): return "the receipt says that this suite does not verify it; \(own)"
    case (.always, _), (nil, _): return "no verdict in the bundle; \(own)"
    }
  }
}

/// What the draw says of one receipt: a function of draw, deadline and log.
struct SampleFinding {
  /// Nil while nobody can tell.
  let isSelected: Bool?
  /// Log index by which a selected receipt has its verdict, and the seed was revealed.
  let deadline: UInt64
  /// Selected, or not known to be passed over, while the log went past the deadline without a verdict.
  let isOverdue: Bool

  /// Nil without a draw that is in the log.
  init?(_ evidence: Evidence, _ inclusion: InclusionFinding) {
    guard case .sample(let rate) = evidence.receiptPredicate.verification, let draw = evidence.draw?.predicate,
      let index = inclusion.registered.index[.draw]
    else { return nil }
    let (sum, overflows) = index.addingReportingOverflow(draw.within)
    deadline = overflows ? .max : sum
    isSelected = evidence.reveal.flatMap { reveal in
      // The check `inclusion` has authenticated the checkpoint.
      reveal.predicate.root.map { root in
        Draw.selects(
          Draw.draw(seed: reveal.predicate.seed, root: root, entry: evidence.receipt.digest), basisPoints: rate)
      }
    }
    let isInTime = inclusion.registered.index[.verdict].map { [deadline] in $0 <= deadline } ?? false
    isOverdue = isSelected != false && !isInTime && inclusion.registered.size > deadline
  }
}
