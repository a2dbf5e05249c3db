/// The appraisal of hardware evidence: a pure function of the evidence, its collateral, a policy and a time.
public struct Appraiser: Sendable {
  public let policy: AppraisalPolicy
  public let collateral: Collateral

  /// The most bytes of one piece of evidence.
  public static let evidenceBytesMax = 1 << 20

  public init(policy: AppraisalPolicy = AppraisalPolicy(), collateral: Collateral = Collateral()) {
    self.policy = policy
    self.collateral = collateral
  }

  /// Appraises `evidence` as of `time`, in seconds since 1970. Bytes that are no evidence give a failed `format`.
  public func appraise(_ evidence: [UInt8], kind: EvidenceKind, at time: Int64) -> Appraisal {
    // Simulated evidence has one spelling: nothing but this suite writes it.
    let evidence = kind == .simulated ? evidence : EvidenceText.decode(evidence)
    return switch kind {
    case .nitro: NitroAppraisal(policy: policy, collateral: collateral, time: time).appraise(evidence)
    case .tdx, .sgx: DCAPAppraisal(kind, policy, collateral, time).appraise(evidence)
    case .sevSNP: SNPAppraisal(policy: policy, collateral: collateral, time: time).appraise(evidence)
    case .nvidiaGPU: NVIDIAAppraisal(policy: policy, collateral: collateral, time: time).appraise(evidence)
    case .vTPM: VTPMAppraisal(policy: policy, collateral: collateral, time: time).appraise(evidence)
    case .signedText: SignedTextAppraisal(policy: policy, collateral: collateral, time: time).appraise(evidence)
    case .air: AIRAppraisal(policy: policy, collateral: collateral, time: time).appraise(evidence)
    case .aci: ACIAppraisal(policy: policy, collateral: collateral, time: time).appraise(evidence)
    case .simulated: SimulatedAppraisal(policy: policy, time: time).appraise(evidence)
    }
  }

  /// Refuses what no kind of evidence is as large as.
  static func checkSize(_ evidence: [UInt8]) throws(AppraisalError) {
    guard evidence.count <= evidenceBytesMax else {
      throw .limit(name: "the size of the evidence", limit: evidenceBytesMax, got: evidence.count)
    }
  }
}
