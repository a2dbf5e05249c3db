"""`kill -9` of each process in the middle of concurrent requests: no receipt that a client got is lost or there twice.

The client here is no part of the suite: it writes down each receipt id that reaches it, and counts entries in tiles.
"""

import json
import os
import secrets
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from harness.evidence import Statement
from harness.log import LogCopy
from harness.programs import SERVICES
from harness.suite import chat

REQUESTS = 20
UNFINISHED_MIN = 5
VOID_ROUNDS_MAX = 4
RECOVERY_SECONDS = 120


@pytest.fixture(scope="module")
def victim(make_suite):
    """A suite of its own: what is killed here disturbs no other test."""
    suite = make_suite("kills").start()
    yield suite
    assert suite.stop() == 0


class Client:
    """Asks REQUESTS questions at once and records what reached it."""

    def __init__(self, suite) -> None:
        self._suite = suite
        self._lock = threading.Lock()
        self.announced: set[str] = set()  # by X-Receipt-Id: accepted, so it ends in exactly one receipt
        self.acknowledged: set[str] = set()  # by a whole answer or a finish chunk: in the log already
        self.ended = 0

    @property
    def unfinished(self) -> int:
        return REQUESTS - self.ended

    def ask(self, number: int) -> None:
        body = chat(f"{number}: say a few words about {secrets.token_hex(4)}.", max_tokens=24, stream=number % 2 == 0)
        try:
            with requests.post(
                self._suite.url + "/v1/chat/completions", json=body, stream=body["stream"], timeout=120
            ) as answer:
                if "X-Receipt-Id" in answer.headers:
                    self._note(self.announced, answer.headers["X-Receipt-Id"])
                if answer.status_code == 200:
                    receipt = self._receipt_of_stream(answer) if body["stream"] else answer.json()["receipt"]
                    if receipt:
                        self._note(self.acknowledged, receipt["id"])
        except (requests.RequestException, json.JSONDecodeError):
            pass  # The kill cut this one off; what had reached us is written down.
        with self._lock:
            self.ended += 1

    @staticmethod
    def _receipt_of_stream(answer) -> dict | None:
        for line in answer.iter_lines():
            if line.startswith(b"data: {") and "receipt" in (chunk := json.loads(line.removeprefix(b"data: "))):
                return chunk["receipt"]
        return None

    def _note(self, where: set[str], receipt_id: str) -> None:
        with self._lock:
            where.add(receipt_id)


def one_round(suite, service: str, rng) -> Client:
    """Kills `service` once while requests are under way, and waits until the suite is whole again."""
    client = Client(suite)
    kill_after = rng.randrange(0, 8)
    with ThreadPoolExecutor(REQUESTS) as pool:
        asked = [pool.submit(client.ask, number) for number in range(REQUESTS)]
        deadline = time.monotonic() + 120
        while client.ended < kill_after and time.monotonic() < deadline:
            time.sleep(0.005)
        # Somewhere within an answer, not always right behind one.
        time.sleep(rng.random() * 0.4)
        victim_pid, client.unfinished_at_kill = suite.pid(service), client.unfinished
        os.kill(victim_pid, signal.SIGKILL)
        for one in asked:
            one.result()
    deadline = time.monotonic() + 30
    while suite.pid(service) in (None, victim_pid):
        assert time.monotonic() < deadline, f"{service} was not started again; {suite.logs()}"
        time.sleep(0.05)
    suite.wait_until_ready(RECOVERY_SECONDS)
    return client


@pytest.mark.parametrize("service", SERVICES)
def test_no_receipt_is_lost_or_doubled_by_a_kill(victim, stubs, seeded, is_long, service):
    rounds, void = 5 if is_long else 1, 0
    while rounds:
        client = one_round(victim, service, seeded)
        if client.unfinished_at_kill < UNFINISHED_MIN:
            void += 1
            assert void <= VOID_ROUNDS_MAX, f"{void} rounds left fewer than {UNFINISHED_MIN} requests unfinished"
            continue
        rounds -= 1
        ids = client.announced | client.acknowledged
        print(
            f"{service}: {client.unfinished_at_kill} unfinished at the kill, {len(client.announced)} announced, "
            f"{len(client.acknowledged)} acknowledged")
        check_log(victim, stubs, ids, client.acknowledged)


def check_log(suite, stubs, ids: set[str], acknowledged: set[str]) -> None:
    """Each id is in the log exactly once, counted from the entries of the tiles, and the audit of them is clean."""
    views = {receipt_id: suite.wait_for_log(receipt_id, RECOVERY_SECONDS) for receipt_id in ids}
    for receipt_id in acknowledged:
        assert views[receipt_id]["outcome"] == "answered", views[receipt_id]
    entries = LogCopy(suite).entries
    counted = Counter(entries)
    for receipt_id, view in views.items():
        digest = bytes.fromhex(view["statements"]["receipt"].removeprefix("sha256:"))
        assert counted[digest] == 1, f"{receipt_id}: {counted[digest]} entries"
    subjects = Counter(subject for kind, subject in logged_statements(suite, stubs, entries) if kind == "receipt")
    doubled = {subject: count for subject, count in subjects.items() if count != 1}
    assert not doubled, f"receipts with several entries: {doubled}"
    assert ids <= set(subjects)


def logged_statements(suite, stubs, entries: list[bytes]) -> list[tuple[str, str]]:
    """Kind and subject of the statement behind each entry but the genesis entry, fetched by its digest."""
    messages = stubs.messages("storage")
    storage = stubs.connect("storage", suite.urls["storage"], suite.token)
    found = []
    for entry in entries[1:]:
        statement = Statement(storage.get_blob(messages.GetBlobRequest(digest=entry)).data)
        assert statement.digest == "sha256:" + entry.hex()
        found.append((statement.kind, statement.subject))
    return found


def test_the_suite_that_was_killed_starts_again_on_its_own_data(victim):
    """After all of that: a clean stop, a start over the same data, and the same log goes on."""
    before = LogCopy(victim)
    assert victim.stop() == 0
    victim.start()
    answer = victim.post(chat("Are you back?", max_tokens=4))
    assert answer.status_code == 200, answer.text
    after = LogCopy(victim)
    assert after.entries[: before.size] == before.entries and after.size > before.size
