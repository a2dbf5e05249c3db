"""A verdict that came later in a log with witnesses: they follow its tree a moment after it, and then it counts."""

import json
import secrets

import requests

from both import failed
from harness.suite import chat
from harness.until import until


def test_a_later_verdict_counts_once_its_own_tree_is_cosigned(witnessed, both):
    suite = witnessed.suite
    asked = chat(f"Who saw {secrets.token_hex(8)} later?", max_tokens=4)
    answer = suite.post(asked, headers={"X-Receipt-Verification": "on-demand"})
    assert answer.status_code == 200, answer.text
    receipt = answer.json()["receipt"]["id"]

    def judged() -> bool:
        return requests.post(f"{suite.url}/v1/receipts/{receipt}/verdict", timeout=60).status_code == 200

    def accepted() -> bytes | None:
        bundle = suite.bundle(receipt)
        report = both(bundle, suite.trust | {"required": ["reexecution"]})
        assert not failed(report) and set(report.required_unmet) <= {"reexecution", "witnesses"}, report.table()
        return bundle if report.accepted else None

    until(judged, suite.logs)
    bundle = until(accepted, suite.logs)
    log = json.loads(bundle)
    for proof in (log["log"]["tlog_proof"], log["registered"]["verdict"]["tlog_proof"]):
        assert proof.count("\u2014 witness.example/") >= suite.trust["quorum"], proof
