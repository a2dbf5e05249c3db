extension BundleVerifier {
  /// Each statement is signed by a key that the policy lists for its kind, its issuer and this place in the log.
  func signaturesCheck(_ evidence: Evidence, _ inclusion: InclusionFinding) -> Check {
    run(.signatures) {
      if let two = policy.keyInTwoRoles { throw Refusal("trust policy: \(two)") }
      for signed in evidence.all { try check(signed, index: inclusion.index) }
      for signed in evidence.registered { try check(signed, index: inclusion.registered.index[signed.statement.kind]) }
      for (at, part) in evidence.superseding.enumerated() {
        let indices = inclusion.registered.superseding
        try check(part.signed, index: indices.indices.contains(at) ? indices[at] : nil)
      }
      let count = evidence.all.count + evidence.registered.count + evidence.superseding.count
      return "\(count) statements, each by a key listed for its kind"
    }
  }

  private func check(_ signed: SignedStatement, index: UInt64?) throws {
    let kind = signed.statement.kind
    guard let issuer = policy.issuer(of: signed) else { throw Refusal("\(kind): no key of the policy has its kid") }
    guard issuer.kinds.contains(kind) else { throw Refusal("\(kind): its key is not listed for this kind") }
    guard issuer.issuer.hasSameBytes(as: signed.statement.issuer) else {
      throw Refusal("\(kind): signed as \(signed.statement.issuer) with the key of \(issuer.issuer)")
    }
    guard signed.isSigned(by: issuer.key) else { throw Refusal("\(kind): the signature is not its key's") }
    // Without an index the inclusion check has failed.
    guard let index else { return }
    guard kind == .model || kind == .policy else {
      guard index >= issuer.fromIndex, index <= issuer.toIndex ?? .max else {
        throw Refusal("\(kind): its key is not good at log index \(index)")
      }
      return
    }
    // A model or policy is registered at an index of its own, which this bundle does not prove. So a key that has ended
    // could sign one today: the policy's owner then says by digest which of its statements still count.
    guard index <= issuer.toIndex ?? .max || isListed(signed) else {
      throw Refusal("\(kind): its key ended before log index \(index), and the policy does not list its digest")
    }
  }

  private func isListed(_ signed: SignedStatement) -> Bool {
    signed.statement.kind == .model
      ? policy.manifestDigests.contains(signed.statement.subjectDigest)
      : policy.attributionPolicies.contains(signed.digest)
  }
}
