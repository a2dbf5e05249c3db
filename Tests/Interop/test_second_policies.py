"""A policy's escrow, minimum payout and first day: accepted by both verifiers, and refused by both where they are none."""

from datetime import date, timedelta

import pytest

import mint
from both import edited, failed, part
from recipes import POLICY, RECEIPT_ID, SPANS, Recipe, found, span
from second import credit
from second.values import Refused, digest_text, sha256

REFUSED = [
    {"escrow_days": 0}, {"escrow_days": -1}, {"escrow_days": 3651}, {"escrow_days": "14"}, {"escrow_days": None},
    {"escrow_days": True}, {"minimum_payout_nano": "0"}, {"minimum_payout_nano": 1}, {"minimum_payout_nano": "01"},
    {"minimum_payout_nano": "-1"}, {"minimum_payout_nano": str(2**62 + 1)}, {"minimum_payout_nano": None},
    {"minimum_payout": "1"},
    {"effective_from": 20000}, {"effective_from": ""}, {"effective_from": "2020-1-01"}, {"effective_from": "2023-02-29"},
    {"effective_from": "2020-01-01 "}, {"effective_from": "20200101"}, {"effective_from": "1969-12-31"},
    {"effective_from": "3000-01-01"}, {"effective_from": None}]
DAY = date(1970, 1, 1) + timedelta(milliseconds=int(RECEIPT_ID.replace("-", "")[:12], 16))


@pytest.mark.parametrize("more", [
    {"escrow_days": 1}, {"escrow_days": 3650}, {"minimum_payout_nano": "1"}, {"minimum_payout_nano": str(2**62)},
    {"escrow_days": 14, "minimum_payout_nano": "5000000000"},
    {"effective_from": "1970-01-01"}, {"effective_from": str(DAY)}])
def test_both_accept_a_policy_with_them(both, more):
    report = both(Recipe(rules=POLICY | more).mint(), mint.trust_policy(), what=more)
    assert report.accepted, report.table()


@pytest.mark.parametrize("more", REFUSED)
def test_both_refuse_another_value(both, more):
    assert failed(both(Recipe(rules=POLICY | more).mint(), mint.trust_policy(), what=more)) == {"attribution"}


@pytest.mark.parametrize("more", REFUSED)
def test_the_second_says_no_by_itself(more):
    credit.check_policy(POLICY, "policy")
    with pytest.raises(Refused):
        credit.check_policy(POLICY | more, "policy")


@pytest.mark.parametrize("day", [str(DAY + timedelta(days=1)), "2999-12-30"])
def test_both_refuse_a_policy_that_is_not_effective_yet(both, day):
    what = {"effective_from": day}
    credit.check_policy(POLICY | what, "policy")
    assert failed(both(Recipe(rules=POLICY | what).mint(), mint.trust_policy(), what=what)) == {"attribution"}


UNSERVED = {"id": "mine/1", "roles": [{"role": "all", "basis_points": 10_000, "method": "feedback/1"}]}
OTHER = "sha256:" + "1" * 64


def closed(bundle: bytes) -> bytes:
    return edited(bundle, lambda value: value["openings"].pop("spans"))


# Each is a bundle of which the shares cannot be computed again.
UNDECIDED = {
    "a method that is not served": lambda: Recipe(rules=UNSERVED).mint(),
    "closed spans": lambda: closed(Recipe(rules=SPANS, spans=found(span(0, 2))).mint()),
    "no manifest": lambda: Recipe(statements=("custody", "attribution", "verdict", "policy")).mint()}


@pytest.mark.parametrize("name", UNDECIDED)
def test_a_policy_that_is_not_listed_fails_whatever_cannot_be_computed(both, name):
    """Whoever signs attributions would take every share by a policy of its own that nobody can compute."""
    bundle = UNDECIDED[name]()
    own = digest_text(sha256(part(bundle, "statements", "policy")))
    for listed, state in (
            ([], "not_checked"), ([own], "not_checked"), ([OTHER], "fail"), ([OTHER, own], "not_checked")):
        report = both(bundle, mint.trust_policy(attribution_policies=listed), what=listed)
        assert report.states["attribution"] == state, report.table()


@pytest.mark.parametrize("name, more, edits", [
    ("another sub", {}, {"policy": lambda draft: setattr(draft, "sub", "another")}),
    ("another operator", {}, {"attribution": lambda draft: draft.predicate.update(operator="https://example.org/other")}),
    ("a later day", {"effective_from": str(DAY + timedelta(days=1))}, {}), ("no days", {"escrow_days": 0}, {})])
def test_what_needs_no_scores_holds_under_a_method_that_is_not_served(both, name, more, edits):
    report = both(Recipe(rules=UNSERVED | more, edits=edits).mint(), mint.trust_policy(), what=name)
    assert failed(report) == {"attribution"}, report.table()
