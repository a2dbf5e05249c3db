"""Verdicts that supersede earlier ones: the two verifiers say the same of what is honest and of each lie."""

import json

import pytest

import mint
from both import edited, failed
from mint import KEYS
from recipes import RECEIPT_ID, Recipe
from registered import check_flips, verdict_trust
from sampled import Sampled

OTHER = "sha256:" + "0" * 64


def again(number: int = 1, count: int = 1, **changes) -> Sampled:
    return Sampled(again=count, edits={f"again/{number}": lambda draft: draft.predicate.update(changes)})


def superseded(at: int, count: int = 2, **changes) -> Sampled:
    return Sampled(again=count, edits={
        f"again/{at}": lambda draft: draft.predicate["supersedes"].update(changes)})


STATES: dict[str, tuple[Sampled, str]] = {
    "made again": (Sampled(again=1), "pass"),
    "made again and again": (Sampled(again=16, tail=1), "pass"),
    "fail, then pass": (Sampled(again=1, edits={"verdict": lambda d: d.predicate.update(result="fail", finding="x")}), "pass"),
    "pass, then fail": (again(result="fail", finding="token 1"), "fail"),
    "pass, fail, pass": (again(1, 2, result="fail", finding="token 1"), "pass"),
    "by another method, then": (again(method="looked/1"), "fail"),
    "of a part, then": (again(positions=1), "fail"),
    # What was late stays late: who supersedes a verdict does not move its deadline.
    "late, made again": (Sampled(again=1, within=6, tail=9), "fail"),
}


@pytest.mark.parametrize("name", STATES)
def test_the_last_verdict_holds(name, both):
    sampled, state = STATES[name]
    report = both(sampled.mint(), mint.trust_policy())
    assert report.states["reexecution"] == state, report.table()
    assert failed(report) == ({"reexecution"} if state == "fail" else set()), report.table()


LIES: dict[str, tuple[Sampled, set[str]]] = {
    "another verdict": (superseded(1, 1, verdict=OTHER), {"binding"}),
    "a verdict that is superseded already": (
        Sampled(again=2, edits={"again/2": lambda d: d.predicate["supersedes"].update(verdict=OTHER)}), {"binding"}),
    "another number": (superseded(1, 1, number=2), {"binding"}),
    "a number twice": (superseded(2, 2, number=1), {"binding"}),
    "number 0": (superseded(1, 1, number=0), {"signatures"}),
    "number 17": (superseded(1, 1, number=17), {"signatures"}),
    "no reason": (superseded(1, 1, reason=""), {"signatures"}),
    "a reason without end": (superseded(1, 1, reason="x" * 1025), {"signatures"}),
    "a member more": (superseded(1, 1, more=1), {"signatures"}),
    "nothing superseded": (Sampled(again=1, edits={"again/1": lambda d: d.predicate.pop("supersedes")}), {"binding"}),
    "the sub of the first": (Sampled(again=1, edits={"again/1": lambda d: setattr(d, "sub", RECEIPT_ID)}), {"binding"}),
    "the sub of the second": (
        Sampled(again=1, edits={"again/1": lambda d: setattr(d, "sub", RECEIPT_ID + "/2")}), {"binding"}),
    "another execution": (again(execution=OTHER), {"binding"}),
    "another profile": (again(profile="exact/2"), {"binding"}),
    "another receipt id": (again(receipt_id="01990000-0000-7102-8304-0506070809ff"), {"binding"}),
    "about the execution": (Sampled(again=1, edits={"again/1": lambda d: setattr(d, "subject", OTHER)}), {"binding"}),
    "the first is not here": (Sampled(again=1, present=("draw", "reveal")), {"binding"}),
    "before the first": (Sampled(again=1, places={"again/1": 7, "reveal": 9}), {"inclusion"}),
    "before the receipt": (Sampled(again=1, places={"again/1": 3}), {"inclusion"}),
    "the second before the first": (Sampled(again=2, places={"again/1": 10, "again/2": 9}), {"inclusion"}),
    "by a stranger": (
        Sampled(again=1, edits={"again/1": lambda d: setattr(d, "key", KEYS["stranger"])}), {"signatures", "reexecution"}),
    "by the executor": (
        Sampled(again=1, edits={"again/1": lambda d: setattr(d, "key", KEYS["inference"])}), {"signatures", "reexecution"}),
    "a first one that supersedes": (
        Sampled(edits={"verdict": lambda d: d.predicate.update(
            supersedes={"number": 1, "verdict": OTHER, "reason": "x"})}), {"binding"}),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_fails_the_check_that_it_concerns(name, both):
    sampled, expected = LIES[name]
    report = both(sampled.mint(), mint.trust_policy())
    assert expected <= failed(report) and not report.accepted, report.table()
    if name != "by a stranger" and name != "by the executor" and name != "the first is not here":
        assert failed(report) == expected, report.table()


def test_one_that_is_bound_is_superseded_too(both):
    """The receipt binds the first; the second's digest is named, and its entry stands behind the receipt's."""
    other = json.loads(Sampled(policy=None, present=("verdict",), again=1).mint())
    bundle = edited(Recipe().mint(), lambda value: value.update(superseding=other["superseding"]))
    assert "binding" in failed(both(bundle, mint.trust_policy()))
    bound = Recipe(edits={"verdict": lambda d: d.predicate.update(
        supersedes={"number": 1, "verdict": OTHER, "reason": "x"})})
    assert failed(both(bound.mint(), mint.trust_policy())) == {"binding"}


@pytest.mark.parametrize("change", [
    lambda value: value.update(superseding=[]), lambda value: value.update(superseding={}),
    lambda value: value.update(superseding=value["superseding"] * 17),
    lambda value: value["superseding"].append("x"), lambda value: value["superseding"][0].pop("tlog_proof"),
    lambda value: value["superseding"][0].update(more=1),
    lambda value: value["superseding"].append(value["registered"]["draw"])])
def test_what_is_no_form_of_it_is_refused_before_any_check(change, both):
    assert failed(both(edited(Sampled(again=1).mint(), change), mint.trust_policy())) == {"signatures"}


def test_keys_are_judged_at_the_statements_own_index(both):
    bundle = Sampled(again=2).mint()
    assert failed(both(bundle, verdict_trust(from_index="1", to_index="10"))) == set()
    assert failed(both(bundle, verdict_trust(to_index="9"))) == {"signatures"}


def test_flipped_bytes_fail_the_same_checks(both, seeded, is_long):
    bundle = Sampled(again=2).mint()
    for number in range(2):
        check_flips(bundle, lambda value: value["superseding"][number], both, seeded, is_long)
