"""A log whose verdicts come too late: `colophon log overdue` names each receipt, and its bundle does not pass."""

import json

import pytest

from harness import programs
from harness.suite import Suite
from test_verdicts import ask, check, registered, state_of, until

RECEIPTS = 3


@pytest.fixture(scope="module")
def late(make_suite):
    """Verdicts are due two entries behind their draw, where the receipt, the next draw and the reveal stand already."""
    suite = make_suite(
        "late", COLOPHON_VERIFICATION_DRAW_INTERVAL="1s", COLOPHON_VERIFICATION_DRAW_ENTRIES="1",
        COLOPHON_VERIFICATION_DRAW_WITHIN="2").start()
    yield suite
    assert suite.stop() == 0


def overdue(suite: Suite) -> tuple[int, dict]:
    result = programs.colophon("log", "overdue", "--data", str(suite.data), "--json")
    return result.returncode, json.loads(result.stdout)


def test_receipts_whose_verdicts_are_late_are_named_and_fail(late, tmp_path):
    def drawn() -> str | None:
        # A receipt before verification's first draw is of no epoch.
        receipt_id = ask(late, "What is a verso?", "sample 10000bp")
        return receipt_id if "draw" in registered(late, receipt_id) else None

    receipts = [until(late, "draw", drawn) for _ in range(RECEIPTS)]
    for receipt_id in receipts:
        until(late, "late verdict", lambda: "verdict" in registered(late, receipt_id))
    status, told = overdue(late)
    assert status == 1 and told["unread"] == [] and told["verified"] == 0, told
    named = {line["receipt_id"]: line for line in told["overdue"]}
    assert set(receipts) <= set(named), (receipts, told)
    for receipt_id in receipts:
        line = named[receipt_id]
        assert line["revealed"] and int(line["draw"]) < int(line["index"]), line
        assert int(line["deadline"]) == int(line["draw"]) + 2 < int(line["late_verdict"]), line
        report = check(late, tmp_path, receipt_id)
        assert not report["accepted"] and state_of(report, "reexecution") == "fail", report
    words = programs.colophon("log", "overdue", "--data", str(late.data))
    assert words.returncode == 1 and f"overdue  {receipts[0]}".encode() in words.stdout, words
    assert b"a verdict came late, in entry" in words.stdout and b"receipts are overdue" in words.stderr, words


def test_receipts_that_ask_for_no_sampling_are_never_overdue(late):
    before = len(overdue(late)[1]["overdue"])
    ask(late, "What is a colophon?", "none")
    assert len(overdue(late)[1]["overdue"]) == before
