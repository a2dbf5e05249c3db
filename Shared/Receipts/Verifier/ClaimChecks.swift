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

  /// Storage signed that it holds everything the bundle opens.
  func custodyCheck(_ evidence: Evidence) -> Check {
    guard let custody = evidence.custody?.predicate else {
      return Check(.custody, .notChecked, "the bundle holds no custody statement")
    }
    return run(.custody) {
      let blobs = custody.blobs + (evidence.laterCustody?.predicate.blobs ?? [])
      let kept = Dictionary(blobs.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first })
      func holds(_ bytes: [UInt8]) -> Bool { kept[SHA256.hash(bytes)] == UInt64(bytes.count) }
      if let execution = evidence.execution?.signed, !holds(execution.bytes) {
        throw Refusal("the execution statement is not among the kept blobs")
      }
      if let document = evidence.bundle.evidence, !holds(document) {
        throw Refusal("the evidence document is not among the kept blobs")
      }
      for (field, blob) in evidence.bundle.openings where !holds(blob) {
        throw Refusal("the opening of \(field) is not among the kept blobs")
      }
      return "\(blobs.count) blobs kept, as storage signed"
    }
  }
}
