"""Evidence of trusted hardware from the executor to the verifier, with what stands for hardware where there is none."""

import base64
import hashlib
import json
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.evidence import Bundle
from harness.programs import colophon
from harness.suite import Suite, chat


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def root_of(suite: Suite) -> str:
    seed = (suite.data / "inference/keys/simulated-root.key").read_bytes()
    return b64(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def asked(suite: Suite) -> bytes:
    """The bundle of a new answer."""
    answer = suite.post(chat("Name a colour.", max_tokens=4))
    assert answer.status_code == 200, answer.text
    return suite.bundle(answer.json()["receipt"]["id"])


def verified(path, bundle: bytes, trust: dict, *arguments: str) -> tuple[int, dict, dict]:
    """Exit status, the report, and its check `tee`."""
    (path / "bundle.json").write_bytes(bundle)
    (path / "trust.json").write_text(json.dumps(trust))
    found = colophon("verify", str(path / "bundle.json"), "--trust", str(path / "trust.json"), "--json", *arguments)
    report = json.loads(found.stdout)
    return found.returncode, report, next(check for check in report["checks"] if check["name"] == "tee")


def test_simulated_evidence_counts_where_its_root_is_named_and_always_shows_as_simulated(make_suite, tmp_path):
    suite = make_suite("attested", COLOPHON_INFERENCE_EVIDENCE="simulated").start()
    first, second = asked(suite), asked(suite)
    document = base64.b64decode(json.loads(first)["evidence"])
    execution = Bundle(first).statements["execution"]
    name = "sha256:" + hashlib.sha256(document).hexdigest()
    assert execution.predicate["evidence"] == name == Bundle(second).statements["execution"].predicate["evidence"]
    kept = {blob["name"]: blob for blob in Bundle(first).statements["custody"].predicate["blobs"]}
    assert kept[name]["retention"] == "evidence" and kept[name]["bytes"] == str(len(document))

    # Whoever says nothing of evidence is not told that there is any, and whoever requires it is not content with that.
    assert "tee" not in suite.trust
    status, report, tee = verified(tmp_path, first, suite.trust)
    assert status == 0 and tee["state"] == "not_checked" and "simulated" in tee["detail"], tee
    status, report, _ = verified(tmp_path, first, suite.trust, "--require", "tee")
    assert status == 1 and report["required_unmet"] == ["tee"]

    named = suite.trust | {"tee": {"kinds": ["simulated"], "roots": {"simulated": [root_of(suite)]}}}
    for bundle in (first, second):
        status, report, tee = verified(tmp_path, bundle, named, "--require", "tee")
        assert status == 0 and report["accepted"] and tee["state"] == "pass", report
        assert tee["detail"].startswith("simulated, no trusted hardware: "), tee
    stranger = b64(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    for said in (
            {"kinds": ["simulated"]}, {"kinds": ["simulated"], "roots": {"simulated": [stranger]}},
            {"kinds": ["tdx", "sev-snp", "nitro"]},
            {"kinds": ["simulated"], "roots": {"simulated": [root_of(suite)]},
             "measurements": {"simulated": {"measurement": ["00" * 32]}}}):
        status, report, tee = verified(tmp_path, first, suite.trust | {"tee": said})
        assert status == 1 and tee["state"] == "fail", (said, report)
    without = json.loads(first)
    without.pop("evidence")
    gone = json.dumps(without, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    status, report, tee = verified(tmp_path, gone, named, "--require", "tee")
    assert status == 1 and tee["state"] == "not_checked" and report["required_unmet"] == ["tee"], report
    # The orchestrator says what the command says.
    (suite.data / "trust.json").write_text(json.dumps(named))
    answer = suite.post(first, "/v1/verify").json()
    assert next(check for check in answer["checks"] if check["name"] == "tee")["state"] == "pass", answer

    reports(suite, named, tmp_path)

    # Another start is another epoch of the same key; what the old one vouched for stays.
    suite.stop()
    suite.start()
    later = asked(suite)
    assert Bundle(later).statements["execution"].predicate["evidence"] != name
    for bundle in (later, first):
        assert verified(tmp_path, bundle, named, "--require", "tee")[0] == 0


def reports(suite: Suite, trust: dict, path) -> None:
    """Fresh evidence, by the route and by the command that asks, appraises and prints."""
    nonce = secrets.token_hex(32)
    answer = suite.get("/v1/attestation/report", params={"nonce": nonce})
    assert answer.status_code == 200, answer.text
    report = answer.json()
    document = json.loads(base64.b64decode(report["document"]))
    assert report["nonce"] == document["nonce"] == nonce and "epoch" not in document
    assert report["kind"] == document["kind"] == "simulated" and report["simulated"] is True
    issuer, = (one for one in suite.trust["issuers"] if "execution" in one["kinds"])
    assert (report["kid"], report["key"], report["iss"]) == (issuer["kid"], issuer["key"], issuer["iss"])
    assert document["key"] == issuer["kid"]
    thumbprint = bytes.fromhex(issuer["kid"].removeprefix("sha256:"))
    data = hashlib.sha512(b"colophon/evidence/v1\0" + bytes.fromhex(nonce) + thumbprint).hexdigest()
    assert data.encode() in base64.b64decode(document["evidence"])
    for wrong in ("", "0a", nonce + "00", "zz" * 32, b"epoch/v1".hex() + "00" * 24):
        refused = suite.get("/v1/attestation/report", params={"nonce": wrong})
        assert refused.status_code == 400 and refused.json()["error"]["param"] == "nonce", refused.text

    def asking(policy: dict, *arguments: str):
        (path / "policy.json").write_text(json.dumps(policy))
        return colophon("evidence", "report", "--trust", str(path / "policy.json"), "--url", suite.url, *arguments)

    found = asking(trust, "--nonce", nonce, "--json", "--output", str(path / "document.json"))
    assert found.returncode == 0, found.stderr
    said = json.loads(found.stdout)
    assert said["accepted"] and said["simulated"] is True and said["key"]["listed"] and said["appraisal"]["accepted"]
    assert said["appraisal"]["ear"]["submods"]["simulated"]["ear_status"] == "warning"
    assert json.loads((path / "document.json").read_bytes())["nonce"] == nonce
    table = asking(trust)
    assert table.returncode == 0 and b"SIMULATED: this is no evidence of hardware" in table.stdout, table
    no_root = asking(trust | {"tee": {"kinds": ["simulated"]}}, "--json")
    assert no_root.returncode == 1 and not json.loads(no_root.stdout)["accepted"]
    strangers = [issuer for issuer in trust["issuers"] if "execution" not in issuer["kinds"]]
    unlisted = asking(trust | {"issuers": strangers}, "--json")
    assert unlisted.returncode == 1
    assert json.loads(unlisted.stdout)["appraisal"]["accepted"] and not json.loads(unlisted.stdout)["accepted"]
    assert asking(trust, "--json", "--at", "2001-01-01T00:00:00Z").returncode == 1
    assert asking(trust | {"tee": {"kinds": ["tdx"]}}).returncode == 1
    assert asking({name: value for name, value in trust.items() if name != "tee"}).returncode == 65
    assert asking(trust, "--nonce", "00").returncode == 64
    assert asking(trust, "--output", str(path / "document.json")).returncode == 73


def test_a_verdict_says_what_evidence_is_worth_and_one_that_supersedes_what_it_is_worth_by_then(make_suite, tmp_path):
    policy = tmp_path / "tee.json"
    policy.write_text('{"kinds":[]}')
    variables = {"COLOPHON_INFERENCE_EVIDENCE": "simulated", "COLOPHON_VERIFICATION_TEE_POLICY": str(policy)}
    suite = make_suite("appraised", **variables).start()
    assert "appraisal" not in Bundle(asked(suite)).statements["verdict"].predicate
    policy.write_text(json.dumps({"kinds": ["simulated"], "roots": {"simulated": [root_of(suite)]}}))
    bundle = asked(suite)
    statements = Bundle(bundle).statements
    appraisal = statements["verdict"].predicate["appraisal"]
    assert appraisal["evidence"] == statements["execution"].predicate["evidence"]
    assert appraisal["ear"]["submods"]["simulated"]["ear_status"] == "warning"
    assert appraisal["ear"]["iat"] == int(statements["execution"].predicate["started_unix_ms"]) // 1000
    # The root is believed no longer.
    policy.write_text('{"kinds":["simulated"]}')
    receipt = statements["receipt"].predicate["receipt_id"]
    again = colophon("receipt", "verdict", receipt, "--again", "the root was revoked", "--url", suite.url)
    assert again.returncode == 0, again.stderr
    bundle = suite.bundle(receipt)
    status, report, _ = verified(tmp_path, bundle, suite.trust, "--require", "reexecution")
    line = next(check for check in report["checks"] if check["name"] == "reexecution")
    assert status == 0 and "it calls the simulated evidence contraindicated; it supersedes" in line["detail"], report


def test_a_suite_without_evidence_says_that_it_has_none(suite, tmp_path):
    refused = suite.get("/v1/attestation/report", params={"nonce": secrets.token_hex(32)})
    assert refused.status_code == 404 and refused.json()["error"]["code"] == "attestation_not_offered", refused.text
    bundle = asked(suite)
    assert "evidence" not in json.loads(bundle)
    status, report, tee = verified(tmp_path, bundle, suite.trust, "--require", "tee")
    assert status == 1 and tee["state"] == "not_offered" and report["required_unmet"] == ["tee"]


def test_hardware_that_is_not_there_stops_the_start_and_is_named(make_suite, tmp_path):
    suite = make_suite("bare", COLOPHON_INFERENCE_EVIDENCE="tdx", COLOPHON_INFERENCE_EVIDENCE_TSM=str(tmp_path / "tsm"))
    with pytest.raises(RuntimeError):
        suite.start()
    assert "the kernel has no configfs-tsm" in suite.logs()
