"""Later verdicts and sampled verification: the two verifiers say the same of what is honest and of each lie."""

import json

import pytest

import mint
from both import edited, failed
from harness.programs import ROOT
from mint import KEYS, Draft
from registered import check_flips, verdict_trust
from sampled import ALWAYS_DRAWN, HARDLY_DRAWN, Sampled
from second.sampling import selects
from second.values import digest_text, sha256

ON_DEMAND, NONE = {"policy": "on-demand"}, {"policy": "none"}
OTHER = "sha256:" + "0" * 64
DRAWN = ("draw", "reveal")

STATES: dict[str, tuple[Sampled, str]] = {
    "selected, verified": (Sampled(), "pass"),
    "selected, due": (Sampled(present=DRAWN, tail=2), "not_checked"),
    "selected, overdue": (Sampled(present=DRAWN, tail=3), "fail"),
    "verified in time": (Sampled(within=7, tail=9), "pass"),
    "verified late": (Sampled(within=6, tail=9), "fail"),
    "a deadline without end": (Sampled(within=2**64 - 1, present=DRAWN, tail=9), "not_checked"),
    "passed over": (Sampled(policy=HARDLY_DRAWN, present=DRAWN, tail=9), "not_checked"),
    "passed over, verified": (Sampled(policy=HARDLY_DRAWN, tail=9), "pass"),
    "not revealed yet": (Sampled(policy=HARDLY_DRAWN, present=("draw",)), "not_checked"),
    "not revealed in time": (Sampled(policy=HARDLY_DRAWN, present=("draw",), tail=3), "fail"),
    "nothing shown": (Sampled(present=(), tail=9), "not_checked"),
    "sampled, a verdict alone": (Sampled(present=("verdict",)), "not_checked"),
    "verified late, without the draw": (Sampled(within=6, tail=9, present=("verdict",)), "not_checked"),
    "a verdict of fail, without the draw": (
        Sampled(present=("verdict",), edits={
            "verdict": lambda d: d.predicate.update(result="fail", finding="x")}), "fail"),
    "made again, without the draw": (Sampled(present=("verdict",), again=1), "not_checked"),
    "on demand": (Sampled(policy=ON_DEMAND, present=("verdict",)), "pass"),
    "on demand, not asked": (Sampled(policy=ON_DEMAND, present=()), "not_checked"),
    "none": (Sampled(policy=NONE, present=()), "not_checked"),
    "no policy": (Sampled(policy=None, present=("verdict",)), "pass"),
}


@pytest.mark.parametrize("name", STATES)
def test_an_honest_receipt_is_judged_alike(name, both):
    sampled, state = STATES[name]
    report = both(sampled.mint(), mint.trust_policy())
    assert report.states["reexecution"] == state, report.table()
    assert failed(report) == ({"reexecution"} if state == "fail" else set()), report.table()


def lie(kind: str, **changes) -> Sampled:
    return Sampled(edits={kind: lambda draft: draft.predicate.update(changes)})


