"""A running suite that has no time for documents: the receipt says that its attribution is pending, and the log has it soon."""

import base64
import json
import os
import signal
import time
from collections import Counter
from hashlib import sha256

import pytest

from drawn_later import rules
from harness import programs
from harness.ledger import credit
from harness.log import LogCopy
from harness.suite import chat
from harness.until import until

SHOWN = [
    {"title": "Rivers", "text": "The capital of Freedonia is Zubrowka.", "contributor": "ada", "asset": "atlas"},
    {"text": "Bread is baked in an oven.", "contributor": "bob"}]
UNVERIFIED = {"X-Receipt-Verification": "none"}
CHECKS = ["signatures", "binding", "content", "inclusion", "model", "attribution", "custody"]


@pytest.fixture(scope="module")
def hurried(make_suite, tmp_path_factory):
    policy = tmp_path_factory.mktemp("policy") / "policy.json"
    # Of more than 12 documents one permutation is drawn: each set is a pass of the model.
    policy.write_text(json.dumps(rules(1)))
    running = make_suite(
        "hurried", COLOPHON_ATTRIBUTION_POLICY=str(policy), COLOPHON_ATTRIBUTION_LOG_INTERVAL="100ms",
        COLOPHON_ORCHESTRATOR_CREDIT_BUDGET="1ms", COLOPHON_VERIFICATION_DRAW_INTERVAL="100ms").start()
    yield running
    assert running.stop() == 0


def settled(suite, receipt_id: str, timeout: float = 120) -> dict:
    """What `/v1/attribution` shows once the later one is in the log and in the ledger."""
    deadline = time.monotonic() + timeout
    while True:
        answer = suite.get(f"/v1/attribution/{receipt_id}")
        if answer.status_code == 200 and answer.json()["settled"]:
            return answer.json()
        assert answer.status_code == 200 or answer.json()["error"]["code"] == "attribution_pending", answer.text
        assert time.monotonic() < deadline, suite.logs()
        time.sleep(0.1)


def test_it_comes_though_the_orchestrator_is_killed_in_between(hurried, both, tmp_path):
    verification = hurried.pid("verification")
    # Nothing is valued before the kill.
    os.kill(verification, signal.SIGSTOP)
    try:
        body = chat("What is the capital of Freedonia?", documents=SHOWN, max_tokens=8)
        answer = hurried.post(body, headers=UNVERIFIED)
        assert answer.status_code == 200, answer.text
        receipt = answer.json()["receipt"]
        assert receipt["attribution"] == receipt["credit"]["attribution"] == "pending"
        assert receipt["credit"]["method"] is None and receipt["credit"]["shares"] == []
        early = hurried.get(f"/v1/attribution/{receipt['id']}")
        assert early.status_code == 409 and early.json()["error"]["code"] == "attribution_pending", early.text
        assert hurried.get(f"/v1/receipts/{receipt['id']}").json()["attribution"] == "pending"
        killed = hurried.pid("orchestrator")
        os.kill(killed, signal.SIGKILL)
    finally:
        os.kill(verification, signal.SIGCONT)
    until(lambda: hurried.pid("orchestrator") not in (None, killed), hurried.logs)
    hurried.wait_until_ready(60)

    shown = settled(hurried, receipt["id"])
    raw = hurried.bundle(receipt["id"])
    report = both(raw, hurried.trust | {"required": CHECKS}, answer.content)
    assert report.accepted, report.table()
    registered = json.loads(raw)["registered"]
    entries = Counter(LogCopy(hurried).entries)
    for kind in ("attribution", "custody"):
        assert entries[sha256(base64.b64decode(registered[kind]["statement"])).digest()] == 1, kind
    assert shown["statement"] == registered["attribution"]["statement"]
    assert int(shown["attribution_index"]) > int(shown["log_index"]) == int(shown["scores"]["registry"]["size"])
    paid = {share["contributor"]: int(share["amount_nano"]) for share in shown["shares"]}
    assert paid["ada"] > paid.get("bob", 0) and sum(paid.values()) == int(shown["price_nano"])
    statement = hurried.get("/v1/contributors/ada/statement").json()
    [line] = [line for line in statement["lines"] if line["receipt_id"] == receipt["id"]]
    assert int(line["amount_nano"]) == paid["ada"] and len(line["documents"]) == 1
    assert statement["settled_nano"] == line["amount_nano"] and statement["pending_nano"] == "0"
    assert hurried.get(f"/v1/receipts/{receipt['id']}").json()["shares"] == shown["shares"]

    (tmp_path / "bundle").write_bytes(raw)
    said = programs.must(programs.colophon("credit", "verify", str(tmp_path / "bundle"), "--model", programs.model()))
    assert said.count("equal") == 3 and "4 sets of documents" in said, said
    assert credit(hurried, "audit").returncode == 0


def test_seven_documents_are_valued_exactly_and_later(hurried, both, is_long):
    """More than 256 are refused with the limit; 128 sets take a while."""
    many = [{"text": f"{at}.", "contributor": f"c{at}"} for at in range(257)]
    refused = hurried.post(chat("x", documents=many))
    assert refused.status_code == 400 and "the limit of 256" in refused.json()["error"]["message"], refused.text
    if not is_long:
        return
    answer = hurried.post(chat("Which number?", documents=many[:7], max_tokens=2), headers=UNVERIFIED)
    receipt = answer.json()["receipt"]
    assert receipt["attribution"] == "pending"
    assert settled(hurried, receipt["id"], 600)["scores"]["documents"] == 7
    assert both(hurried.bundle(receipt["id"]), hurried.trust | {"required": CHECKS}, answer.content).accepted


def drawing(suite) -> None:
    """Waits for the first draw: a receipt before it is of no epoch."""
    deadline = time.monotonic() + 60
    while True:
        receipt = suite.post(chat("x", max_tokens=1), headers={"X-Receipt-Verification": "sample 1bp"}).json()["receipt"]["id"]
        if "draw" in json.loads(suite.bundle(receipt)).get("registered", {}):
            return
        assert time.monotonic() < deadline, suite.logs()


def test_thirteen_documents_are_drawn_by_the_seed_of_their_epoch(hurried, both, tmp_path):
    drawing(hurried)
    shown = [{"text": f"{at}.", "contributor": f"c{at % 3}"} for at in range(13)]
    answer = hurried.post(chat("Which?", documents=shown, max_tokens=1), headers=UNVERIFIED)
    assert answer.status_code == 200, answer.text
    receipt = answer.json()["receipt"]
    assert receipt["credit"]["attribution"] == "pending" and receipt["credit"]["approximate"] is True
    stated = settled(hurried, receipt["id"])
    approximate = stated["scores"]["approximate"]
    assert stated["approximate"] and stated["scores"]["documents"] == 13 and approximate["permutations"] == 1
    assert approximate["error"] == "31666301", "ceil(sqrt(57) * 2^22) of one token"
    raw = hurried.bundle(receipt["id"])
    registered = json.loads(raw)["registered"]
    assert set(registered) == {"draw", "reveal", "attribution", "custody"}
    reveal = sha256(base64.b64decode(registered["reveal"]["statement"])).hexdigest()
    assert approximate["reveal"] == f"sha256:{reveal}"
    assert both(raw, hurried.trust | {"required": CHECKS}, answer.content).accepted
    (tmp_path / "bundle").write_bytes(raw)
    said = programs.must(programs.colophon("credit", "verify", str(tmp_path / "bundle"), "--model", programs.model()))
    assert said.count("equal") == 3 and "14 sets of documents" in said and "approximate" in said, said
