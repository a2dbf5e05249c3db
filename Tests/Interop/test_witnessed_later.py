"""A verdict that came later in a log with witnesses: they follow its tree a moment after it, and then it counts."""

import json
import secrets
import time

import requests

from both import failed
from harness.suite import chat

WAIT_SECONDS = 60


def test_a_later_verdict_counts_once_its_own_tree_is_cosigned(witnessed, both):
    suite = witnessed.suite
    asked = chat(f"Who saw {secrets.token_hex(8)} later?", max_tokens=4)
    answer = suite.post(asked, headers={"X-Receipt-Verification": "on-demand"})
    assert answer.status_code == 200, answer.text
    receipt = answer.json()["receipt"]["id"]
    deadline = time.monotonic() + WAIT_SECONDS
    while requests.post(f"{suite.url}/v1/receipts/{receipt}/verdict", timeout=60).status_code != 200:
        assert time.monotonic() < deadline, suite.logs()
        time.sleep(0.05)
    while True:
        bundle = suite.bundle(receipt)
        report = both(bundle, suite.trust | {"required": ["reexecution"]})
        assert not failed(report), report.table()
        if report.accepted:
            break
        assert set(report.required_unmet) <= {"reexecution", "witnesses"}, report.table()
        assert time.monotonic() < deadline, report.table()
        time.sleep(0.05)
    log = json.loads(bundle)
    for proof in (log["log"]["tlog_proof"], log["registered"]["verdict"]["tlog_proof"]):
        assert proof.count("\u2014 witness.example/") >= suite.trust["quorum"], proof
