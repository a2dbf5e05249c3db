@testable import Evidence

extension EvidenceVector {
  /// Each document at the time it was made. A document of debug mode has a good signature and fails `debug` alone.
  static let nitro: [EvidenceVector] = [
    EvidenceVector(
      kind: .nitro, file: "anjuna_sample_full.bin", at: "2024-01-24T18:14:25Z", failing: [.debug],
      window: ("2024-01-24T18:14:14Z", "2024-01-24T21:14:17Z")),
    EvidenceVector(
      kind: .nitro, file: "anjuna_sample_prod_doc.bin", at: "2021-03-17T22:01:55Z",
      window: ("2021-03-17T22:01:55Z", "2021-03-18T01:01:55Z")),
    EvidenceVector(
      kind: .nitro, file: "anjuna_sample_prod_doc_with_publickey.bin", at: "2021-03-24T16:10:41Z",
      window: ("2021-03-24T16:06:22Z", "2021-03-24T19:06:22Z")),
    EvidenceVector(
      kind: .nitro, file: "base_20260103_indefinite.bin", at: "2026-01-03T20:41:07Z",
      window: ("2026-01-03T20:40:25Z", "2026-01-03T23:40:28Z")),
    EvidenceVector(
      kind: .nitro, file: "base_20260103_damaged_INVALID.bin", at: "2026-01-03T20:41:07Z", failing: [.format],
      unchecked: [.chain, .validity, .signature, .debug]),
    EvidenceVector(
      kind: .nitro, file: "eternis_example.bin", at: "2024-09-09T19:49:12Z", failing: [.debug],
      window: ("2024-09-09T19:49:09Z", "2024-09-09T22:49:12Z")),
    EvidenceVector(kind: .nitro, file: "eternis_example.b64", at: "2024-09-09T19:49:12Z", failing: [.debug]),
    EvidenceVector(
      kind: .nitro, file: "eternis_invalid.bin", at: "2024-07-23T21:29:40Z", failing: [.signature, .debug],
      window: ("2024-07-23T20:51:21Z", "2024-07-23T23:51:24Z")),
    EvidenceVector(
      kind: .nitro, file: "evervault_beta_debug_zero_pcrs.bin", at: "2022-10-12T13:50:06Z", failing: [.debug],
      window: ("2022-10-12T13:49:51Z", "2022-10-12T16:49:54Z")),
    EvidenceVector(
      kind: .nitro, file: "evervault_beta_valid.bin", at: "2022-10-13T08:58:02Z",
      window: ("2022-10-13T08:57:59Z", "2022-10-13T11:58:02Z")),
    EvidenceVector(
      kind: .nitro, file: "evervault_valid_ga.bin", at: "2023-09-18T15:03:30Z", failing: [.debug],
      window: ("2023-09-18T14:37:09Z", "2023-09-18T17:37:12Z")),
  ]
}
