@testable import Evidence

extension EvidenceVector {
  /// What Intel signs is not with the TD quotes of these.
  private static let noCollateral: Set<SubCheck.Name> = [.revocation, .quotingEnclaveIdentity, .tcbInfo, .tcb]
  /// When the platform's certificates are valid that vouch for both forms of the TDX sample.
  private static let tdxWindow = ("2023-09-13T21:00:51Z", "2030-09-13T21:00:51Z")

  /// A TPM's quote, the report of SEV-SNP and the chip's certificate, which is valid in the window.
  private static func amd(_ name: String, _ product: String, from: String, to: String) -> EvidenceVector {
    EvidenceVector(
      kind: .vTPM, file: "az-snp-vtpm/\(name).json", collateral: ["sev-snp/ask_ark_\(product).pem"],
      at: "2025-06-01T00:00:00Z", window: (from, to))
  }

  private static func intel(_ name: String) -> EvidenceVector {
    EvidenceVector(
      kind: .vTPM, file: "az-tdx-vtpm/\(name).json", at: "2025-06-01T00:00:00Z", uncheckedHardware: noCollateral,
      window: tdxWindow)
  }

  static let vTPM: [EvidenceVector] = [
    // Versions 0 and 1 are of one machine, and write their bytes as numbers or as text.
    amd("evidence-v0", "milan", from: "2025-01-28T16:26:55Z", to: "2032-01-28T16:26:55Z"),
    amd("evidence-v1", "milan", from: "2025-01-28T16:26:55Z", to: "2032-01-28T16:26:55Z"),
    amd("evidence-v2", "milan", from: "2025-01-28T16:33:43Z", to: "2032-01-28T16:33:43Z"),
    amd("evidence-genoa", "genoa", from: "2025-01-24T02:21:48Z", to: "2032-01-24T02:21:48Z"),
    intel("evidence-v0"), intel("evidence-v1"),
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
      failingHardware: [.signature, .identity], window: ("2023-01-01T04:48:19Z", "2030-01-01T04:48:19Z")),
    EvidenceVector(
      kind: .vTPM, file: "azure-cvm-tooling/hcl-report-tdx.bin", at: "2024-01-01T00:00:00Z",
      unchecked: [.signature, .pcrs, .debug, .binding]),
  ]

  /// The quote of the TDX sample by itself.
  static let vTPMQuotes: [EvidenceVector] = [
    EvidenceVector(
      kind: .tdx, file: "az-tdx-vtpm/td-quote.bin", home: "vtpm", at: "2025-06-01T00:00:00Z", unchecked: noCollateral,
      window: tdxWindow)
  ]
}
