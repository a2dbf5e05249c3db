@testable import Evidence

extension EvidenceVector {
  private static let signer = "tdx/phala_v4_collateral.json"
  /// What stays open without what Intel signs about the platform.
  private static let bare: Set<SubCheck.Name> = [.revocation, .quotingEnclaveIdentity, .tcbInfo, .tcb]

  static let tdx: [EvidenceVector] = [
    EvidenceVector(
      kind: .tdx, file: "phala_v4.dat", collateral: ["tdx/phala_v4_collateral.json"], at: "2025-06-25T00:00:00Z",
      window: ("2025-02-06T23:25:51Z", "2032-02-06T23:25:51Z")),
    EvidenceVector(
      kind: .tdx, file: "phala_v4_outdated.dat", collateral: ["tdx/phala_v4_outdated_collateral.json"],
      at: "2026-02-25T00:00:00Z", failing: [.tcb], window: ("2026-01-23T18:09:41Z", "2033-01-23T18:09:41Z")),
    // Intel's own answers of that month. The signing certificate of that time is in no file: today's was not valid then.
    EvidenceVector(
      kind: .tdx, file: "google_v4_spr_e4.dat",
      collateral: [
        "tdx/google_tcbinfo_50806f000000.json", "tdx/google_td_qeidentity.json", "tdx/google_root_crl.der",
        "tdx/google_pck_platform_crl.der", signer,
      ], at: "2023-06-20T00:00:00Z", failing: [.quotingEnclaveIdentity, .tcbInfo], unchecked: [.tcb],
      window: ("2022-09-20T13:20:31Z", "2029-09-20T13:20:31Z")),
    EvidenceVector(
      kind: .tdx, file: "google_v5_sample.dat",
      collateral: ["tdx/google_tcbinfo_v5.json", "tdx/phala_v4_outdated_collateral.json"], at: "2026-02-25T00:00:00Z",
      window: ("2026-01-27T14:36:27Z", "2033-01-27T14:36:27Z")),
    EvidenceVector(
      kind: .tdx, file: "coco_tdx_quote_6.dat", collateral: ["tdx/coco_tcbinfo.json", "tdx/coco_qeidentity.json"],
      at: "2025-11-01T00:00:00Z", unchecked: bare, window: ("2025-04-08T09:58:52Z", "2032-04-08T09:58:52Z")),
    EvidenceVector(
      kind: .tdx, file: "coco_tdx_quote_4.dat", at: "2025-11-01T00:00:00Z", failing: [.debug], unchecked: bare,
      window: ("2023-02-07T08:02:55Z", "2030-02-07T08:02:55Z")),
    EvidenceVector(
      kind: .tdx, file: "coco_tdx_quote_5.dat", at: "2025-11-01T00:00:00Z", unchecked: bare,
      window: ("2024-03-18T08:43:51Z", "2031-03-18T08:43:51Z")),
    EvidenceVector(
      kind: .tdx, file: "automata_v4.dat", at: "2025-11-01T00:00:00Z", unchecked: bare,
      window: ("2024-02-14T12:05:18Z", "2031-02-14T12:05:18Z")),
    EvidenceVector(
      kind: .tdx, file: "automata_v5.dat", at: "2025-11-01T00:00:00Z", unchecked: bare,
      window: ("2025-06-14T16:04:26Z", "2032-06-14T16:04:26Z")),
    EvidenceVector(
      kind: .tdx, file: "automata_alibaba_v5.dat", at: "2025-11-01T00:00:00Z", unchecked: bare,
      window: ("2025-06-14T16:04:26Z", "2032-06-14T16:04:26Z")),
    EvidenceVector(
      kind: .tdx, file: "ccel/google_cos113_v4.dat", at: "2025-11-01T00:00:00Z", unchecked: bare,
      window: ("2024-07-02T12:07:37Z", "2031-07-02T12:07:37Z")),
    // Intel's tools made this one under a root of their own, with random numbers: its quoting enclave is not signed as the
    // identity beside it says.
    EvidenceVector(
      kind: .tdx, file: "intel_qvl_testca/quote.dat", collateral: testCA("tdx"),
      root: "tdx/intel_qvl_testca/trustedRootCaCert.pem", at: "2023-01-01T00:00:00Z",
      failing: [.quotingEnclaveIdentity], unchecked: [.tcb], window: ("2021-08-06T13:55:14Z", "2028-08-06T13:55:14Z")),
    EvidenceVector(
      kind: .tdx, file: "intel_qvl_testca/quote.dat", collateral: testCA("tdx"), at: "2023-01-01T00:00:00Z",
      failing: [.chain],
      unchecked: [.validity, .revocation, .quotingEnclaveIdentity, .tcbInfo, .tcb]),
  ]

  static let sgx: [EvidenceVector] = [
    // Genuine, and its configuration needs hardening: not what the default policy accepts.
    EvidenceVector(
      kind: .sgx, file: "phala_v3.dat", collateral: ["sgx/phala_v3_collateral.json"], at: "2025-06-25T00:00:00Z",
      failing: [.tcb], window: ("2023-09-20T21:53:43Z", "2030-09-20T21:53:43Z")),
    EvidenceVector(
      kind: .sgx, file: "automata_v3.dat", at: "2025-11-01T00:00:00Z", unchecked: bare,
      window: ("2024-03-07T15:01:04Z", "2031-03-07T15:01:04Z")),
    EvidenceVector(
      kind: .sgx, file: "automata_solana_v3.dat", at: "2025-11-01T00:00:00Z", failing: [.debug], unchecked: bare,
      window: ("2024-08-09T17:14:09Z", "2031-08-09T17:14:09Z")),
    EvidenceVector(
      kind: .sgx, file: "coco_occlum_v3.dat", at: "2025-11-01T00:00:00Z", failing: [.debug], unchecked: bare,
      window: ("2023-04-26T15:35:16Z", "2030-04-26T15:35:16Z")),
    EvidenceVector(
      kind: .sgx, file: "intel_qvl_testca/quote.dat", collateral: testCA("sgx"),
      root: "sgx/intel_qvl_testca/trustedRootCaCert.pem", at: "2023-01-01T00:00:00Z",
      window: ("2019-09-05T07:47:06Z", "2026-09-05T07:47:06Z")),
  ]

  private static func testCA(_ kind: String) -> [String] {
    [
      "pckCert.pem", "pckSignChain.pem", "tcbSignChain.pem", "tcbInfo.json", "qeIdentity.json", "rootCaCrl.der",
      "intermediateCaCrl.der",
    ].map { "\(kind)/intel_qvl_testca/\($0)" }
  }
}
