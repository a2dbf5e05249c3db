@testable import Evidence

extension EvidenceVector {
  /// What Intel signs is not with the TD quotes of these.
  private static let noCollateral: Set<SubCheck.Name> = [.revocation, .quotingEnclaveIdentity, .tcbInfo, .tcb]

  static let vTPM: [EvidenceVector] = [
    EvidenceVector(
      kind: .vTPM, file: "az-snp-vtpm/evidence-v1.json", collateral: ["sev-snp/ask_ark_milan.pem"],
      at: "2025-06-01T00:00:00Z"),
    EvidenceVector(
      kind: .vTPM, file: "az-snp-vtpm/evidence-v2.json", collateral: ["sev-snp/ask_ark_milan.pem"],
      at: "2025-06-01T00:00:00Z"),
    EvidenceVector(
      kind: .vTPM, file: "az-snp-vtpm/evidence-genoa.json", collateral: ["sev-snp/ask_ark_genoa.pem"],
      at: "2025-06-01T00:00:00Z"),
    EvidenceVector(
      kind: .vTPM, file: "az-tdx-vtpm/evidence-v1.json", at: "2025-06-01T00:00:00Z", uncheckedHardware: noCollateral),
    // A key that nothing vouches for.
    EvidenceVector(
      kind: .vTPM, file: "azure-cvm-tooling/quote.bin", collateral: ["vtpm/azure-cvm-tooling/akpub.pem"],
      at: "2025-06-01T00:00:00Z", unchecked: [.binding]),
    // A software TPM in which nothing was measured.
    EvidenceVector(
      kind: .vTPM, file: "coco-tpm/tpm_evidence.json", at: "2025-06-01T00:00:00Z", failing: [.debug],
      unchecked: [.binding]),
    // Reports without a quote. The first one's certificate is of another chip; the second has no TD quote.
    EvidenceVector(
      kind: .vTPM, file: "azure-cvm-tooling/hcl-report-snp.bin", collateral: ["vtpm/azure-cvm-tooling/certs.pem"],
      at: "2024-01-01T00:00:00Z", unchecked: [.signature, .pcrs, .debug],
      failingHardware: [.signature, .identity]),
    EvidenceVector(
      kind: .vTPM, file: "azure-cvm-tooling/hcl-report-tdx.bin", at: "2024-01-01T00:00:00Z",
      unchecked: [.signature, .pcrs, .debug, .binding]),
  ]
}
