"""Verdicts that come later: asked for, drawn, and through `kill -9` of verification with a filled queue."""

import json
import os
import signal
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from harness import programs
from harness.database import Postgres
from harness.log import LogCopy
from harness.suite import Suite, chat
from test_kills import logged_statements

JOBS = 10
WAIT_SECONDS = 90
VARIABLES = {
    "COLOPHON_VERIFICATION_VERDICT_LEASE": "2s", "COLOPHON_VERIFICATION_DRAW_INTERVAL": "1s",
    "COLOPHON_ORCHESTRATOR_VERIFICATION": "on-demand"}


@pytest.fixture(scope="module")
def later(make_suite):
    suite = make_suite("later", **VARIABLES).start()
    yield suite
    assert suite.stop() == 0


def ask(suite: Suite, question: str, policy: str | None = None) -> str:
    headers = {"X-Receipt-Verification": policy} if policy else {}
    answer = suite.post(chat(question, max_tokens=8), headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["receipt"]["id"]


def request_verdict(suite: Suite, receipt_id: str) -> requests.Response:
    return requests.post(f"{suite.url}/v1/receipts/{receipt_id}/verdict", timeout=60)


def until(suite: Suite, what: str, holds):
    """The first true value of `holds`; refused connections and errors of a service that is being started again pass."""
    deadline, last = time.monotonic() + WAIT_SECONDS, None
    while time.monotonic() < deadline:
        try:
            if found := holds():
                return found
        except requests.RequestException as error:
            last = error
        time.sleep(0.1)
    raise TimeoutError(f"no {what} after {WAIT_SECONDS} s: {last}; {suite.logs()}")


def wait_for_verdict(suite: Suite, receipt_id: str) -> dict:
    def verdict() -> dict | None:
        answer = request_verdict(suite, receipt_id)
        assert answer.status_code in (200, 202, 503), answer.text
        return answer.json() if answer.status_code == 200 else None

    return until(suite, f"verdict on {receipt_id}", verdict)


def check(suite: Suite, folder: Path, receipt_id: str, *more: str) -> dict:
    file = folder / f"{receipt_id}.json"
    file.write_bytes(suite.bundle(receipt_id))
    result = programs.colophon("verify", str(file), "--trust", str(suite.data / "trust.json"), "--json", *more)
    return json.loads(result.stdout)


def state_of(report: dict, name: str) -> str:
    return next(line["state"] for line in report["checks"] if line["name"] == name)


def test_a_verdict_that_is_asked_for_comes_into_the_bundle(later, tmp_path):
    receipt_id = ask(later, "What is a quire?")
    before = check(later, tmp_path, receipt_id)
    assert before["accepted"] and state_of(before, "reexecution") == "not_checked", before
    assert request_verdict(later, receipt_id).status_code in (200, 202)
    assert wait_for_verdict(later, receipt_id)["result"] == "pass"
    after = check(later, tmp_path, receipt_id, "--require", "reexecution")
    assert after["accepted"] and state_of(after, "reexecution") == "pass", after
    assert request_verdict(later, ask(later, "What is a gathering?", "none")).status_code == 409


def registered(suite: Suite, receipt_id: str) -> set[str]:
    return set(json.loads(suite.bundle(receipt_id)).get("registered", {}))


def test_what_the_draw_selects_is_verified(later, tmp_path):
    def drawn() -> str | None:
        # A receipt before verification's first draw is of no epoch.
        receipt_id = ask(later, "What is a folio?", "sample 10000bp")
        return receipt_id if "draw" in registered(later, receipt_id) else None

    receipt_id = until(later, "draw", drawn)
    until(later, "drawn verdict", lambda: registered(later, receipt_id) == {"draw", "reveal", "verdict"})
    report = check(later, tmp_path, receipt_id, "--require", "reexecution")
    assert report["accepted"], report


def test_a_verdict_is_made_again_and_supersedes_the_first(later, tmp_path):
    for policy in ("on-demand", "always"):
        receipt_id = ask(later, f"What is a recto, {policy}?", policy)
        server = ("--url", later.url)
        refused = programs.colophon("receipt", "verdict", receipt_id, "--again", "too early", *server)
        assert policy == "always" or (refused.returncode == 1 and b"no verdict" in refused.stderr), refused
        wait_for_verdict(later, receipt_id)
        first = request_verdict(later, receipt_id).json()["verdict"]
        made = json.loads(programs.must(programs.colophon("receipt", "verdict", receipt_id, "--again", "a fault was mended", *server)))
        assert made["state"] == "registered" and made["result"] == "pass" and made["verdict"] != first
        bundle = json.loads(later.bundle(receipt_id))
        assert len(bundle["superseding"]) == (2 if refused.returncode == 0 else 1)
        report = check(later, tmp_path, receipt_id, "--require", "reexecution")
        line = next(line for line in report["checks"] if line["name"] == "reexecution")
        assert report["accepted"] and "supersedes an earlier verdict: a fault was mended" in line["detail"], report
        shown = programs.must(programs.colophon("receipt", "show", receipt_id, *server))
        assert "a fault was mended" in shown
        # Only the one in force can be superseded; and asking again for what was superseded changes nothing.
        for digest, status in ((first, 200), ("sha256:" + "0" * 64, 409)):
            body = {"supersedes": digest, "reason": "again"}
            answer = requests.post(f"{later.url}/v1/receipts/{receipt_id}/verdict", json=body, timeout=60)
            assert answer.status_code == status, answer.text
        assert len(json.loads(later.bundle(receipt_id))["superseding"]) == len(bundle["superseding"])


def test_a_log_in_which_all_that_was_drawn_is_verified_has_nothing_overdue(later):
    ask(later, "What is a quarto?", "sample 10000bp")
    told = json.loads(programs.must(programs.colophon("log", "overdue", "--data", str(later.data), "--json")))
    assert told["overdue"] == [] and told["unread"] == [] and int(told["size"]) > 5, told
    assert sum(told[name] for name in ("verified", "due", "passed_over", "not_drawn")) >= 1, told
    table = programs.must(programs.colophon("log", "overdue", "--data", str(later.data)))
    assert "0 overdue" in table


def one_round(suite: Suite, stubs, rng) -> None:
    with ThreadPoolExecutor(JOBS) as pool:
        ids = list(pool.map(lambda number: ask(suite, f"{number}: name a colour."), range(JOBS)))
        # Asked for twice at once: one job each.
        answers = list(pool.map(lambda receipt_id: request_verdict(suite, receipt_id), ids * 2))
    assert all(answer.status_code in (200, 202) for answer in answers), [answer.text for answer in answers]
    time.sleep(rng.random() * 0.5)
    victim = suite.pid("verification")
    os.kill(victim, signal.SIGKILL)
    until(suite, "other verification", lambda: suite.pid("verification") not in (None, victim))
    suite.wait_until_ready(WAIT_SECONDS)
    for receipt_id in ids:
        assert wait_for_verdict(suite, receipt_id)["result"] == "pass"
    verdicts = Counter(
        subject for kind, subject in logged_statements(suite, stubs, LogCopy(suite).entries) if kind == "verdict")
    assert all(verdicts[receipt_id] == 1 for receipt_id in ids), verdicts
    assert max(verdicts.values()) == 1, verdicts


def test_each_job_has_one_verdict_after_a_kill_with_a_filled_queue(later, stubs, seeded, is_long):
    for _ in range(8 if is_long else 1):
        one_round(later, stubs, seeded)


def test_the_queue_in_postgresql_outlives_kills_too(make_suite, stubs, seeded, is_long):
    """Its rows are the same code as SQLite's, and tested on both in StoresTests; here with a real death, where time allows."""
    if not is_long:
        return
    with Postgres(Path(tempfile.mkdtemp(prefix="colophon-pg-"))) as server:
        suite = make_suite("later-pg", COLOPHON_VERIFICATION_DATABASE=server.conninfo, **VARIABLES).start()
        assert not (suite.data / "verification/verdicts.sqlite").exists()
        for _ in range(4):
            one_round(suite, stubs, seeded)
        assert suite.stop() == 0
