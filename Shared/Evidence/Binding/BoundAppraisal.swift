internal import Codec
internal import Cryptography
public import Receipts

/// Appraises evidence documents by what a trust policy says of trusted hardware. The evidence must hold the document's report data.
public struct BoundAppraisal: Sendable {
  private let tee: TrustPolicy.TEE
  /// What the caller has besides the document's own: newer revocation lists, say.
  private let collateral: Collateral

  public init(_ tee: TrustPolicy.TEE, collateral: Collateral = Collateral()) {
    self.tee = tee
    self.collateral = collateral
  }

  /// The check `tee` of the offline verifier.
  public static func verifying(_ collateral: Collateral = Collateral()) -> BundleVerifier.Appraise {
    { document, tee, time in BoundAppraisal(tee, collateral: collateral).check(document, at: time) }
  }

  /// As of `time`, in seconds since 1970. Errors: collateral of the document that is none.
  public func appraise(_ document: EvidenceDocument, at time: Int64) throws(AppraisalError) -> Appraisal {
    let appraiser = Appraiser(policy: try policy(for: document), collateral: try collateral(with: document))
    return appraiser.appraise(document.evidence, kind: EvidenceKind(document.kind), at: time)
  }

  /// What an execution's evidence came to when it began, or came to be worth by `collateral.currentAt`: evidence of another key or
  /// epoch vouches for nothing.
  public func result(
    of document: EvidenceDocument, for execution: ExecutionPredicate, signedBy signer: [UInt8]
  ) -> AttestationResult {
    let time = Int64(clamping: execution.startedUnixMs / 1000)
    var result: AttestationResult
    do {
      try document.requireBound(to: execution, signedBy: signer)
      result = try appraise(document, at: time).ear
    } catch {
      let check = SubCheck(.binding, .fail, "\(error)")
      result =
        Appraisal(
          kind: EvidenceKind(document.kind), time: time, checks: [check], required: [check.label], claims: []
        ).ear
    }
    result.time = collateral.currentAt ?? time
    return result
  }

  public func check(_ document: EvidenceDocument, at time: Int64) -> Check {
    let name = document.kind == .simulated ? "simulated, no trusted hardware" : document.kind.rawValue
    guard tee.kinds.contains(document.kind) else {
      return Check(.tee, .fail, "\(name): the policy does not accept evidence of this kind")
    }
    let appraisal: Appraisal
    do throws(AppraisalError) { appraisal = try appraise(document, at: time) } catch {
      return Check(.tee, .fail, "\(name): \(error)")
    }
    func found(_ state: SubCheck.State) -> String {
      appraisal.checks.filter { $0.state == state }.map { "\($0.label): \($0.detail)" }.joined(separator: "; ")
    }
    if appraisal.isAccepted {
      return Check(.tee, .pass, "\(name): evidence of the execution key, \(appraisal.required.joined(separator: ", "))")
    }
    guard appraisal.checks.contains(where: { $0.state == .fail }) else {
      return Check(.tee, .notChecked, "\(name): \(found(.notChecked))")
    }
    return Check(.tee, .fail, "\(name): \(found(.fail))")
  }

  private func policy(for document: EvidenceDocument) throws(AppraisalError) -> AppraisalPolicy {
    var policy = AppraisalPolicy()
    policy.reportData = document.reportData
    policy.measurements = (tee.measurements[document.kind] ?? [:]).mapValues { Set($0) }
    if let statuses = tee.tcbStatuses[document.kind] { policy.tcbStatuses = Set(statuses.map(\.rawValue)) }
    for (part, least) in tee.tcbMinimum[document.kind] ?? [:] { policy.tcbMinimum[part.rawValue] = least }
    guard let roots = tee.roots[document.kind] else { return policy }
    if document.kind == .simulated {
      policy.simulatedRoots = Set(roots.map(Hex.encode))
      return policy
    }
    do throws(X509Error) {
      var certificates: [X509Certificate] = []
      for der in roots { certificates.append(try X509Certificate(der: der)) }
      policy.roots[EvidenceKind(document.kind)] = certificates
    } catch { throw .format("a root of the policy", why: "\(error)") }
    return policy
  }

  private func collateral(with document: EvidenceDocument) throws(AppraisalError) -> Collateral {
    var all = collateral
    for piece in document.collateral { try all.add(piece) }
    return all
  }
}
