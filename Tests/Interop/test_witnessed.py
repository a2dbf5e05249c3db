"""Our log, cosigned by three witnesses: ours, aics-witness, and one that is never there (conftest.py); and stamped."""

import base64
import hashlib
import json

import aics_tlog

import verifiers
from harness import programs
from harness.testlog import signed_checkpoint
from test_witness import add


def test_a_receipt_says_how_many_witnesses_cosigned_it(witnessed, second, tmp_path):
    """Two of three by a majority's quorum: witnesses and time pass, and each cosignature line counts for something."""
    bundle = tmp_path / "bundle.json"
    bundle.write_bytes(second.suite.bundle(second.receipt_id))
    trust = second.suite.data / "trust.json"
    assert len(second.suite.trust["witnesses"]) == 3 and second.suite.trust["quorum"] == 2
    report = verified(bundle, trust, "--require", "re-execution,witnesses=2", "--require", "time")
    assert report["accepted"], report
    checks = {check["name"]: check for check in report["checks"]}
    assert "2/3" in checks["witnesses"]["detail"], checks["witnesses"]
    assert "its witnesses and a timestamp" in checks["time"]["detail"], checks["time"]
    # By a policy that needs all three nothing is wrong, and something is missing.
    strict = tmp_path / "trust.json"
    strict.write_text(json.dumps(second.suite.trust | {"quorum": 3}))
    report = verified(bundle, strict)
    checks = {check["name"]: check["state"] for check in report["checks"]}
    assert not report["accepted"] and report["required_unmet"] == ["witnesses"], report
    # The timestamp bounds the time without them.
    assert (checks["inclusion"], checks["witnesses"], checks["time"]) == ("pass", "not_checked", "pass"), checks


def test_more_witnesses_than_there_are_are_refused(witnessed, second, tmp_path):
    """Two have cosigned, three are listed: of three one is missing, and four nobody can ask for."""
    bundle = tmp_path / "bundle.json"
    bundle.write_bytes(second.suite.bundle(second.receipt_id))
    given = ("verify", str(bundle), "--trust", str(second.suite.data / "trust.json"), "--json")
    assert programs.colophon(*given, "--require", "re-execution,witnesses=2").returncode == 0
    refused = programs.colophon(*given, "--require", "re-execution,witnesses=3")
    report = json.loads(refused.stdout)
    assert refused.returncode == 1 and not report["accepted"] and report["required_unmet"] == ["witnesses"], report
    nobody = programs.colophon(*given, "--require", "re-execution,witnesses=4")
    assert nobody.returncode == 64 and not nobody.stdout and b"witnesses=4" in nobody.stderr, nobody


def test_openssl_accepts_the_timestamp_of_a_bundle(witnessed, second):
    """The token is about the text of the checkpoint in the same bundle, and OpenSSL's own tool says so."""
    log = json.loads(second.suite.bundle(second.receipt_id))["log"]
    note = log["tlog_proof"].partition("\n\n")[2]
    witnessed.authority.verify(aics_tlog.parse_note(note).text.encode(), base64.b64decode(log["timestamp"]))


def test_a_policy_without_the_roots_refuses_a_timestamp_that_it_cannot_authenticate(second, tmp_path):
    bundle, bare = tmp_path / "bundle.json", tmp_path / "trust.json"
    bundle.write_bytes(second.suite.bundle(second.receipt_id))
    bare.write_text(json.dumps({name: value for name, value in second.suite.trust.items() if name != "timestamp_roots"}))
    report = verified(bundle, bare)
    assert [check["name"] for check in report["checks"] if check["state"] == "fail"] == ["time"], report


def test_a_policy_without_the_witnesses_refuses_lines_that_it_cannot_authenticate(second, tmp_path):
    bundle, bare = tmp_path / "bundle.json", tmp_path / "trust.json"
    bundle.write_bytes(second.suite.bundle(second.receipt_id))
    bare.write_text(json.dumps(second.suite.trust | {"witnesses": [], "quorum": 0}))
    report = verified(bundle, bare)
    assert not report["accepted"]
    assert [check["name"] for check in report["checks"] if check["state"] == "fail"] == ["inclusion"], report


def verified(bundle, trust, *arguments: str) -> dict:
    result = programs.colophon("verify", str(bundle), "--trust", str(trust), "--json", *arguments)
    return json.loads(result.stdout)


def test_the_published_checkpoint_carries_the_cosignatures(witnessed, second):
    note = aics_tlog.parse_note(second.suite.get("/checkpoint").content)
    trust = second.suite.trust
    checked = aics_tlog.verify_checkpoint(
        note, aics_tlog.parse_vkey(trust["checkpoint_vkey"]), [aics_tlog.parse_vkey(key) for key in trust["witnesses"]],
        2, expected_origin=trust["origin"])
    assert checked.ok, checked.error


def test_witnesses_of_both_makers_refuse_a_fork_and_the_way_back(witnessed, second):
    """A fork is signed here, in memory, with the test suite's own key: what a log that lies would do."""
    meta, key = second.export.meta, witnessed.key
    fork = signed_checkpoint(meta["origin"], meta["size"], hashlib.sha256(b"fork").digest(), key)
    export = second.export.adding("fork/checkpoint", fork)
    for url in (witnessed.ours.url, witnessed.theirs_url):
        conflict = add(url, 0, [], export["log/checkpoint"])
        assert conflict.status_code == 409, conflict.text
        known = int(conflict.text)
        forked = add(url, known, [], export["fork/checkpoint"]) if known == meta["size"] else None
        assert forked is None or forked.status_code == 422, forked.text
        back = add(url, known, [], export["old/checkpoint"])
        assert back.status_code in (400, 409), back.text
    # From nothing: theirs as check.py has it, with the old head, the new one, and then the fork.
    verifiers.witness_refuses_fork(export)