LIES: dict[str, tuple[Sampled, set[str]]] = {
    "a verdict of fail": (lie("verdict", result="fail", finding="token 1"), {"reexecution"}),
    "a verdict of a part": (lie("verdict", positions=1), {"reexecution"}),
    "another method": (lie("verdict", method="looked/1"), {"reexecution"}),
    "another execution": (lie("verdict", execution=OTHER), {"binding"}),
    "another profile": (lie("verdict", profile="exact/2"), {"binding"}),
    "another receipt id": (lie("verdict", receipt_id="01990000-0000-7102-8304-0506070809ff"), {"binding"}),
    "a verdict about the execution": (Sampled(edits={"verdict": lambda d: setattr(d, "subject", OTHER)}), {"binding"}),
    "a draw under another name": (Sampled(edits={"draw": lambda d: setattr(d, "sub", "draw/1")}), {"binding"}),
    "a draw of another subject": (Sampled(edits={"draw": lambda d: setattr(d, "subject", OTHER)}), {"binding"}),
    "a reveal of another subject": (Sampled(edits={"reveal": lambda d: setattr(d, "subject", OTHER)}), {"binding"}),
    "a reveal of another draw": (lie("reveal", draw=OTHER), {"binding"}),
    "a reveal of another seed": (lie("reveal", seed=mint.b64(bytes(32))), {"binding"}),
    "a reveal without its draw": (Sampled(present=("verdict", "reveal")), {"binding"}),
    "a draw of another policy": (Sampled(policy=ON_DEMAND), {"binding"}),
    "a draw of no policy": (Sampled(policy=None), {"binding"}),
    "a reveal by a stranger": (
        Sampled(edits={"reveal": lambda d: setattr(d, "key", KEYS["stranger"])}), {"signatures", "binding"}),
    "a verdict before its receipt": (Sampled(places={"verdict": 3}), {"inclusion"}),
    "a draw behind the receipt": (Sampled(places={"draw": 5}), {"inclusion"}),
    "an epoch that ended before": (lie("reveal", last="3"), {"inclusion"}),
    "an epoch past its checkpoint": (lie("reveal", last="7"), {"inclusion"}),
    "a reveal before its checkpoint": (Sampled(places={"reveal": 6}), {"inclusion"}),
    "no checkpoint": (lie("reveal", checkpoint="x"), {"inclusion"}),
    "a checkpoint that nobody signed": (lie("reveal", checkpoint=f"{mint.ORIGIN}\n7\n{mint.b64(bytes(32))}\n\n"), {"inclusion"}),
    "a checkpoint of another log": (
        Sampled(edits={"reveal": lambda d: d.predicate.update(
            checkpoint=d.predicate["checkpoint"].replace(mint.ORIGIN, "log.example/x"))}), {"inclusion"}),
    "a checkpoint with a witness": (
        Sampled(edits={"reveal": lambda d: d.predicate.update(
            checkpoint=d.predicate["checkpoint"] + KEYS["witness1"].cosignature_line("x", 5))}), {"inclusion"}),
    "a seed of 31 bytes": (lie("reveal", seed=mint.b64(bytes(31))), {"signatures"}),
    "a draw within nothing": (lie("draw", within="0"), {"signatures"}),
    "a rate of 0": (Sampled(policy={"policy": "sample", "rate_bp": 0}), {"signatures"}),
    "a rate above all": (Sampled(policy={"policy": "sample", "rate_bp": 10_001}), {"signatures"}),
    "a sample without a rate": (Sampled(policy={"policy": "sample"}), {"signatures"}),
    "a rate of none": (Sampled(policy={"policy": "none", "rate_bp": 5}), {"signatures"}),
    "always, in words": (Sampled(policy={"policy": "always"}), {"signatures"}),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_fails_the_check_that_it_concerns(name, both):
    sampled, expected = LIES[name]
    report = both(sampled.mint(), mint.trust_policy())
    assert failed(report) == expected, report.table()


def test_a_verdict_is_not_believed_beside_a_draw_whose_place_is_a_lie(both):
    for sampled in (Sampled(places={"draw": 5}), Sampled(present=("verdict", "reveal"))):
        report = both(sampled.mint(), mint.trust_policy(required=["reexecution"]))
        assert report.states["reexecution"] == "not_checked" and report.required_unmet == ["reexecution"], report.table()


def test_a_later_verdict_has_no_place_beside_a_bound_one(both):
    from recipes import Recipe

    later = json.loads(Sampled(policy=None, present=("verdict",)).mint())
    for recipe in (Recipe(), Recipe(outcome="refused")):
        bundle = edited(recipe.mint(), lambda value: value.update(registered=later["registered"]))
        assert "binding" in failed(both(bundle, mint.trust_policy()))
    stated = Recipe(edits={"receipt": lambda d: d.predicate.update(verification=ON_DEMAND)})
    assert failed(both(stated.mint(), mint.trust_policy())) == {"signatures"}


@pytest.mark.parametrize("change", [
    lambda value: value.update(registered={}), lambda value: value.update(registered=[]),
    lambda value: value["registered"].update(receipt=value["registered"]["verdict"]),
    lambda value: value["registered"].update(draw=value["registered"]["verdict"]),
    lambda value: value["registered"]["draw"].pop("tlog_proof"),
    lambda value: value["registered"]["draw"].update(more=1),
    lambda value: value["registered"]["draw"].update(statement="*")])
def test_what_is_no_form_of_it_is_refused_before_any_check(change, both):
    assert failed(both(edited(Sampled().mint(), change), mint.trust_policy())) == {"signatures"}


def test_keys_are_judged_at_the_statements_own_index(both):
    bundle = Sampled().mint()
    assert failed(both(bundle, verdict_trust(from_index="1", to_index="8"))) == set()
    for changes in ({"from_index": "2"}, {"to_index": "7"}, {"kinds": ["verdict", "draw"]}):
        assert failed(both(bundle, verdict_trust(**changes))) == {"signatures"}
    assert failed(both(bundle, verdict_trust(kinds=["draw", "reveal"]))) == {"signatures", "reexecution"}


def test_flipped_bytes_fail_the_same_checks(both, seeded, is_long):
    bundle = Sampled().mint()
    for kind in json.loads(bundle)["registered"]:
        check_flips(bundle, lambda value: value["registered"][kind], both, seeded, is_long)


def test_the_draw_is_the_one_of_the_page():
    """By hand, from FORMAT section 5; and its shares of a thousand are those of DrawTests."""
    seed, root, rate = sha256(b"seed 0"), sha256(bytes([0])), 500
    entries = [sha256(b"receipt %d" % at) for at in range(1000)]
    assert sum(selects(seed, root, entry, rate) for entry in entries) == 46
    assert all(selects(seed, root, entry, 10_000) for entry in entries)
    assert "colophon/draw/v1" in (ROOT / "Shared/Receipts/FORMAT.md").read_text()
    assert ALWAYS_DRAWN["rate_bp"] == 10_000 and digest_text(seed).startswith("sha256:")
