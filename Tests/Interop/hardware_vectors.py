"""The real hardware evidence under Tests/Vectors/evidence: at which time and with what beside it, and what must come out of each."""

from collections.abc import Iterator

from hardware_vector import BARE, Vector


def _test_ca(kind: str) -> tuple[str, ...]:
    names = ("pckCert.pem", "pckSignChain.pem", "tcbSignChain.pem", "tcbInfo.json", "qeIdentity.json", "rootCaCrl.der",
             "intermediateCaCrl.der")
    return tuple(f"{kind}/intel_qvl_testca/{name}" for name in names)


def _nitro() -> Iterator[Vector]:
    rows = (
        ("anjuna_sample_full.bin", "2024-01-24T18:14:25Z", "debug", "2024-01-24T18:14:14Z", "2024-01-24T21:14:17Z"),
        ("anjuna_sample_prod_doc.bin", "2021-03-17T22:01:55Z", "", "2021-03-17T22:01:55Z", "2021-03-18T01:01:55Z"),
        ("anjuna_sample_prod_doc_with_publickey.bin", "2021-03-24T16:10:41Z", "", "2021-03-24T16:06:22Z", "2021-03-24T19:06:22Z"),
        ("base_20260103_indefinite.bin", "2026-01-03T20:41:07Z", "", "2026-01-03T20:40:25Z", "2026-01-03T23:40:28Z"),
        ("eternis_example.bin", "2024-09-09T19:49:12Z", "debug", "2024-09-09T19:49:09Z", "2024-09-09T22:49:12Z"),
        ("eternis_example.b64", "2024-09-09T19:49:12Z", "debug", "2024-09-09T19:49:09Z", "2024-09-09T22:49:12Z"),
        ("eternis_invalid.bin", "2024-07-23T21:29:40Z", "signature debug", "2024-07-23T20:51:21Z", "2024-07-23T23:51:24Z"),
        ("evervault_beta_debug_zero_pcrs.bin", "2022-10-12T13:50:06Z", "debug", "2022-10-12T13:49:51Z", "2022-10-12T16:49:54Z"),
        ("evervault_beta_valid.bin", "2022-10-13T08:58:02Z", "", "2022-10-13T08:57:59Z", "2022-10-13T11:58:02Z"),
        ("evervault_valid_ga.bin", "2023-09-18T15:03:30Z", "debug", "2023-09-18T14:37:09Z", "2023-09-18T17:37:12Z"))
    for file, at, failing, *window in rows:
        yield Vector("nitro", file, at, failing=tuple(failing.split()), window=tuple(window))
    yield Vector("nitro", "base_20260103_damaged_INVALID.bin", "2026-01-03T20:41:07Z", failing=("format",),
                 unchecked=("chain", "validity", "signature", "debug"))


def _snp() -> Iterator[Vector]:
    at, broken = "2024-01-01T00:00:00Z", ("chain", "signature", "identity", "tcb")
    rows = (
        ("google_milan_v2_report.bin", at, "google_milan_vcek.der", "ask_ark_milan.pem", ("debug",), (),
         ("2022-09-24T00:55:28Z", "2029-09-24T00:55:28Z")),
        ("coco_milan_report.bin", at, "coco_milan_vcek.der", "ask_ark_milan.pem", (), (),
         ("2023-01-24T17:58:26Z", "2030-01-24T17:58:26Z")),
        ("coco_vlek_report.bin", "2025-01-01T00:00:00Z", "coco_vlek.der", "ask_ark_milan_vlek.pem", (), (),
         ("2024-12-10T22:14:21Z", "2025-12-10T22:14:21Z")),
        ("virtee_milan_report.bin", at, "virtee_milan_vcek.der", "ask_ark_milan.pem", (), (),
         ("2023-04-03T19:23:43Z", "2030-04-03T19:23:43Z")),
        ("virtee_milan.hex", at, "virtee_milan_vcek.der", "ask_ark_milan.pem", (), (), None),
        ("coco_milan_report.bin", at, "coco_milan_vcek_INVALID_legacy.der", "ask_ark_milan.pem", broken, ("validity",), None),
        ("coco_milan_report.bin", at, "coco_milan_vcek_INVALID_new.der", "ask_ark_milan.pem", broken, ("validity",), None),
        # Turin's chain is AMD's; the report is of a Milan, which has another chip and other versions.
        ("virtee_milan_report.bin", "2025-06-01T00:00:00Z", "virtee_turin_vcek.der", "ask_ark_turin_vcek.pem",
         ("signature", "identity", "tcb"), (), ("2024-11-06T21:14:00Z", "2031-11-06T21:14:00Z")))
    for file, at, leaf, issuers, failing, unchecked, window in rows:
        yield Vector("sev-snp", file, at, (f"sev-snp/{leaf}", f"sev-snp/{issuers}"), failing, unchecked, window)
    yield Vector("sev-snp", "coco_milan_report.bin", at, unchecked=("chain", "validity", "signature", "identity", "tcb"))


