"""Scores of more documents than can be enumerated: the two verifiers draw the same, and refuse what was drawn otherwise."""

from collections.abc import Callable
from dataclasses import replace

import pytest

import mint
from both import failed
from drawn_later import THIRTEEN, Drawn, rules
from recipes import DOCUMENTS, Recipe, claimed, ownership
from registered import check_flips
from sampled import ALWAYS_DRAWN
from second import drawn

OTHER = "sha256:" + "0" * 64
ALL = ("draw", "reveal", "custody", "attribution")


def sample(**changes) -> Drawn:
    return Drawn(sample=lambda honest: replace(honest, **changes))


def stated(**changes) -> Drawn:
    return Drawn(edits={"attribution": lambda draft: draft.predicate["scores"]["approximate"].update(changes)})


def without(*kinds: str) -> Drawn:
    return Drawn(present=tuple(kind for kind in ALL if kind not in kinds))


def changed(edit: Callable[[bytes], bytes]) -> Drawn:
    return Drawn(data=edit)


def reveals(**changes) -> Drawn:
    return Drawn(edits={"reveal": lambda draft: draft.predicate.update(changes)})


MANY = [{"text": f"{at}", "contributor": f"c{at % 3}"} for at in range(256)]
HONEST: dict[str, tuple[Drawn, str]] = {
    "thirteen documents": (Drawn(), "pass"), "as many permutations as without a word": (Drawn(rules=rules(None)), "pass"),
    "256 documents": (Drawn(shown=MANY, rules=rules(1)), "pass"),
    "all sets of thirteen and more": (Drawn(rules=rules(600)), "pass"),
    "by the registry": (Drawn(ownership=ownership(*map(claimed, THIRTEEN), size=4)), "pass"),
    "a receipt that is sampled too": (Drawn(verification=ALWAYS_DRAWN), "pass"),
    "one that nobody verifies": (Drawn(verification={"policy": "none"}), "pass"),
    "documents that did harm": (
        changed(lambda data: data[:-8] + (-9_000_000).to_bytes(8, "big", signed=True)), "pass"),
    "without the reveal": (without("reveal"), "not_checked"),
    "without the draw": (without("draw", "reveal"), "not_checked"),
    "pending": (without(*ALL), "not_checked"),
}


@pytest.mark.parametrize("name", HONEST)
def test_both_draw_the_same(name, both):
    made, state = HONEST[name]
    report = both(made.mint(), mint.trust_policy())
    assert report.states["attribution"] == state and not failed(report), report.table()


LIES: dict[str, tuple[Drawn, set[str]]] = {
    "another seed": (sample(seed=bytes(32)), {"attribution"}),
    "another reveal": (sample(reveal=OTHER), {"binding", "attribution"}),
    "fewer permutations than the policy says": (sample(permutations=1), {"attribution"}),
    "more permutations": (sample(permutations=3), {"attribution"}),
    "an answer of more tokens": (sample(tokens=3), {"attribution"}),
    "an answer of no tokens": (sample(tokens=0), {"attribution"}),
    "a value too few": (changed(lambda data: data[:-8]), {"attribution"}),
    "a value too many": (changed(lambda data: data + bytes(8)), {"attribution"}),
    "a value above 0": (changed(lambda data: data[:-8] + (1).to_bytes(8, "big")), {"attribution"}),
    "no sample": (changed(lambda data: data[:71]), {"attribution"}),
    "more than can be valued": (changed(lambda data: data[:64] + (20_165).to_bytes(4, "big") + data[68:]), {"attribution"}),
    "no permutation": (changed(lambda data: data[:64] + bytes(4) + data[68:]), {"attribution"}),
    "too many tokens": (changed(lambda data: data[:68] + (1 << 20 | 1).to_bytes(4, "big") + data[72:]), {"attribution"}),
    "another bound": (stated(error="1"), {"attribution"}),
    "another count": (stated(permutations=3), {"attribution"}),
    "a count that is none": (stated(permutations=0), {"signatures"}),
    "a bound that is no decimal": (stated(error=1), {"signatures"}),
    "a member more": (stated(seed=OTHER), {"signatures"}),
    "not said to be approximate": (
        Drawn(edits={"attribution": lambda draft: draft.predicate["scores"].pop("approximate")}), {"signatures"}),
    "another reveal stated": (stated(reveal=OTHER), {"binding", "attribution"}),
    "a draw behind the receipt": (Drawn(places={"draw": 5}), {"inclusion"}),
    "an epoch that ended before": (reveals(last="3"), {"inclusion"}),
    "a seed that was not logged": (
        Drawn(edits={"draw": lambda draft: draft.predicate.update(seed=OTHER)}), {"binding"}),
    "a reveal without its draw": (without("draw"), {"binding"}),
    "a draw that nobody needs": (without("custody", "attribution"), {"binding"}),
    "a policy of no permutations": (
        replace(sample(permutations=2), rules=rules(0)), {"attribution"}),
    "a policy of too many": (replace(sample(permutations=2), rules=rules(65_537)), {"attribution"}),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_fails_the_check_that_it_concerns(name, both):
    made, expected = LIES[name]
    report = both(made.mint(), mint.trust_policy())
    assert failed(report) == expected and not report.accepted, report.table()


def test_a_receipt_cannot_bind_what_is_drawn_behind_it(both):
    claim = {"documents": 13, "approximate": {"permutations": 2, "error": "1", "reveal": OTHER}}
    early = Recipe(
        asked={"documents": THIRTEEN[:2]}, values=[-4, -3, -2, -1], rules=DOCUMENTS,
        edits={"attribution": lambda draft: draft.predicate["scores"].update(claim)})
    assert "binding" in failed(both(early.mint(), mint.trust_policy()))
    exact = Recipe(
        asked={"documents": THIRTEEN[:2]}, values=[-4, -3, -2, -1], rules=DOCUMENTS,
        edits={"attribution": lambda draft: draft.predicate["scores"].update(approximate=claim["approximate"])})
    assert failed(both(exact.mint(), mint.trust_policy())) == {"signatures"}


def test_flipped_bytes_fail_the_same_checks(both, seeded, is_long):
    for kind in ALL:
        check_flips(Drawn().mint(), lambda value: value["registered"][kind], both, seeded, is_long)


def test_permutations_by_hand():
    made = drawn.Sample(bytes(32), OTHER, 3, 4)
    for order in made.orders(14):
        assert sorted(order) == list(range(14))
    sets = made.sets(14)
    assert sets[0] == 0 and sets[-1] == (1 << 14) - 1 and len(sets) <= 2 + 3 * 13 and sets == sorted(set(sets))
    # In a game without interaction each document's marginal is its own, however it is drawn.
    weights = made.weights([-9_000 + sum(13 - at for at in range(14) if given >> at & 1) for given in sets], 14)
    assert weights == [3 * at for at in range(14)]
    # ceil(sqrt(57 * (4 * 2^22)^2 / 3)): 57 * 2^48 / 3 = 19 * 2^48.
    assert made.stated["error"] == "73130190"
    assert drawn.Sample.parse(made.front + b"more", 14) == made
