"""Witnesses of other people for our log, our witness for logs of other people, and kills at any moment."""

import concurrent.futures
import contextlib
import hashlib
import json
import shutil
import threading

import aics_tlog
import aics_witness
import pytest
import requests

import verifiers
from harness import programs
from harness.service import LoneService
from harness.testlog import TestLog, signed_checkpoint
from harness.witness import OurWitness, write_key


@pytest.fixture
def log() -> TestLog:
    return TestLog().grow(40)


@pytest.fixture
def ours(log, tmp_path):
    with OurWitness(tmp_path / "witness", {log.origin: log.vkey}) as witness:
        yield witness


def client(witness: OurWitness, tmp_path) -> aics_witness.WitnessClient:
    return aics_witness.WitnessClient(witness.url, witness.vkey, state_path=tmp_path / "client.json")


def test_their_client_is_cosigned_by_our_witness(log, ours, tmp_path):
    """aics-witness as the log: from nothing, onwards, the same again; and their checker counts the cosignature."""
    with client(ours, tmp_path) as feeder:
        for size in (1, 7, 7, 40):
            line = feeder.submit(log.checkpoint(size), log.proof)
            note = aics_tlog.parse_note(aics_witness.merge_cosignatures(log.checkpoint(size), line))
            checked = aics_tlog.verify_checkpoint(
                note, aics_tlog.parse_vkey(log.vkey), [aics_tlog.parse_vkey(ours.vkey)], 1, expected_origin=log.origin)
            assert checked.ok and checked.size == size, checked.error


def test_their_client_learns_the_size_that_our_witness_knows(log, ours, tmp_path):
    aics_witness.submit_checkpoint(ours.url, log.checkpoint(7), log.proof, witness_vkey=ours.vkey)
    # One that has forgotten everything starts from 0, is told 7, and goes on from there.
    aics_witness.submit_checkpoint(ours.url, log.checkpoint(20), log.proof, witness_vkey=ours.vkey, old_size=0)
    with pytest.raises(aics_witness.FeederError) as stale:
        aics_witness.submit_checkpoint(ours.url, log.checkpoint(9), log.proof, witness_vkey=ours.vkey, old_size=9)
    assert "20" in str(stale.value)


def test_their_client_is_refused_a_fork_by_our_witness(log, ours):
    aics_witness.submit_checkpoint(ours.url, log.checkpoint(7), log.proof, witness_vkey=ours.vkey)
    for size in (7, 20):
        with pytest.raises(aics_witness.WitnessRejected) as fork:
            other = log.branch(b"another past")
            aics_witness.submit_checkpoint(
                ours.url, other.checkpoint(size), other.proof, witness_vkey=ours.vkey, old_size=7)
        assert fork.value.status == 422


def add(url: str, old: int, proof: list[bytes], note: bytes) -> requests.Response:
    body = aics_witness.protocol.format_add_checkpoint_request(old, proof, note)
    return requests.post(url + "/add-checkpoint", data=body, timeout=30)


def test_a_kill_at_any_moment_never_gives_two_heads_of_one_size(tmp_path, seeded, is_long):
    """Branches of one log race for each size, and the witness is killed among them: one branch has all cosignatures."""
    trunk = TestLog().grow(200)
    branches = [trunk.branch(bytes([number])) for number in range(4)]
    witness = OurWitness(tmp_path / "witness", {trunk.origin: trunk.vkey})
    cosigned: dict[int, set[int]] = {}
    size = 0
    try:
        for _ in range(40 if is_long else 5):
            witness.start()
            stop, answered = threading.Event(), threading.Semaphore(0)

            def race(branch: int, url: str, old: int) -> list[tuple[int, int]]:
                won = []
                while not stop.is_set():
                    new = old + 1
                    with contextlib.suppress(requests.RequestException):
                        answer = add(url, old, branches[branch].proof(old, new), branches[branch].checkpoint(new))
                        if answer.status_code == 200:
                            won.append((new, branch))
                            old = new
                            answered.release()
                        elif answer.status_code == 409:
                            old = int(answer.text)
                        else:
                            assert answer.status_code == 422, answer.text
                return won

            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                running = [pool.submit(race, branch, witness.url, size) for branch in range(4)]
                for _ in range(seeded.randrange(1, 12)):
                    answered.acquire()
                witness.kill()
                stop.set()
                for branch in running:
                    for won, name in branch.result():
                        cosigned.setdefault(won, set()).add(name)
            size = max(cosigned)
    finally:
        witness.kill()
    double = {size: names for size, names in cosigned.items() if len(names) > 1}
    assert not double, f"two trees of one size were cosigned: {double}"
    assert len(set().union(*cosigned.values())) == 1, f"branches follow each other: {cosigned}"



# Our log, cosigned by three witnesses: ours, theirs, and one that is never there (conftest.py).


def test_a_receipt_says_how_many_witnesses_cosigned_it(witnessed, second, tmp_path):
    """Two of three by a majority's quorum: witnesses and time pass, and each cosignature line counts for something."""
    bundle = tmp_path / "bundle.json"
    bundle.write_bytes(second.suite.bundle(second.receipt_id))
    trust = second.suite.data / "trust.json"
    assert len(second.suite.trust["witnesses"]) == 3 and second.suite.trust["quorum"] == 2
    report = verified(bundle, trust, "--require", "witnesses", "--require", "time")
    assert report["accepted"], report
    checks = {check["name"]: check for check in report["checks"]}
    assert "2/3" in checks["witnesses"]["detail"], checks["witnesses"]
    assert checks["time"]["state"] == "pass", checks["time"]
    # By a policy that needs all three nothing is wrong, and something is missing.
    strict = tmp_path / "trust.json"
    strict.write_text(json.dumps(second.suite.trust | {"quorum": 3}))
    report = verified(bundle, strict)
    checks = {check["name"]: check["state"] for check in report["checks"]}
    assert not report["accepted"] and report["unmet"] == ["witnesses"], report
    assert (checks["inclusion"], checks["witnesses"], checks["time"]) == ("pass", "not_checked", "not_offered"), checks


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


def test_a_log_that_is_behind_a_witnessed_head_does_not_start(log, ours, tmp_path):
    """As after restoring an old backup: the witness shows a larger tree with the log's own signature."""
    aics_witness.submit_checkpoint(ours.url, log.checkpoint(7), log.proof, witness_vkey=ours.vkey)
    keys = tmp_path / "storage/data/storage/keys"
    write_key(keys / "checkpoint.key", log.key)
    (tmp_path / "witnesses").write_text(f"{ours.vkey} {ours.url}\n")
    arguments = ["--origin", log.origin, "--witnesses", str(tmp_path / "witnesses")]
    with pytest.raises(RuntimeError) as refusal:
        LoneService("storage", tmp_path / "storage", *arguments).__enter__()
    for words in ("size 7", "restored from an older backup", "a new origin"):
        assert words in str(refusal.value)
    # Without that witness nobody knows: the limit that SECURITY.md states.
    with LoneService("storage", tmp_path / "storage", "--origin", log.origin):
        pass
