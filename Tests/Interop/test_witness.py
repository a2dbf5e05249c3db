"""Witnesses of other people for our log, our witness for logs of other people, and kills at any moment."""

import concurrent.futures
import contextlib
import threading

import aics_tlog
import aics_witness
import pytest
import requests

from harness.service import LoneService
from harness.testlog import TestLog
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
    rounds = 40 if is_long else 5
    # More than they can come to: each round goes on for a while after the last answer that it waits for.
    trunk = TestLog().grow(40 * rounds)
    branches = [trunk.branch(bytes([number])) for number in range(4)]
    witness = OurWitness(tmp_path / "witness", {trunk.origin: trunk.vkey})
    cosigned: dict[int, set[int]] = {}
    size = 0
    try:
        for _ in range(rounds):
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
                is_answered = all(answered.acquire(timeout=60) for _ in range(seeded.randrange(1, 12)))
                witness.kill()
                stop.set()
                for branch in running:
                    for won, name in branch.result():
                        cosigned.setdefault(won, set()).add(name)
            assert is_answered, "the witness did not answer"
            size = max(cosigned)
    finally:
        witness.kill()
    double = {size: names for size, names in cosigned.items() if len(names) > 1}
    assert not double, f"two trees of one size were cosigned: {double}"
    assert len(set().union(*cosigned.values())) == 1, f"branches follow each other: {cosigned}"


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
