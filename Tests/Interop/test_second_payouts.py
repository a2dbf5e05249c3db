"""A policy's escrow and minimum payout: accepted by both verifiers, and refused by both where they are none."""

import pytest

import mint
from both import failed
from recipes import POLICY, Recipe
from second import credit
from second.values import Refused

REFUSED = [
    {"escrow_days": 0}, {"escrow_days": -1}, {"escrow_days": 3651}, {"escrow_days": "14"}, {"escrow_days": None},
    {"escrow_days": True}, {"minimum_payout_nano": "0"}, {"minimum_payout_nano": 1}, {"minimum_payout_nano": "01"},
    {"minimum_payout_nano": "-1"}, {"minimum_payout_nano": str(2**62 + 1)}, {"minimum_payout_nano": None},
    {"minimum_payout": "1"}]


@pytest.mark.parametrize("more", [
    {"escrow_days": 1}, {"escrow_days": 3650}, {"minimum_payout_nano": "1"}, {"minimum_payout_nano": str(2**62)},
    {"escrow_days": 14, "minimum_payout_nano": "5000000000"}])
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
