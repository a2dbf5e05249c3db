"""Scores of documents and whose these are, signed by an attribution service that lies: the two verifiers catch and name it alike."""

import json
from typing import Any

import pytest

import mint
from both import failed, with_bytes
from mint import OTHER_DIGEST
from recipes import DOCUMENTS, NEAR, Recipe, claimed, owned, ownership


SCORED: dict[str, tuple[Any, set[str]]] = {
    "another root": (lambda d: d.predicate["scores"].update(root=OTHER_DIGEST), {"attribution"}),
    "another commitment": (lambda d: d.predicate["scores"].update(commitment=OTHER_DIGEST), {"attribution", "content"}),
    "a document more": (lambda d: d.predicate["scores"].update(documents=3), {"attribution"}),
    "no scores": (lambda d: d.predicate.pop("scores"), {"attribution", "content"}),
    "another method": (lambda d: d.predicate["scores"].update(method="context-shapley/2"), {"signatures"}),
    "too many documents": (lambda d: d.predicate["scores"].update(documents=13), {"signatures"}),
    "a share moved": (lambda d: d.predicate["shares"].reverse(), {"attribution"})}


@pytest.mark.parametrize("name", SCORED)
def test_lies_about_documents(name, both):
    edit, expected = SCORED[name]
    recipe = Recipe(
        asked={"documents": [{"text": "x", "contributor": "ada"}, {"text": "y", "contributor": "bob"}]},
        values=[-9, -4, -6, -1], rules=DOCUMENTS, edits={"attribution": edit})
    assert failed(both(recipe.mint(), mint.trust_policy())) == expected


PAIR = [{"text": "x", "contributor": "ada"}, {"text": "y", "contributor": "bob"}]
OWNED = [owned(PAIR[0]), claimed(PAIR[1])]
OWNERSHIPS: dict[str, dict[str, Any]] = {
    "another class": ownership(owned(PAIR[1]), claimed(PAIR[1])),
    "a claim that nobody made": ownership(OWNED[0], claimed(PAIR[1] | {"contributor": "eve"})),
    "an asset that nobody claimed": ownership(OWNED[0], claimed(PAIR[1] | {"asset": "book"})),
    "committed behind the registry": ownership(owned(PAIR[0], committed="1"), OWNED[1]),
    "a registry after the receipt": ownership(*OWNED, size=mint.INDEX + 1),
    "no class": ownership({k: v for k, v in OWNED[0].items() if k != "class"}, OWNED[1]),
    "a class of a claim": ownership(OWNED[0], OWNED[1] | {"class": OWNED[0]["class"]}),
    "no ground": ownership(OWNED[0], OWNED[1] | {"ownership": "stolen"}),
    "near copies that the policy looks for nowhere": ownership(*OWNED, records=OTHER_DIGEST),
    "no id": ownership(owned(PAIR[0], asset="a b"), OWNED[1])}


@pytest.mark.parametrize("name", OWNERSHIPS)
def test_an_ownership_that_cannot_be_of_these_documents(name, both):
    """Committed to and signed as it stands, by an attribution service that lies."""
    recipe = Recipe(
        asked={"documents": PAIR}, values=[-9, -4, -6, -1], rules=DOCUMENTS, ownership=OWNERSHIPS[name])
    assert failed(both(recipe.mint(), mint.trust_policy())) == {"attribution"}


def test_a_policy_that_looks_for_near_copies_is_followed(both):
    recipe = Recipe(asked={"documents": PAIR}, values=[-9, -4, -6, -1], rules=NEAR, ownership=ownership(*OWNED))
    assert failed(both(recipe.mint(), mint.trust_policy())) == {"attribution"}


@pytest.mark.parametrize("name", ["shingle", "words", "near_bp"])
def test_of_near_copies_a_policy_says_all_or_nothing(name, both):
    rules = json.loads(json.dumps(NEAR))
    del rules["roles"][0][name]
    assert failed(both(Recipe(rules=rules).mint(), mint.trust_policy())) == {"attribution"}


REGISTRIES: dict[str, Any] = {
    "another size": lambda d: d.predicate["scores"]["registry"].update(size="0"),
    "another root": lambda d: d.predicate["scores"]["registry"].update(root=OTHER_DIGEST),
    "none": lambda d: d.predicate["scores"].pop("registry")}


@pytest.mark.parametrize("name", REGISTRIES)
def test_a_registry_is_the_one_that_was_asked(name, both):
    recipe = Recipe(
        asked={"documents": PAIR}, values=[-9, -4, -6, -1], rules=DOCUMENTS, ownership=ownership(*OWNED),
        edits={"attribution": REGISTRIES[name]})
    assert failed(both(recipe.mint(), mint.trust_policy())) == {"attribution"}


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(40), b"\1" + bytes(31)])
def test_scores_that_are_no_values_of_these_documents(data, both):
    recipe = Recipe(
        asked={"documents": [{"text": "x"}, {"text": "y"}]}, values=[-9, -4, -6, -1], rules=DOCUMENTS)
    bundle = with_bytes(recipe.mint(), "openings", "scores", bytes(32) + len(data).to_bytes(8, "big") + data)
    assert failed(both(bundle, mint.trust_policy())) == {"attribution", "content", "custody"}