def _tdx() -> Iterator[Vector]:
    yield Vector("tdx", "phala_v4.dat", "2025-06-25T00:00:00Z", ("tdx/phala_v4_collateral.json",),
                 window=("2025-02-06T23:25:51Z", "2032-02-06T23:25:51Z"))
    yield Vector("tdx", "phala_v4_outdated.dat", "2026-02-25T00:00:00Z", ("tdx/phala_v4_outdated_collateral.json",),
                 ("tcb",), window=("2026-01-23T18:09:41Z", "2033-01-23T18:09:41Z"))
    # Intel's answers of that month, with a signing certificate that was not valid then.
    yield Vector("tdx", "google_v4_spr_e4.dat", "2023-06-20T00:00:00Z", (
        "tdx/google_tcbinfo_50806f000000.json", "tdx/google_td_qeidentity.json", "tdx/google_root_crl.der",
        "tdx/google_pck_platform_crl.der", "tdx/phala_v4_collateral.json"), ("quoting_enclave_identity", "tcb_info"), ("tcb",),
        ("2022-09-20T13:20:31Z", "2029-09-20T13:20:31Z"))
    yield Vector("tdx", "google_v5_sample.dat", "2026-02-25T00:00:00Z", (
        "tdx/google_tcbinfo_v5.json", "tdx/phala_v4_outdated_collateral.json"),
        window=("2026-01-27T14:36:27Z", "2033-01-27T14:36:27Z"))
    later, handed = "2025-11-01T00:00:00Z", ("tdx/coco_tcbinfo.json", "tdx/coco_qeidentity.json")
    yield Vector("tdx", "coco_tdx_quote_6.dat", later, handed, unchecked=BARE,
                 window=("2025-04-08T09:58:52Z", "2032-04-08T09:58:52Z"))
    for file, failing, *window in (
            ("coco_tdx_quote_4.dat", ("debug",), "2023-02-07T08:02:55Z", "2030-02-07T08:02:55Z"),
            ("coco_tdx_quote_5.dat", (), "2024-03-18T08:43:51Z", "2031-03-18T08:43:51Z"),
            ("automata_v4.dat", (), "2024-02-14T12:05:18Z", "2031-02-14T12:05:18Z"),
            ("automata_v5.dat", (), "2025-06-14T16:04:26Z", "2032-06-14T16:04:26Z"),
            ("automata_alibaba_v5.dat", (), "2025-06-14T16:04:26Z", "2032-06-14T16:04:26Z"),
            ("ccel/google_cos113_v4.dat", (), "2024-07-02T12:07:37Z", "2031-07-02T12:07:37Z"),
            ("../vtpm/az-tdx-vtpm/td-quote.bin", (), "2023-09-13T21:00:51Z", "2030-09-13T21:00:51Z")):
        yield Vector("tdx", file, later, (), failing, BARE, tuple(window))
    # Intel's tools made this one with random numbers: its quoting enclave is not signed as the identity beside it says.
    quote, at = "intel_qvl_testca/quote.dat", "2023-01-01T00:00:00Z"
    yield Vector("tdx", quote, at, _test_ca("tdx"), ("quoting_enclave_identity",), ("tcb",),
                 ("2021-08-06T13:55:14Z", "2028-08-06T13:55:14Z"), "tdx/intel_qvl_testca/trustedRootCaCert.pem")
    yield Vector("tdx", quote, at, _test_ca("tdx"), ("chain",), ("validity", *BARE))


def _sgx() -> Iterator[Vector]:
    # Genuine, and its configuration needs hardening.
    yield Vector("sgx", "phala_v3.dat", "2025-06-25T00:00:00Z", ("sgx/phala_v3_collateral.json",), ("tcb",),
                 window=("2023-09-20T21:53:43Z", "2030-09-20T21:53:43Z"))
    for file, failing, *window in (
            ("automata_v3.dat", (), "2024-03-07T15:01:04Z", "2031-03-07T15:01:04Z"),
            ("automata_solana_v3.dat", ("debug",), "2024-08-09T17:14:09Z", "2031-08-09T17:14:09Z"),
            ("coco_occlum_v3.dat", ("debug",), "2023-04-26T15:35:16Z", "2030-04-26T15:35:16Z")):
        yield Vector("sgx", file, "2025-11-01T00:00:00Z", (), failing, BARE, tuple(window))
    yield Vector("sgx", "intel_qvl_testca/quote.dat", "2023-01-01T00:00:00Z", _test_ca("sgx"),
                 window=("2019-09-05T07:47:06Z", "2026-09-05T07:47:06Z"), root="sgx/intel_qvl_testca/trustedRootCaCert.pem")


