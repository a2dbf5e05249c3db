internal import Credit
internal import Cryptography

extension BundleVerifier {
  /// The policy that was applied, once it may be. This needs no scores and no opening, so it comes before all that leaves
  /// the check undecided: otherwise whoever signs attributions takes every share by a policy that nobody can compute.
  func rules(
    _ statement: SignedStatement, _ attribution: AttributionPredicate, _ evidence: Evidence,
    _ execution: Evidence.Part<ExecutionPredicate>
  ) throws -> AttributionPolicy {
    guard policy.attributionPolicies.isEmpty || policy.attributionPolicies.contains(statement.digest) else {
      throw Refusal("the trust policy does not list this attribution policy")
    }
    let rules = try AttributionPolicy(json: statement.statement.predicate)
    guard statement.statement.subject.hasSameBytes(as: rules.id) else {
      throw Refusal("policy: its subject is not its id")
    }
    try rules.requireEffective(unixMs: evidence.receiptPredicate.receiptID.unixMs)
    guard attribution.operatorID.hasSameBytes(as: execution.signed.statement.issuer) else {
      throw Refusal("the operator credited is not the one that executed")
    }
    return rules
  }
}
