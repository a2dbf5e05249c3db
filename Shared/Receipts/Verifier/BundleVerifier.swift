internal import MerkleLog

/// The offline verifier: no network, no clock, no trust beyond the policy that its caller gives.
public struct BundleVerifier: Sendable {
  /// Does the execution again, where the caller has the model. It gets what the bundle opens.
  public typealias Reexecute =
    @Sendable (ExecutionPredicate, ModelManifest, [CommittedField: Opening]) -> Check

  /// Appraises the evidence of a document as of a time in seconds since 1970, by what the policy says of trusted hardware.
  public typealias Appraise = @Sendable (EvidenceDocument, TrustPolicy.TEE, Int64) -> Check

  public let policy: TrustPolicy
  /// The caller's own copy of what it asked: the request's body, or the same JSON.
  public var ownRequest: [UInt8]?
  /// And of the answer as received: the body, or the text of the answer.
  public var ownResponse: [UInt8]?
  public var reexecute: Reexecute?
  /// Nil: no evidence of trusted hardware is appraised here. The module Evidence has one.
  public var appraise: Appraise?

  public init(
    policy: TrustPolicy, ownRequest: [UInt8]? = nil, ownResponse: [UInt8]? = nil, reexecute: Reexecute? = nil,
    appraise: Appraise? = nil
  ) {
    self.appraise = appraise
    self.policy = policy
    self.ownRequest = ownRequest
    self.ownResponse = ownResponse
    self.reexecute = reexecute
  }

  /// Every check of one bundle. It never throws: what cannot be read is a `fail` that says so.
  public func verify(_ bytes: [UInt8]) -> VerificationReport {
    do {
      return report(try Evidence(try Bundle(bytes)))
    } catch {
      let checks = Check.Name.allCases.map { name in
        name == .signatures
          ? Check(name, .fail, "the bundle cannot be read: \(error)") : Check(name, .notChecked, "unreadable bundle")
      }
      return finish(nil, checks)
    }
  }

  private func report(_ evidence: Evidence) -> VerificationReport {
    let inclusion = inclusionCheck(evidence)
    let checks: [Check] = Check.Name.allCases.map { name in
      switch name {
      case .signatures: signaturesCheck(evidence, inclusion)
      case .binding: bindingCheck(evidence)
      case .content: contentCheck(evidence)
      case .inclusion: inclusion.check
      case .witnesses: witnessesCheck(inclusion)
      case .time: timeCheck(evidence, inclusion)
      case .model: modelCheck(evidence)
      case .reexecution: reexecutionCheck(evidence, inclusion)
      case .tee: teeCheck(evidence)
      case .proof: Check(.proof, .notOffered, "the execution comes with no proof of inference")
      case .attribution: attributionCheck(evidence, inclusion)
      case .custody: custodyCheck(evidence)
      }
    }
    return finish(evidence.receiptPredicate.receiptID, checks)
  }

  private func finish(_ id: ReceiptID?, _ checks: [Check]) -> VerificationReport {
    // Who sets a quorum, hands in a copy or does the execution again does not want to be told "accepted" without it.
    let asked: [(Bool, Check.Name)] = [
      (policy.log.quorum > 0, .witnesses), (ownRequest != nil || ownResponse != nil, .content),
      (reexecute != nil, .reexecution),
    ]
    var required = policy.required
    for (isAsked, name) in asked where isAsked && !required.contains(name) { required.append(name) }
    let unmet = required.filter { name in !checks.contains { $0.name == name && $0.state == .pass } }
    return VerificationReport(receiptID: id, checks: checks, unmet: unmet)
  }

  /// A check from work that says what it showed, or throws a ``Refusal``.
  func run(_ name: Check.Name, _ work: () throws -> String) -> Check {
    do { return Check(name, .pass, try work()) } catch let refusal as Refusal {
      return Check(name, .fail, refusal.why)
    } catch { return Check(name, .fail, "\(error)") }
  }
}
