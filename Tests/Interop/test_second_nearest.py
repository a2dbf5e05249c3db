"""Records near to answers, signed by an attribution service that lies: the two verifiers catch and name it alike."""

from typing import Any

import pytest

import mint
from both import failed
from mint import OTHER_DIGEST
from recipes import NEAREST, Recipe, earner, found, near


OTHERS: dict[str, dict[str, Any]] = {
    "no vector": near(queries=()), "a vector more": near(queries=("01", "02")), "an empty vector": near(queries=("",)),
    "half a byte": near(queries=("012",)), "capitals": near(queries=("0A",)), "no text": near() | {"queries": [7]},
    "more lines than classes": near(earner("a", 1), classes=0), "too many classes": near(classes=2**18 + 1),
    "committed behind the registry": near(earner("a", 1, committed="1")),
    "a log after the receipt": near(registry=found(size=mint.INDEX + 1)["registry"]),
    "another method": near(method="knn-shapley/2"), "the other method": near(method="tknn-shapley/1"),
    "below zero": near(earner("a", -1)), "nothing": near(earner("a", 0)), "too much": near(earner("a", 2**57 + 1)),
    "no number": near(earner("a", 1) | {"score": "01"}), "a number": near(earner("a", 1) | {"score": 1}),
    "out of order": near() | {"lines": near(earner("a", 1), earner("b", 1))["lines"][::-1]},
    "twice": near(earner("a", 1), earner("a", 2)),
    "twice, committed twice": near(
        earner("a", 1), earner("a", 2, committed="1"), registry=found(size=2)["registry"]),
    "no id": near(earner("a", 1, asset="a b")), "a member more": near(earner("a", 1, line=0)),
    "no class": near() | {"lines": [{k: v for k, v in earner("a", 1).items() if k != "class"}]},
    "no encoder": {k: v for k, v in near().items() if k != "encoder"},
    "no texts": near(registry={k: v for k, v in found()["registry"].items() if k != "records"})}
IMPOSSIBLE = {"no vector", "more lines than classes", "too many classes", "another method", "no texts"}


@pytest.mark.parametrize("name", OTHERS)
def test_nearest_records_that_could_not_be_of_this_answer(name, both):
    recipe = Recipe(rules=NEAREST, nearest=OTHERS[name])
    failures = failed(both(recipe.mint(), mint.trust_policy()))
    # What the statement itself cannot say is refused before the rest.
    assert failures == ({"signatures"} if name in IMPOSSIBLE else {"attribution"})


SAID_NEAR: dict[str, tuple[Any, set[str]]] = {
    "another root": (lambda d: d.predicate["nearest"].update(root=OTHER_DIGEST), {"attribution"}),
    "another commitment": (lambda d: d.predicate["nearest"].update(commitment=OTHER_DIGEST), {"attribution", "content"}),
    "another encoder": (lambda d: d.predicate["nearest"].update(encoder=OTHER_DIGEST), {"attribution"}),
    "a class more": (lambda d: d.predicate["nearest"].update(classes=10), {"attribution"}),
    "a line more": (lambda d: d.predicate["nearest"].update(lines=2), {"attribution"}),
    "a query more": (lambda d: d.predicate["nearest"].update(queries=2), {"attribution"}),
    "no query": (lambda d: d.predicate["nearest"].update(queries=0), {"signatures"}),
    "too many queries": (lambda d: d.predicate["nearest"].update(queries=9), {"signatures"}),
    "more lines than classes": (lambda d: d.predicate["nearest"].update(lines=10), {"signatures"}),
    "the other method": (lambda d: d.predicate["nearest"].update(method="tknn-shapley/1"), {"attribution"}),
    "another method": (lambda d: d.predicate["nearest"].update(method="span/1"), {"signatures"}),
    "another size": (lambda d: d.predicate["nearest"]["registry"].update(size="0"), {"attribution"}),
    "other texts": (lambda d: d.predicate["nearest"]["registry"].update(records=OTHER_DIGEST), {"attribution"}),
    "no texts": (lambda d: d.predicate["nearest"]["registry"].pop("records"), {"signatures"}),
    "none": (lambda d: d.predicate.pop("nearest"), {"attribution", "content"}),
    "a share moved": (lambda d: d.predicate["shares"].reverse(), {"attribution"})}


@pytest.mark.parametrize("name", SAID_NEAR)
def test_lies_about_nearest_records(name, both):
    edit, expected = SAID_NEAR[name]
    recipe = Recipe(rules=NEAREST, nearest=near(earner("a", 1 << 40)), edits={"attribution": edit})
    assert failed(both(recipe.mint(), mint.trust_policy())) == expected


def test_nearest_records_under_a_policy_that_credits_none(both):
    assert failed(both(Recipe(nearest=near(earner("a", 1))).mint(), mint.trust_policy())) == {"attribution"}


def test_a_policy_with_both_methods_of_nearest_records(both):
    within = NEAREST["roles"][0] | {"role": "others", "basis_points": 4000, "method": "tknn-shapley/1", "radius": 1}
    within.pop("neighbours")
    recipe = Recipe(rules={"id": "both/1", "roles": [NEAREST["roles"][0], within]})
    assert failed(both(recipe.mint(), mint.trust_policy())) == {"attribution"}
