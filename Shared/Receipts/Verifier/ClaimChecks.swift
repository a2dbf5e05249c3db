internal import Codec
internal import Credit
internal import Cryptography

extension BundleVerifier {
  /// The manifest is one that the policy's owner believes.
  func modelCheck(_ evidence: Evidence) -> Check {
    guard let execution = evidence.execution?.predicate else {
      return Check(.model, .notChecked, "nothing was executed")
    }
    guard policy.lists(profile: execution.profile) else {
      return Check(.model, .fail, "the policy does not list the profile \(execution.profile)")
    }
    guard let model = evidence.model else {
      return policy.manifestDigests.contains(execution.manifest)
        ? Check(.model, .pass, "\(execution.model), by its digest in the policy")
        : Check(.model, .notChecked, "the bundle holds no manifest, and the policy does not list its digest")
    }
    return run(.model) {
      let digest = try model.predicate.digest()
      let signed = policy.issuer(of: model.signed).map { model.signed.isSigned(by: $0.key) } ?? false
      guard policy.manifestDigests.contains(digest) || (signed && policy.manifestSigners.contains(model.signed.keyID))
      else { throw Refusal("the policy lists neither this manifest nor its signer") }
      let manifest = model.predicate
      return "\(manifest.id) \(manifest.quantization), \(manifest.profile), weights \(manifest.fileDigest.named)"
    }
  }

  /// The shares recompute from the policy, the manifest's lineage, the operator and the price.
  func attributionCheck(_ evidence: Evidence) -> Check {
    guard let attribution = evidence.attribution?.predicate, let execution = evidence.execution else {
      return Check(.attribution, .notChecked, "the bundle holds no attribution")
    }
    // An absent policy statement has failed the binding.
    guard let policyStatement = evidence.policy, let model = evidence.model?.predicate else {
      return Check(.attribution, .notChecked, "the bundle lacks the policy or the manifest to recompute from")
    }
    if let method = try? AttributionPolicy(json: policyStatement.statement.predicate).methodNotServed {
      return Check(.attribution, .notChecked, "the policy's method \(method) needs scores that no statement has")
    }
    return run(.attribution) {
      guard policy.attributionPolicies.isEmpty || policy.attributionPolicies.contains(policyStatement.digest) else {
        throw Refusal("the trust policy does not list this attribution policy")
      }
      let rules = try AttributionPolicy(json: policyStatement.statement.predicate)
      guard policyStatement.statement.subject.hasSameBytes(as: rules.id) else {
        throw Refusal("policy: its subject is not its id")
      }
      guard attribution.operatorID.hasSameBytes(as: execution.signed.statement.issuer) else {
        throw Refusal("the operator credited is not the one that executed")
      }
      let shares = try computeShares(
        policy: rules, lineage: model.lineage, operator: attribution.operatorID, price: attribution.priceNano,
        usage: execution.predicate.count(by: attribution.operatorID))
      guard shares == attribution.shares else { throw Refusal("the shares recompute to others") }
      return "\(shares.count) shares of \(attribution.priceNano) nano-units recompute by \(rules.id)"
    }
  }

  /// Storage signed that it holds everything the bundle opens.
  func custodyCheck(_ evidence: Evidence) -> Check {
    guard let custody = evidence.custody?.predicate else {
      return Check(.custody, .notChecked, "the bundle holds no custody statement")
    }
    return run(.custody) {
      let kept = Dictionary(custody.blobs.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first })
      func holds(_ bytes: [UInt8]) -> Bool { kept[SHA256.hash(bytes)] == UInt64(bytes.count) }
      if let execution = evidence.execution?.signed, !holds(execution.bytes) {
        throw Refusal("the execution statement is not among the kept blobs")
      }
      for (field, blob) in evidence.bundle.openings where !holds(blob) {
        throw Refusal("the opening of \(field) is not among the kept blobs")
      }
      return "\(custody.blobs.count) blobs kept, as storage signed"
    }
  }
}
