@testable import Evidence

extension EvidenceVector {
  static let snp: [EvidenceVector] = [
    // A guest that may be debugged (policy bit 19): everything else holds.
    EvidenceVector(
      kind: .sevSNP, file: "google_milan_v2_report.bin",
      collateral: ["sev-snp/google_milan_vcek.der", "sev-snp/ask_ark_milan.pem"], at: "2024-01-01T00:00:00Z",
      failing: [.debug], window: ("2022-09-24T00:55:28Z", "2029-09-24T00:55:28Z")),
    EvidenceVector(
      kind: .sevSNP, file: "coco_milan_report.bin",
      collateral: ["sev-snp/coco_milan_vcek.der", "sev-snp/ask_ark_milan.pem"], at: "2024-01-01T00:00:00Z",
      window: ("2023-01-24T17:58:26Z", "2030-01-24T17:58:26Z")),
    EvidenceVector(
      kind: .sevSNP, file: "coco_vlek_report.bin",
      collateral: ["sev-snp/coco_vlek.der", "sev-snp/ask_ark_milan_vlek.pem"], at: "2025-01-01T00:00:00Z",
      window: ("2024-12-10T22:14:21Z", "2025-12-10T22:14:21Z")),
    EvidenceVector(
      kind: .sevSNP, file: "virtee_milan_report.bin",
      collateral: ["sev-snp/virtee_milan_vcek.der", "sev-snp/ask_ark_milan.pem"], at: "2024-01-01T00:00:00Z",
      window: ("2023-04-03T19:23:43Z", "2030-04-03T19:23:43Z")),
    EvidenceVector(
      kind: .sevSNP, file: "virtee_milan.hex",
      collateral: ["sev-snp/virtee_milan_vcek.der", "sev-snp/ask_ark_milan.pem"], at: "2024-01-01T00:00:00Z",
      window: ("2023-04-03T19:23:43Z", "2030-04-03T19:23:43Z")),
    EvidenceVector(
      kind: .sevSNP, file: "coco_milan_report.bin",
      collateral: ["sev-snp/coco_milan_vcek_INVALID_legacy.der", "sev-snp/ask_ark_milan.pem"],
      at: "2024-01-01T00:00:00Z", failing: [.chain, .signature, .identity, .tcb], unchecked: [.validity]),
    EvidenceVector(
      kind: .sevSNP, file: "coco_milan_report.bin",
      collateral: ["sev-snp/coco_milan_vcek_INVALID_new.der", "sev-snp/ask_ark_milan.pem"],
      at: "2024-01-01T00:00:00Z", failing: [.chain, .signature, .identity, .tcb], unchecked: [.validity]),
    // Of Turin there is a certificate and no report: it leads to AMD's root, and is none of this Milan report's.
    EvidenceVector(
      kind: .sevSNP, file: "virtee_milan_report.bin",
      collateral: ["sev-snp/virtee_turin_vcek.der", "sev-snp/ask_ark_turin_vcek.pem"], at: "2026-01-01T00:00:00Z",
      failing: [.signature, .identity, .tcb], window: ("2024-11-06T21:14:00Z", "2031-11-06T21:14:00Z")),
    // Nothing handed in: the report is readable, and nothing vouches for it.
    EvidenceVector(
      kind: .sevSNP, file: "coco_milan_report.bin", at: "2024-01-01T00:00:00Z",
      unchecked: [.chain, .validity, .signature, .identity, .tcb]),
  ]
}
