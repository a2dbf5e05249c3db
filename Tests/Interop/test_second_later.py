"""An attribution that came after its receipt: the two verifiers say the same of what is honest and of each lie."""

import json

import pytest

import mint
from both import edited, failed
from later import SHOWN, Later
from mint import KEYS
from recipes import DOCUMENTS, Recipe, claimed, ownership
from registered import check_flips

OTHER = "sha256:" + "0" * 64
OTHER_ID = "01990000-0000-7102-8304-0506070809ff"


def attribution(**changes) -> Later:
    return Later(edits={"attribution": lambda draft: draft.predicate.update(changes)})


def custody(**changes) -> Later:
    return Later(edits={"custody": lambda draft: draft.predicate.update(changes)})


def drafted(kind: str, **changes) -> Later:
    return Later(edits={kind: lambda draft: [setattr(draft, name, value) for name, value in changes.items()]})


def own(size: int) -> Later:
    return Later(ownership=ownership(*map(claimed, SHOWN), size=size))


STATES: dict[str, tuple[Later, str]] = {
    "in the log": (Later(), "pass"), "without scores": (Later(values=[], present=("attribution",)), "pass"),
    "pending": (Later(present=()), "not_checked"), "far behind": (Later(places={"attribution": 40}), "pass"),
    "before its custody": (Later(places={"custody": 9}), "pass"),
    "by the registry that the receipt saw": (own(4), "pass"), "by a later registry": (own(5), "fail"),
    "twelve documents": (Later(shown=[{"text": f"{at}"} for at in range(12)], values=[-2] * 4095 + [-1]), "pass"),
    "other shares": (Later(edits={"attribution": lambda d: d.predicate["shares"].reverse()}), "fail"),
    "another root": (Later(edits={"attribution": lambda d: d.predicate["scores"].update(root=OTHER)}), "fail"),
    "another operator": (attribution(operator="eve"), "fail"),
}


@pytest.mark.parametrize("name", STATES)
def test_it_is_recomputed_as_an_early_one_is(name, both):
    later, state = STATES[name]
    report = both(later.mint(), mint.trust_policy())
    assert report.states["attribution"] == state, report.table()
    assert failed(report) == ({"attribution"} if state == "fail" else set()), report.table()
    required = both(later.mint(), mint.trust_policy(required=["attribution"]))
    assert required.accepted == (state == "pass"), required.table()


LIES: dict[str, tuple[Later, set[str]]] = {
    "the receipt does not wait for it": (Later(pending=False), {"binding"}),
    "custody alone": (Later(present=("custody",)), {"binding"}),
    "another receipt id": (attribution(receipt_id=OTHER_ID), {"binding"}),
    "another manifest": (attribution(manifest=OTHER), {"binding"}),
    "another policy": (attribution(policy=OTHER), {"binding"}),
    "another price": (attribution(price_nano="1"), {"binding", "attribution"}),
    "another sub": (drafted("attribution", sub=OTHER_ID), {"binding"}),
    "about the execution": (drafted("attribution", subject=OTHER), {"binding"}),
    "other scores": (
        Later(edits={"attribution": lambda d: d.predicate["scores"].update(commitment=OTHER)}), {"content", "attribution"}),
    "thirteen documents": (
        Later(edits={"attribution": lambda d: d.predicate["scores"].update(documents=13)}), {"signatures"}),
    "before the receipt": (Later(places={"attribution": 3}), {"inclusion"}),
    "by a stranger": (drafted("attribution", key=KEYS["stranger"]), {"signatures"}),
    "by storage": (drafted("attribution", key=KEYS["storage"]), {"signatures"}),
    "custody of another receipt": (custody(receipt_id=OTHER_ID), {"binding"}),
    "custody about another": (drafted("custody", subject=OTHER), {"binding"}),
    "custody with another sub": (drafted("custody", sub=OTHER_ID), {"binding"}),
    "custody of nothing": (custody(blobs=[]), {"custody"}),
    "custody before the receipt": (Later(places={"custody": 3}), {"inclusion"}),
    "custody by attribution": (drafted("custody", key=KEYS["attribution"]), {"signatures"}),
    "pending in another word": (Later(edits={"receipt": lambda d: d.predicate.update(attribution="later")}), {"signatures"}),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_fails_the_check_that_it_concerns(name, both):
    later, expected = LIES[name]
    report = both(later.mint(), mint.trust_policy())
    assert failed(report) == expected and not report.accepted, report.table()


def test_a_receipt_that_binds_its_attribution_has_no_place_for_another(both):
    registered = json.loads(Later().mint())["registered"]
    bound = Recipe(asked={"documents": SHOWN}, values=[-400_000, -100_000, -300_000, -50_000], rules=DOCUMENTS).mint()
    report = both(edited(bound, lambda value: value.update(registered=registered)), mint.trust_policy())
    assert "binding" in failed(report), report.table()
    says = Recipe(edits={"receipt": lambda draft: draft.predicate.update(attribution="pending")})
    assert failed(both(says.mint(), mint.trust_policy())) == {"signatures"}


@pytest.mark.parametrize("edit", [
    lambda value: value["statements"].pop("policy"), lambda value: value["statements"].pop("execution"),
    lambda value: value["registered"].pop("custody"), lambda value: value["registered"].pop("attribution"),
    lambda value: value["openings"].pop("scores"), lambda value: value["registered"]["attribution"].pop("tlog_proof")])
def test_what_is_left_out_is_seen_alike(edit, both):
    both(edited(Later().mint(), edit), mint.trust_policy())


def test_keys_are_judged_at_the_statements_own_index(both):
    bundle = Later().mint()
    for kind, at in (("attribution", 7), ("custody", 6)):
        for last, expected in ((at, set()), (at - 1, {"signatures"})):
            trust = mint.trust_policy()
            for issuer in trust["issuers"]:
                if kind in issuer["kinds"]:
                    issuer["to_index"] = str(last)
            assert failed(both(bundle, trust)) == expected, (kind, last)


def test_flipped_bytes_fail_the_same_checks(both, seeded, is_long):
    bundle = Later().mint()
    for kind in ("attribution", "custody"):
        check_flips(bundle, lambda value: value["registered"][kind], both, seeded, is_long)