def _vtpm() -> Iterator[Vector]:
    at = "2025-06-01T00:00:00Z"
    for file, chip, *window in (
            ("v0", "milan", "2025-01-28T16:26:55Z", "2032-01-28T16:26:55Z"),
            ("v1", "milan", "2025-01-28T16:26:55Z", "2032-01-28T16:26:55Z"),
            ("v2", "milan", "2025-01-28T16:33:43Z", "2032-01-28T16:33:43Z"),
            ("genoa", "genoa", "2025-01-24T02:21:48Z", "2032-01-24T02:21:48Z")):
        yield Vector("vtpm", f"az-snp-vtpm/evidence-{file}.json", at, (f"sev-snp/ask_ark_{chip}.pem",),
                     window=tuple(window))
    bare, window = tuple(f"hardware.{name}" for name in BARE), ("2023-09-13T21:00:51Z", "2030-09-13T21:00:51Z")
    for file in ("v0", "v1"):
        yield Vector("vtpm", f"az-tdx-vtpm/evidence-{file}.json", at, unchecked=bare, window=window)
    # A key that nothing vouches for; a software TPM in which nothing was measured.
    yield Vector("vtpm", "azure-cvm-tooling/quote.bin", at, ("vtpm/azure-cvm-tooling/akpub.pem",), unchecked=("binding",))
    yield Vector("vtpm", "coco-tpm/tpm_evidence.json", at, failing=("debug",), unchecked=("binding",))
    # Reports without a quote: with a certificate of another chip, and without the TD quote.
    folder, lacking, earlier = "azure-cvm-tooling", ("signature", "pcrs", "debug"), "2024-01-01T00:00:00Z"
    yield Vector("vtpm", f"{folder}/hcl-report-snp.bin", earlier, (f"vtpm/{folder}/certs.pem",),
                 ("hardware.signature", "hardware.identity"), lacking, ("2023-01-01T04:48:19Z", "2030-01-01T04:48:19Z"))
    yield Vector("vtpm", f"{folder}/hcl-report-tdx.bin", earlier, unchecked=(*lacking, "binding"))


def _nvidia() -> Iterator[Vector]:
    def report(file: str, chain: str, begins: str | None = "2022-03-01T00:00:00Z", failing: tuple[str, ...] = (), **more) -> Vector:
        window = (begins, "9999-12-31T23:59:59Z") if begins else None
        return Vector("nvidia-gpu", file, "2026-01-01T00:00:00Z", (f"nvidia-gpu/{chain}",) if chain else (), failing, window=window, **more)

    sdk, hopper = "attestation-sdk/sample_attestation_data", "nvtrust/hopperAttestationReport.txt"
    # On hold says NVIDIA's responder, which an offline appraisal does not ask.
    for file in ("evidence/hopper_evidence", "evidence/hopper_evidence_cert_hold", "evidence/multi_gpu_hopper",
                 "evidence/multi_switch_ls10", "evidence/switch_evidence_ls10", "evidence_hopper_590_12"):
        yield report(f"attestation-sdk/{file}.json", "")
    for file in ("gpu_evidence", "switch_evidence"):
        yield report(f"nvtrust/{file}.json", "")
    yield report("attestation-sdk/hopperAttestationReport.txt", "attestation-sdk/hopperCertChain.txt")
    yield report(hopper, "nvtrust/hopperCertChain.txt")
    yield report("trustee/hopper_coco_report1.txt", "trustee/hopper_coco_certs1.txt")
    # The root by itself; without the intermediate; without the leaf.
    wrong = ("signature", "identity")
    yield report(hopper, "trustee/hopper_cert_chain_case2.txt", "2021-11-05T00:00:00Z", wrong)
    yield report(hopper, "trustee/hopper_cert_chain_case3.txt", None, ("chain",), unchecked=("validity",))
    yield report(hopper, "trustee/hopper_cert_chain_case4.txt", failing=wrong)
    for name in ("", "Expired"):
        yield report(f"{sdk}/gpu/hopperAttestationReport{name}.txt", f"{sdk}/gpu/hopperCertChain{name}.txt")
    yield report(f"{sdk}/gpu/hopperAttestationReportInvalidSignature.txt", f"{sdk}/gpu/hopperCertChain.txt", failing=wrong)
    yield report(f"{sdk}/gpu/blackwellAttestationReport.txt", f"{sdk}/gpu/blackwellCertChain.txt", "2023-06-20T00:00:00Z")
    for name, failing in (("", ()), ("InvalidSignature", ("signature",))):
        yield report(f"{sdk}/switch/switchAttestationReport{name}.txt", f"{sdk}/switch/switchCertChain.txt", failing=failing)


VECTORS = [*_nitro(), *_snp(), *_tdx(), *_sgx(), *_vtpm(), *_nvidia()]
