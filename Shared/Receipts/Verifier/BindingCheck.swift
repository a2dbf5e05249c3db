internal import Codec
internal import Cryptography

extension BundleVerifier {
  /// The statements speak of one request and name each other's digests.
  func bindingCheck(_ evidence: Evidence) -> Check {
    run(.binding) {
      let receipt = evidence.receiptPredicate
      let id = receipt.receiptID.description
      guard evidence.bundle.receiptID == receipt.receiptID else { throw Refusal("the bundle names another receipt id") }
      for signed in evidence.aboutThisReceipt where !signed.statement.subject.hasSameBytes(as: id) {
        throw Refusal("\(signed.statement.kind): is about \(signed.statement.subject), not \(id)")
      }
      guard evidence.receipt.statement.subjectDigest == receipt.subjectDigest else {
        throw Refusal("receipt: its subject is not what it binds")
      }
      let named = receipt.statements
      try bind("execution", named?.execution, evidence.execution?.signed)
      try bind("custody", named?.custody, evidence.custody?.signed)
      try bind("attribution", named?.attribution, evidence.attribution?.signed)
      try bind("verdict", named?.verdict, evidence.verdict?.signed)
      if let execution = evidence.execution {
        try bindExecution(evidence, execution)
      } else if evidence.model != nil {
        throw Refusal("model: no execution names it")
      }
      try bindPolicy(evidence)
      try bindEvidence(evidence)
      try bindRegistered(evidence)
      try bindLater(evidence)
      return "one request, digests agree, outcome \(receipt.outcome), sequence \(receipt.sequence)"
    }
  }

  private func bind(_ name: String, _ digest: Digest32?, _ signed: SignedStatement?) throws {
    guard digest == signed?.digest else {
      throw Refusal(
        digest == nil
          ? "\(name): the receipt does not bind it"
          : signed == nil
            ? "\(name): bound by the receipt, absent from the bundle" : "\(name): the receipt binds another")
    }
  }

  private func bindExecution(_ evidence: Evidence, _ execution: Evidence.Part<ExecutionPredicate>) throws {
    let receipt = evidence.receiptPredicate
    let predicate = execution.predicate
    guard predicate.receiptID == receipt.receiptID else { throw Refusal("execution: names another receipt id") }
    guard predicate.request == receipt.request else { throw Refusal("execution: commits to another request") }
    guard execution.signed.statement.subjectDigest == predicate.content else {
      throw Refusal("execution: its subject is not its content")
    }
    let others = [evidence.custody?.signed, evidence.attribution?.signed, evidence.verdict?.signed].compactMap { $0 }
    for signed in others where signed.statement.subjectDigest != execution.signed.digest {
      throw Refusal("\(signed.statement.kind): its subject is another execution")
    }
    if let custody = evidence.custody, custody.predicate.receiptID != receipt.receiptID {
      throw Refusal("custody: names another receipt id")
    }
    if let verdict = evidence.verdict?.predicate {
      guard verdict.receiptID == receipt.receiptID, verdict.execution == execution.signed.digest,
        verdict.profile.hasSameBytes(as: predicate.profile)
      else { throw Refusal("verdict: is about another execution") }
      try bindAppraisal(verdict, predicate)
    }
    if let model = evidence.model {
      let digest = try model.predicate.digest()
      guard digest == predicate.manifest else { throw Refusal("execution: ran another manifest than the bundle's") }
      guard model.signed.statement.subjectDigest == digest,
        model.signed.statement.subject.hasSameBytes(as: model.predicate.id)
      else { throw Refusal("model: its subject is not its manifest") }
      guard model.predicate.id.hasSameBytes(as: predicate.model),
        model.predicate.profile.hasSameBytes(as: predicate.profile)
      else { throw Refusal("execution: states another model or profile than its manifest") }
    }
    if let shares = evidence.credited?.predicate {
      guard shares.receiptID == receipt.receiptID, shares.priceNano == receipt.priceNano else {
        throw Refusal("attribution: shares another receipt's price")
      }
      guard shares.manifest == predicate.manifest else { throw Refusal("attribution: credits another manifest") }
    }
  }

  /// The policy statement is the one that the attribution names, about its own content.
  private func bindPolicy(_ evidence: Evidence) throws {
    guard let attribution = evidence.credited?.predicate else {
      guard evidence.policy == nil else { throw Refusal("policy: no attribution names it") }
      return
    }
    guard let policy = evidence.policy else {
      throw Refusal("policy: named by the attribution, absent from the bundle")
    }
    guard attribution.policy == policy.digest else { throw Refusal("attribution: used another policy statement") }
    let content: [UInt8]
    do { content = try JCS.encode(policy.statement.predicate) } catch { throw Refusal("policy: \(error)") }
    guard policy.statement.subjectDigest == SHA256.hash(content) else {
      throw Refusal("policy: its subject is not its content")
    }
  }
}
