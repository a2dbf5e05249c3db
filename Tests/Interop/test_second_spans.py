"""Spans of answers, signed by an attribution service that lies: the two verifiers catch and name it alike."""

from typing import Any

import pytest

import mint
from both import failed
from mint import OTHER_DIGEST
from recipes import SPANS, Recipe, found, span


UNSOUND: dict[str, dict[str, Any]] = {
    "behind the words": found(span(1, 3)), "of another choice": found(span(0, 2, choice=1)),
    "shorter than wanted": found(span(0, 1)), "paid for more": found(span(0, 2, tokens=3)),
    "paid for less": found(span(0, 3, tokens=2)), "paid for nothing": found(span(0, 2, tokens=0)),
    "paid twice": found(span(0, 2), span(1, 2)), "inside another": found(span(0, 3), span(1, 2, tokens=1)),
    "out of order": found(span(1, 2), span(0, 2, tokens=1)), "twice": found(span(0, 2), span(0, 2, tokens=1)),
    "committed behind the registry": found(span(0, 2, committed="1")),
    "a log after the receipt": found(span(0, 2), size=mint.INDEX + 1), "no id": found(span(0, 2, asset="a b")),
    "no class": found({k: v for k, v in span(0, 2).items() if k != "class"}), "a member more": found(span(0, 2, x=1)),
    "no registry": {"spans": [span(0, 2)]}, "no list": {"registry": found()["registry"], "spans": {}},
    "a number as text": found(span(0, 2) | {"start": "0"})}


@pytest.mark.parametrize("name", UNSOUND)
def test_spans_that_could_not_be_of_this_answer(name, both):
    """Committed to and signed as they stand, by an attribution service that lies."""
    recipe = Recipe(rules=SPANS, spans=UNSOUND[name])
    assert failed(both(recipe.mint(), mint.trust_policy())) == {"attribution"}


SAID: dict[str, tuple[Any, set[str]]] = {
    "another root": (lambda d: d.predicate["spans"].update(root=OTHER_DIGEST), {"attribution"}),
    "another commitment": (lambda d: d.predicate["spans"].update(commitment=OTHER_DIGEST), {"attribution", "content"}),
    "a word more": (lambda d: d.predicate["spans"].update(tokens=4), {"attribution"}),
    "a span more": (lambda d: d.predicate["spans"].update(spans=2), {"attribution"}),
    "more spans than words": (lambda d: d.predicate["spans"].update(spans=4), {"signatures"}),
    "too many words": (lambda d: d.predicate["spans"].update(tokens=2**20 + 1), {"signatures"}),
    "another method": (lambda d: d.predicate["spans"].update(method="span/2"), {"signatures"}),
    "another size": (lambda d: d.predicate["spans"]["registry"].update(size="0"), {"attribution"}),
    "other texts": (lambda d: d.predicate["spans"]["registry"].update(records=OTHER_DIGEST), {"attribution"}),
    "no texts": (lambda d: d.predicate["spans"]["registry"].pop("records"), {"signatures"}),
    "none": (lambda d: d.predicate.pop("spans"), {"attribution", "content"}),
    "a share moved": (lambda d: d.predicate["shares"].reverse(), {"attribution"})}


@pytest.mark.parametrize("name", SAID)
def test_lies_about_spans(name, both):
    edit, expected = SAID[name]
    recipe = Recipe(rules=SPANS, spans=found(span(0, 2)), edits={"attribution": edit})
    assert failed(both(recipe.mint(), mint.trust_policy())) == expected


def test_spans_under_a_policy_that_looks_for_none(both):
    assert failed(both(Recipe(spans=found(span(0, 2))).mint(), mint.trust_policy())) == {"attribution"}
