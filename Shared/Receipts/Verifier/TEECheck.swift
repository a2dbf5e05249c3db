internal import Cryptography

extension BundleVerifier {
  /// Evidence of trusted hardware vouches for the key that signed the execution, for an epoch in which it began. Its time is the
  /// execution's own claim, and so is that of the appraisal: `time` bounds it from above.
  func teeCheck(_ evidence: Evidence) -> Check {
    guard let execution = evidence.execution, execution.predicate.evidence != nil else {
      return Check(.tee, .notOffered, "the execution states no evidence of trusted hardware")
    }
    guard let bytes = evidence.bundle.evidence else {
      return Check(.tee, .notChecked, "the bundle does not hold the evidence that the execution names")
    }
    let document: EvidenceDocument
    do { document = try bound(bytes, to: execution) } catch let refusal as Refusal {
      return Check(.tee, .fail, refusal.why)
    } catch { return Check(.tee, .fail, "\(error)") }
    guard let tee = policy.tee else {
      return Check(
        .tee, .notChecked,
        "there is evidence of kind \(document.kind.rawValue), and the policy has nothing to say of it")
    }
    guard tee.kinds.contains(document.kind) else {
      return Check(.tee, .fail, "the policy does not accept evidence of kind \(document.kind.rawValue)")
    }
    guard let appraise else { return Check(.tee, .notChecked, "no evidence is appraised here") }
    let found = appraise(document, tee, Int64(clamping: execution.predicate.startedUnixMs / 1000))
    return Check(.tee, found.state, found.detail)
  }

  /// The document is the one that was named, and vouches for the execution.
  private func bound(
    _ bytes: [UInt8], to execution: Evidence.Part<ExecutionPredicate>
  ) throws -> EvidenceDocument {
    guard SHA256.hash(bytes) == execution.predicate.evidence else {
      throw Refusal("the bundle holds other evidence than the execution names")
    }
    let document = try EvidenceDocument(bytes)
    try document.requireBound(to: execution.predicate, signedBy: execution.signed.keyID)
    return document
  }

  /// What a verdict appraises is the evidence that the execution names.
  func bindAppraisal(_ verdict: VerdictPredicate, _ execution: ExecutionPredicate) throws {
    guard verdict.appraisal == nil || verdict.appraisal?.evidence == execution.evidence else {
      throw Refusal("verdict: appraises other evidence than the execution names")
    }
  }

  /// The evidence in the bundle is the one that the execution names.
  func bindEvidence(_ evidence: Evidence) throws {
    guard let bytes = evidence.bundle.evidence else { return }
    guard let named = evidence.execution?.predicate.evidence else { throw Refusal("evidence: no execution names it") }
    guard SHA256.hash(bytes) == named else { throw Refusal("execution: names other evidence than the bundle's") }
  }
}
