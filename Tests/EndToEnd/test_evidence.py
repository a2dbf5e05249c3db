"""`colophon evidence appraise` from outside: its exit status, its JSON, and what it refuses to read."""

import json
import shutil

import pytest

from harness import programs

VECTORS = programs.ROOT / "Tests/Vectors/evidence"

# kind, evidence, collateral, time, accepted
CASES = [
    ("nitro", "nitro/base_20260103_indefinite.bin", [], "2026-01-03T20:41:07Z", True),
    ("nitro", "nitro/base_20260103_indefinite.bin", [], "2026-01-03T23:40:29Z", False),
    ("nitro", "nitro/evervault_beta_debug_zero_pcrs.bin", [], "2022-10-12T13:50:06Z", False),
    ("sev-snp", "sev-snp/virtee_milan_report.bin", ["sev-snp/virtee_milan_vcek.der", "sev-snp/ask_ark_milan.pem"],
     "2024-01-01T00:00:00Z", True),
    ("sev-snp", "sev-snp/virtee_milan_report.bin", [], "2024-01-01T00:00:00Z", False),
    ("tdx", "tdx/phala_v4.dat", ["tdx/phala_v4_collateral.json"], "2025-06-25T02:00:00+02:00", True),
    ("tdx", "tdx/phala_v4_outdated.dat", ["tdx/phala_v4_outdated_collateral.json"], "2026-02-25T00:00:00Z", False),
    ("sgx", "sgx/phala_v3.dat", ["sgx/phala_v3_collateral.json"], "2025-06-25T00:00:00Z", False),
    ("nvidia-gpu", "nvidia-gpu/attestation-sdk/evidence/multi_gpu_hopper.json", [], "2026-01-01T00:00:00Z", True),
    ("vtpm", "vtpm/az-snp-vtpm/evidence-v2.json", ["sev-snp/ask_ark_milan.pem"], "2025-06-01T00:00:00Z", True),
]


def appraise(kind, evidence, at, *arguments):
    return programs.colophon(
        "evidence", "appraise", str(VECTORS / evidence), "--kind", kind, "--at", at, *map(str, arguments))


def folder(tmp_path, names):
    for name in names:
        shutil.copy(VECTORS / name, tmp_path)
    return ["--collateral", tmp_path] if names else []


@pytest.mark.parametrize(("kind", "evidence", "collateral", "at", "accepted"), CASES)
def test_the_exit_status_says_whether_all_required_checks_passed(tmp_path, kind, evidence, collateral, at, accepted):
    result = appraise(kind, evidence, at, "--json", *folder(tmp_path, collateral))
    assert result.returncode == (0 if accepted else 1), result.stderr
    report = json.loads(result.stdout)
    assert report["accepted"] is accepted and report["kind"] == kind
    states = {check["name"]: check["state"] for check in report["checks"]}
    assert all(states[name] == "pass" for name in report["required"]) is accepted
    module = report["ear"]["submods"][kind]
    assert (module["ear_status"] == "affirming") is accepted
    table = appraise(kind, evidence, at, *folder(tmp_path, collateral))
    assert table.returncode == result.returncode
    assert table.stdout.decode().splitlines()[-1] == ("accepted" if accepted else "REFUSED")


def test_a_policy_replaces_what_it_names(tmp_path):
    kind, evidence, collateral, at, _ = CASES[7]
    handed = folder(tmp_path, collateral)
    policy = tmp_path.parent / f"{tmp_path.name}.json"
    policy.write_text(json.dumps({"tcb_statuses": ["UpToDate", "ConfigurationAndSWHardeningNeeded"]}))
    assert appraise(kind, evidence, at, *handed, "--policy", policy).returncode == 0
    policy.write_text(json.dumps({"tcb_statuses": ["UpToDate"], "measurements": {"mr_signer": ["00" * 32]}}))
    result = appraise(kind, evidence, at, *handed, "--policy", policy, "--json")
    assert result.returncode == 1
    states = {check["name"]: check["state"] for check in json.loads(result.stdout)["checks"]}
    assert states["measurements"] == "fail" and states["tcb"] == "fail"


@pytest.mark.parametrize(("text", "said"), [
    ("{}x", "JSON"), ('{"tcb_status": []}', "tcb_status"), ('{"require": ["luck"]}', "luck"),
    ('{"tcb_statuses": ["Revoked"]}', "Revoked"), ('{"roots": {"nitro": ["no"]}}', "roots.nitro"), ('{"allow_debug": 1}', "allow_debug"),
    ('{"tcb_minimum": {"snp": 256}}', "tcb_minimum"), ('{"nonce": "xy"}', "nonce"),
])
def test_a_policy_that_is_not_understood_is_refused(tmp_path, text, said):
    policy = tmp_path / "policy.json"
    policy.write_text(text)
    result = appraise(*CASES[0][:2], CASES[0][3], "--policy", policy)
    assert result.returncode == 65 and said in result.stderr.decode()


def test_what_cannot_be_read_is_named(tmp_path):
    (tmp_path / "stranger.txt").write_text("hello")
    kind, evidence, _, at, _ = CASES[0]
    result = appraise(kind, evidence, at, "--collateral", tmp_path)
    assert result.returncode == 65 and "stranger.txt" in result.stderr.decode()
    assert appraise("sgx2", evidence, at).returncode == 64
    assert appraise(kind, evidence, "yesterday").returncode == 64
    assert appraise(kind, "nitro/none.bin", at).returncode == 66
    assert appraise(kind, evidence, at, "--collateral", tmp_path / "none").returncode == 66


def test_what_a_gateway_signed_is_held_against_our_own_bytes(tmp_path):
    case = json.loads((VECTORS / "upstream/signed_text.json").read_text())[0]
    request, response = (tmp_path / name for name in ("request", "response"))
    request.write_bytes(b'{"model":"m","messages":[{"role":"user","content":"Hello?"}]}')
    response.write_bytes(b'{"choices":[{"message":{"role":"assistant","content":"Hello."}}]}')
    answer, policy = tmp_path / "answer.json", tmp_path / "policy.json"
    answer.write_text(json.dumps(case["answer"]))
    policy.write_text(json.dumps({"signers": ["0x" + case["signer"]]}))
    at = "2026-06-01T00:00:00Z"
    bodies = ("--request", request, "--response", response)
    accepted = appraise("signed-text", answer, at, "--policy", policy, *bodies, "--json")
    assert accepted.returncode == 0, accepted.stdout
    assert json.loads(accepted.stdout)["claims"]["signer"] == case["signer"]
    for more in ((), ("--policy", policy), bodies, ("--policy", policy, "--request", response, "--response", request)):
        assert appraise("signed-text", answer, at, *more).returncode == 1, more
    assert appraise("air", answer, at, "--policy", policy, *bodies).returncode == 1
    policy.write_text('{"signers": ["0x00"]}')
    assert appraise("signed-text", answer, at, "--policy", policy).returncode == 65
