"""`colophon log`: audit, prove, monitor and hammer, on logs that are right, damaged, rolled back and forked."""

import hashlib
import json
import shutil
import threading
from base64 import b64decode
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import aics_tlog
import pytest

from harness.lone_log import LogClient
from harness.programs import colophon, must
from harness.service import LoneService
from harness.statements import Issuer

FORKED, UNPROVABLE, WRONG, MISSING = 2, 3, 65, 66


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder):
    """Any web server over the log's folder is a C2SP log."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


class Log:
    """A storage service that is started whenever something is to be appended."""

    def __init__(self, folder, messages) -> None:
        self.root, self.messages, self.issuer = folder, messages, Issuer("tools")
        self.issuer.register(folder / "data")
        self.files = folder / "data" / "storage" / "log"

    def append(self, *subjects: str) -> list[bytes]:
        statements = [self.issuer.statement(subject) for subject in subjects]
        with LoneService("storage", self.root) as service:
            client = LogClient(service, self.messages)
            keys = client.call("GetLogKeys", self.messages.GetLogKeysRequest(), self.messages.LogKeys)
            self.vkey = keys.checkpoint_vkey
            for statement in statements:
                client.append(statement)
        return statements

    def copy(self, folder) -> "Log":
        shutil.copytree(self.root, folder)
        other = Log(folder, self.messages)
        other.vkey = self.vkey
        return other


@pytest.fixture
def log(tmp_path, stubs) -> Log:
    made = Log(tmp_path / "one", stubs.messages("storage"))
    made.statements = made.append(*(f"first-{number}" for number in range(5)))
    return made


def test_audit_passes_a_right_log_and_names_the_byte_of_a_wrong_one(log):
    shown = json.loads(must(colophon("log", "audit", str(log.files), "--vkey", log.vkey, "--json")))
    assert shown["entries"] == "6"
    with served(log.files) as url:
        assert "6 entries" in must(colophon("log", "audit", url, "--vkey", log.vkey))
        tile = log.files / "tile" / "0" / "000.p" / "6"
        data = bytearray(tile.read_bytes())
        data[70] ^= 4
        tile.write_bytes(data)
        for source in (str(log.files), url):
            found = colophon("log", "audit", source, "--vkey", log.vkey)
            assert found.returncode == WRONG and b"tile/0/000.p/6 at byte 70" in found.stderr, found.stderr
        tile.unlink()
        found = colophon("log", "audit", url, "--vkey", log.vkey)
        assert found.returncode == WRONG and b"tile/0/000.p/6" in found.stderr, found.stderr
    other = aics_tlog.parse_vkey(log.vkey).name + "+00000000+" + log.vkey.split("+")[-1]
    assert colophon("log", "audit", str(log.files), "--vkey", other).returncode == 64


def test_prove_writes_a_proof_that_aics_tlog_accepts(log, tmp_path):
    old = tmp_path / "old-checkpoint"
    old.write_bytes((log.files / "checkpoint").read_bytes())
    log.append(*(f"second-{number}" for number in range(4)))
    digest = hashlib.sha256(log.statements[2]).digest()
    consistency = tmp_path / "consistency"
    for entry in ("3", f"sha256:{digest.hex()}"):
        text = must(colophon(
            "log", "prove", entry, "--log", str(log.files), "--vkey", log.vkey, "--since", str(old), "--consistency",
            str(consistency)))
        head, _, note = text.partition("\n\n")
        lines = head.split("\n")
        assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 3"]
        key = aics_tlog.parse_vkey(log.vkey)
        new, before = (
            aics_tlog.verify_checkpoint(aics_tlog.parse_note(data), key, [], 0, expected_origin=key.name)
            for data in (note.encode(), old.read_bytes()))
        path = [b64decode(line) for line in lines[2:]]
        assert aics_tlog.verify_leaf_inclusion(digest, 3, new.size, path, new.root)
        path = [b64decode(line) for line in consistency.read_text().split()]
        assert aics_tlog.verify_consistency(before.size, new.size, before.root, new.root, path)
    for entry, status in (("99", 64), ("sha256:" + "0" * 64, MISSING), ("x", 64)):
        assert colophon("log", "prove", entry, "--log", str(log.files), "--vkey", log.vkey).returncode == status


def watch(log: Log, source: str, state, *more: str):
    return colophon("log", "monitor", source, "--once", "--state", str(state), "--vkey", log.vkey, *more)


def test_monitor_follows_a_log_that_grows(log, tmp_path):
    state = tmp_path / "state"
    with served(log.files) as url:
        assert "6 entries" in must(watch(log, url, state))
        assert state.read_bytes() == (log.files / "checkpoint").read_bytes()
        log.append("one more")
        assert "7 entries, continues the 6 seen" in must(watch(log, url, state))
    assert watch(log, "http://127.0.0.1:9", state).returncode == 69


def test_monitor_proves_a_fork_and_anybody_can_check_the_proof(log, tmp_path):
    twin = log.copy(tmp_path / "twin")
    log.append("a", "b")
    twin.append("c", "d")
    longer = twin.copy(tmp_path / "longer")
    longer.append("e", "f", "g")
    for forked in (twin, longer):
        state, proof = tmp_path / "state", tmp_path / "proof.json"
        state.unlink(missing_ok=True)
        must(watch(log, str(log.files), state))
        before = state.read_bytes()
        found = watch(log, str(forked.files), state, "--proof", str(proof))
        assert found.returncode == FORKED, found.stderr
        assert state.read_bytes() == before, "what was believed stays"
        must(colophon("log", "monitor", "--verify-proof", str(proof), "--vkey", log.vkey))
        shown = json.loads(proof.read_text())
        for member in ("older", "newer", "root"):
            broken = dict(shown)
            broken[member] = shown[member].replace("A", "B", 1) if "A" in shown[member] else "x" + shown[member][1:]
            proof.write_text(json.dumps(broken))
            assert colophon("log", "monitor", "--verify-proof", str(proof), "--vkey", log.vkey).returncode == WRONG
    # Two checkpoints of one history are no fork.
    honest = dict(shown) | {"newer": shown["older"]}
    proof.write_text(json.dumps(honest))
    assert colophon("log", "monitor", "--verify-proof", str(proof), "--vkey", log.vkey).returncode == WRONG


def test_monitor_says_what_it_cannot_prove(log, tmp_path):
    state = tmp_path / "state"
    twin = log.copy(tmp_path / "twin")
    log.append("a")
    must(watch(log, str(log.files), state))
    found = watch(log, str(twin.files), state)
    assert found.returncode == UNPROVABLE and b"rolled back" in found.stderr, found.stderr
    log.append("b")
    tile = log.files / "tile" / "entries" / "000.p" / "8"
    data = bytearray(tile.read_bytes())
    data[-1] ^= 1
    tile.write_bytes(data)
    found = watch(log, str(log.files), state)
    assert found.returncode == UNPROVABLE and b"do not lead to the root" in found.stderr, found.stderr


def test_hammer_verifies_every_proof_that_it_gets(tmp_path):
    with LoneService("storage", tmp_path) as service:
        run = partial(colophon, "log", "hammer", "--storage", service.url, "--data", str(service.data))
        refused = run("--count", "3", "--callers", "1")
        assert refused.returncode == 1 and b"registration policy" in refused.stderr, refused.stderr
        shown = json.loads(must(run("--count", "300", "--callers", "16", "--reads", "20", "--register", "--json")))
        assert shown["appends"]["count"] == 300 and shown["reads"]["count"] > 0 and shown["failures"] == 0
        paced = json.loads(must(run("--count", "20", "--callers", "4", "--rate", "40", "--json")))
        assert paced["appends"]["per_second"] <= 45
