@testable import Evidence

extension EvidenceVector {
  private static let sdk = "attestation-sdk/sample_attestation_data"
  private static let at = "2026-01-01T00:00:00Z"

  /// A report by itself, with its chain as collateral.
  private static func report(
    _ file: String, _ chain: String, failing: Set<SubCheck.Name> = [], unchecked: Set<SubCheck.Name> = [],
    from: String? = "2022-03-01T00:00:00Z"
  ) -> EvidenceVector {
    EvidenceVector(
      kind: .nvidiaGPU, file: file, collateral: ["nvidia-gpu/\(chain)"], at: at, failing: failing, unchecked: unchecked,
      window: from.map { ($0, "9999-12-31T23:59:59Z") })
  }

  private static func json(_ file: String) -> EvidenceVector {
    EvidenceVector(
      kind: .nvidiaGPU, file: file, at: at, window: ("2022-03-01T00:00:00Z", "9999-12-31T23:59:59Z"))
  }

  static let nvidia: [EvidenceVector] = [
    json("attestation-sdk/evidence/hopper_evidence.json"),
    // On hold says NVIDIA's OCSP responder, which an offline appraisal does not ask.
    json("attestation-sdk/evidence/hopper_evidence_cert_hold.json"),
    json("attestation-sdk/evidence/multi_gpu_hopper.json"),
    json("attestation-sdk/evidence/switch_evidence_ls10.json"),
    json("attestation-sdk/evidence/multi_switch_ls10.json"),
    json("attestation-sdk/evidence_hopper_590_12.json"),
    // Eight GPUs, and the four switches between them.
    json("nvtrust/gpu_evidence.json"),
    json("nvtrust/switch_evidence.json"),
    report("attestation-sdk/hopperAttestationReport.txt", "attestation-sdk/hopperCertChain.txt"),
    report("nvtrust/hopperAttestationReport.txt", "nvtrust/hopperCertChain.txt"),
    report("trustee/hopper_coco_report1.txt", "trustee/hopper_coco_certs1.txt"),
    // The root by itself; without the intermediate; without the leaf.
    report(
      "nvtrust/hopperAttestationReport.txt", "trustee/hopper_cert_chain_case2.txt", failing: [.signature, .identity],
      from: "2021-11-05T00:00:00Z"),
    report(
      "nvtrust/hopperAttestationReport.txt", "trustee/hopper_cert_chain_case3.txt", failing: [.chain],
      unchecked: [.validity], from: nil),
    report(
      "nvtrust/hopperAttestationReport.txt", "trustee/hopper_cert_chain_case4.txt", failing: [.signature, .identity]),
    report("\(sdk)/gpu/hopperAttestationReport.txt", "\(sdk)/gpu/hopperCertChain.txt"),
    report("\(sdk)/gpu/hopperAttestationReportExpired.txt", "\(sdk)/gpu/hopperCertChainExpired.txt"),
    report(
      "\(sdk)/gpu/hopperAttestationReportInvalidSignature.txt", "\(sdk)/gpu/hopperCertChain.txt",
      failing: [.signature, .identity]),
    report(
      "\(sdk)/gpu/blackwellAttestationReport.txt", "\(sdk)/gpu/blackwellCertChain.txt", from: "2023-06-20T00:00:00Z"),
    report("\(sdk)/switch/switchAttestationReport.txt", "\(sdk)/switch/switchCertChain.txt"),
    report(
      "\(sdk)/switch/switchAttestationReportInvalidSignature.txt", "\(sdk)/switch/switchCertChain.txt",
      failing: [.signature]),
  ]
}
