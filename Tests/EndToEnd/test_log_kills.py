"""`kill -9` of a real storage process among appends; and that what it acknowledges is on the disk before it says so."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from harness import programs
from harness.blobs import Nanio
from harness.lone_log import LogClient
from harness.process import Child
from harness.service import LoneService
from harness.statements import Issuer

CALLERS = 8
KILLS, KILLS_LONG = 12, 50


@pytest.fixture
def issuer() -> Issuer:
    return Issuer("kills")


@pytest.fixture(params=["filesystem", "s3"])
def tiles(request, tmp_path):
    """The settings of the place where checkpoint and tiles lie."""
    if request.param == "filesystem":
        yield ()
    else:
        with Nanio(tmp_path) as server:
            yield (*server.settings, "--tiles", "s3")


class Appends:
    """Appends from CALLERS threads until the process is gone; keeps what was acknowledged and what was asked."""

    def __init__(self, client: LogClient, issuer: Issuer, prefix: str) -> None:
        self._client, self._issuer, self._prefix = client, issuer, prefix
        self._lock = threading.Lock()
        self.acknowledged: dict[bytes, int] = {}
        self.asked: dict[bytes, bytes] = {}

    def run(self, caller: int) -> None:
        for number in range(100_000):
            statement = self._issuer.statement(f"{self._prefix}-{caller}-{number}")
            digest = hashlib.sha256(statement).digest()
            with self._lock:
                self.asked[digest] = statement
            try:
                index = self._client.append(statement).index
            except requests.RequestException:
                return
            with self._lock:
                self.acknowledged[digest] = index


def test_no_acknowledged_entry_is_lost_or_doubled_by_a_kill(tiles, tmp_path, stubs, seeded, is_long, issuer):
    messages = stubs.messages("storage")
    asked, acknowledged = {}, {}
    kills = (KILLS_LONG if is_long else KILLS) // (3 if tiles else 1)
    issuer.register(tmp_path / "data")
    for round_number in range(kills + 1):
        with LoneService("storage", tmp_path, *tiles) as service:
            client = LogClient(service, messages)
            entries = client.entries()
            where = {entry: index for index, entry in enumerate(entries)}
            assert len(where) == len(entries), "an entry is there twice"
            assert all(where[digest] == index for digest, index in acknowledged.items()), "an acknowledged one is not"
            assert set(entries[1:]) <= asked.keys(), "the log has an entry that nobody appended"
            if round_number == kills:
                break
            appends = Appends(client, issuer, f"round-{round_number}")
            with ThreadPoolExecutor(CALLERS) as pool:
                running = [pool.submit(appends.run, caller) for caller in range(CALLERS)]
                enough, deadline = seeded.randrange(1, 60), time.monotonic() + 30
                while len(appends.acknowledged) < enough and time.monotonic() < deadline:
                    time.sleep(0.0005)
                time.sleep(seeded.random() * 0.01)
                os.kill(service.child.pid, signal.SIGKILL)
                for one in running:
                    one.result()
            assert len(appends.acknowledged) >= enough, service.child.tail()
            asked |= appends.asked
            acknowledged |= appends.acknowledged
    assert (tmp_path / "data/storage/log").exists() == (not tiles)
    print(f"{kills} kills, {len(acknowledged)} acknowledged of {len(asked)} asked, {len(entries) - 1} in the log")


def test_what_was_not_answered_is_appended_again_with_one_index(tmp_path, stubs, seeded, issuer):
    messages = stubs.messages("storage")
    issuer.register(tmp_path / "data")
    with LoneService("storage", tmp_path) as service:
        appends = Appends(LogClient(service, messages), issuer, "first")
        with ThreadPoolExecutor(CALLERS) as pool:
            running = [pool.submit(appends.run, caller) for caller in range(CALLERS)]
            while len(appends.acknowledged) < 20:
                time.sleep(0.0005)
            os.kill(service.child.pid, signal.SIGKILL)
            for one in running:
                one.result()
    with LoneService("storage", tmp_path) as service:
        client = LogClient(service, messages)
        again = {digest: client.append(statement).index for digest, statement in appends.asked.items()}
        assert all(again[digest] == index for digest, index in appends.acknowledged.items())
        assert sorted(again.values()) == list(range(1, len(again) + 1))
        assert {entry: index for index, entry in enumerate(client.entries())}.items() >= again.items()


def test_a_second_process_on_the_same_log_refuses(tmp_path):
    with LoneService("storage", tmp_path) as service:
        second = subprocess.run(
            [programs.service_program("storage"), "--data", str(service.data), "--port", "0"],
            capture_output=True, timeout=60, env=programs.environment())
        assert second.returncode != 0
        assert b"lock" in second.stdout + second.stderr


SYNC = re.compile(r"(?:fsync|fdatasync)\(\d+<([^>]*)>")
ANSWER = re.compile(r"\w+\(\d+<[^>]*>.*HTTP/1\.1 200")


def test_an_acknowledgement_is_written_after_the_syncs_that_cover_it(tmp_path, stubs, issuer):
    """Under strace: between the request and its answer the rows, the tiles and the checkpoint were synced, and each of
    these calls had returned."""
    assert shutil.which("strace"), "strace is missing: apt-get install strace, or start this by Tests/run"
    messages = stubs.messages("storage")
    issuer.register(tmp_path / "data")
    trace = tmp_path / "trace"
    program = [
        "strace", "-f", "-y", "-s", "64", "-o", str(trace), "-e",
        "trace=fsync,fdatasync,write,writev,sendto,sendmsg,read,readv,recvfrom,recvmsg", "--seccomp-bpf",
        programs.service_program("storage"), "--data", str(tmp_path / "data"), "--port", "0"]
    child = Child(program, tmp_path / "storage.jsonl")
    try:
        service = LoneService.__new__(LoneService)
        service.child, service.data, service.listening = child, tmp_path / "data", child.json_line("listening", 120)
        LogClient(service, messages).append(issuer.statement("traced"))
    finally:
        child.kill()
    lines = trace.read_text(errors="replace").splitlines()
    asked = next(at for at, line in enumerate(lines) if "POST /colophon.storage.v1.StorageService/Append" in line)
    answered = next(at for at, line in enumerate(lines) if at > asked and ANSWER.search(line))
    returned, open_calls = [], {}
    for line in lines[asked:answered]:
        thread, _, call = line.partition(" ")
        if "fsync(" in call or "fdatasync(" in call:
            if call.rstrip().endswith("<unfinished ...>"):
                open_calls[thread] = call
            else:
                assert call.rstrip().endswith("= 0"), call
                returned.append(SYNC.search(call).group(1))
        elif "sync resumed>" in call:
            assert call.rstrip().endswith("= 0"), call
            # One that began before the request covers nothing of it.
            if thread in open_calls:
                returned.append(SYNC.search(open_calls.pop(thread)).group(1))
    assert not open_calls, f"still syncing when the answer was written: {open_calls}"
    folder = str(tmp_path / "data" / "storage")
    for what, path in {
        "rows and head": f"{folder}/storage.sqlite-wal", "files": f"{folder}/log.tmp/", "checkpoint": f"{folder}/log",
        "leaf tile": f"{folder}/log/tile/0/000.p", "bundle": f"{folder}/log/tile/entries/000.p",
    }.items():
        is_there = any(name == path or (path.endswith("/") and name.startswith(path)) for name in returned)
        assert is_there, (what, returned)
    assert sum(name.endswith("-wal") for name in returned) >= 2, "rows first, the head after the tiles"
    last_tile = max(at for at, name in enumerate(returned) if "/log/tile/" in name)
    last_rows = max(at for at, name in enumerate(returned) if name.endswith("storage.sqlite-wal"))
    assert last_tile < last_rows, "the head was swapped before the tiles were durable"
