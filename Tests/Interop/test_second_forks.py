"""A log that shows one tree to the receipt and another to a statement beside it: the two verifiers say the same."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

import mint
from both import edited, failed
from later import Later
from mint import KEYS
from sampled import Sampled, put

ON_DEMAND = {"policy": "on-demand"}
PAIR = ["witness1", "witness2"]
VKEYS = [KEYS[name].vkey(4, name) for name in PAIR]
NAMES = ("receipt", "draw", "reveal", "verdict", "again/1", "again/2")
Find = Callable[[dict[str, Any]], dict[str, str]]


def registered(kind: str) -> Find:
    return lambda value: value["registered"][kind]


def again(number: int) -> Find:
    return lambda value: value["superseding"][number - 1]


def forked(bundle: bytes, find: Find, index: int, size: int) -> bytes:
    """The bundle with this statement proven by a tree of the log's own key, which has nothing else of the honest."""
    entries: list[bytes] = []
    put(entries, index, base64.b64decode(find(json.loads(bundle))["statement"]))
    if size > index + 1:
        put(entries, size - 1, b"another")
    proof = mint.log_parts(entries, index, "")["tlog_proof"]
    return edited(bundle, lambda value: find(value).update(tlog_proof=proof))


SAMPLED, AGAIN, LATER = Sampled().mint(), Sampled(again=2).mint(), Later().mint()
WITHOUT_REVEAL = Sampled(present=("draw", "verdict")).mint()
FORKS: dict[str, tuple[bytes, Find, int, int, set[str]]] = {
    "the verdict's tree is another": (SAMPLED, registered("verdict"), 8, 9, {"inclusion"}),
    "the draw's": (SAMPLED, registered("draw"), 1, 9, {"inclusion"}),
    "the reveal's": (SAMPLED, registered("reveal"), 7, 9, {"inclusion"}),
    "the last verdict's": (AGAIN, again(2), 10, 11, {"inclusion"}),
    "the attribution's": (LATER, registered("attribution"), 7, 8, {"inclusion"}),
    "the custody's": (LATER, registered("custody"), 6, 8, {"inclusion"}),
    "a larger one, which cannot be compared": (SAMPLED, registered("verdict"), 8, 10, set()),
    "a smaller one": (SAMPLED, registered("verdict"), 5, 8, set()),
    "a larger one of the last verdict": (AGAIN, again(2), 10, 12, set()),
    "the one whose root was drawn from": (SAMPLED, registered("draw"), 1, 7, {"inclusion"}),
    "smaller than that": (SAMPLED, registered("draw"), 1, 6, set()),
    "of that size, and nothing was drawn": (WITHOUT_REVEAL, registered("draw"), 1, 7, set()),
    "two at one index": (SAMPLED, registered("verdict"), 7, 8, {"inclusion"}),
    "two that came later at one index": (LATER, registered("attribution"), 6, 7, {"inclusion"}),
}


@pytest.mark.parametrize("name", FORKS)
def test_two_trees_of_one_size_and_two_entries_at_one_index_are_refused(name, both):
    bundle, find, index, size, expected = FORKS[name]
    report = both(forked(bundle, find, index, size), mint.trust_policy())
    assert failed(report) == expected, report.table()


@pytest.mark.parametrize("name", NAMES)
def test_every_tree_needs_the_quorum(name, both):
    for number, quorum, state in (
        (2, 2, "pass"), (1, 2, "not_checked"), (1, 1, "pass"), (0, 1, "not_checked"), (0, 0, "not_checked")):
        bundle = Sampled(again=2, cosigners=dict.fromkeys(NAMES, PAIR) | {name: PAIR[:number]}).mint()
        report = both(bundle, mint.trust_policy(witnesses=VKEYS, quorum=quorum), what=(number, quorum))
        assert report.states["witnesses"] == state and not failed(report), report.table()
        assert report.accepted == (state == "pass" or quorum == 0)
    assert both(AGAIN, mint.trust_policy()).states["witnesses"] == "not_offered"


def test_a_verdict_in_a_fork_that_no_witness_saw_is_not_accepted_beside_a_receipt_that_they_saw(both):
    """By a key of verdicts that was retired at index 5, and the log's own."""
    trust = mint.trust_policy(witnesses=VKEYS, quorum=2, required=["reexecution"])
    for issuer in trust["issuers"]:
        if "verdict" in issuer["kinds"]:
            issuer.update(to_index="5")
    honest = Sampled(policy=ON_DEMAND, present=("verdict",), cosigners={"receipt": PAIR, "verdict": PAIR}).mint()
    assert failed(both(honest, trust)) == {"signatures"}
    report = both(forked(honest, registered("verdict"), 5, 6), trust)
    assert not failed(report) and report.states["reexecution"] == "pass", report.table()
    assert report.required_unmet == ["witnesses"] and not report.accepted
    assert both(honest, mint.trust_policy(witnesses=VKEYS, quorum=2)).accepted
