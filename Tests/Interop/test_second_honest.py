"""The second verifier and `colophon verify` say the same of honest bundles, whatever came of the request."""

import json

import pytest
import requests

import mint
from both import edited, failed
from harness.programs import ROOT
from harness.suite import chat
from recipes import (
    DOCUMENTS, NEAR, NEAREST, RECEIPT_ID, SPANS, Recipe, claimed, earner, found, near, owned, ownership, span)
from second import cose
from second.bundle import Bundle
from second.openings import commitment, stream_head
from second.trust import CHECKS
from second.values import sha256

VECTOR = ROOT / "Tests/Vectors/receipts"
WITNESSES = ["witness1", "witness2", "witness3"]
ASKED = {
    "temperature": 0.7, "seed": -1, "user": "u", "logit_bias": {"7": 1.5, "4294967295": -100}, "stop": ["a", "b"],
    "logprobs": True, "top_logprobs": 2, "presence_penalty": -0.0, "frequency_penalty": 1.1, "max_completion_tokens": 9}
SHOWN = {"documents": [
    {"text": "Paris \u00e9.", "contributor": "ada", "asset": "book", "id": "1"}, {"title": "Rain", "text": "Wet."}]}
RECIPES = {
    "answered": Recipe(), "streamed": Recipe(stream=True), "parameters": Recipe(asked=ASKED),
    "choices": Recipe(choices=3), "streamed choices": Recipe(choices=8, stream=True),
    "tools": Recipe(calls=True), "streamed tools": Recipe(calls=True, stream=True, choices=2),
    "refused": Recipe(outcome="refused"), "failed": Recipe(outcome="failed"),
    "cancelled": Recipe(outcome="cancelled", stream=True), "cancelled body": Recipe(outcome="cancelled"),
    "cancelled before": Recipe(outcome="cancelled", executed=False),
    "failed while sending": Recipe(outcome="failed", executed=True, stream=True),
    "no verdict": Recipe(statements=("custody", "attribution", "model", "policy")),
    "nothing but the execution": Recipe(statements=()), "no manifest": Recipe(statements=("attribution", "policy")),
    "documents": Recipe(asked=SHOWN, values=[-400_000, -100_000, -300_000, -50_000], rules=DOCUMENTS),
    "documents that did harm": Recipe(asked=SHOWN, values=[-1, -5, 0, -2], rules=DOCUMENTS, stream=True),
    "owned documents": Recipe(
        asked=SHOWN, values=[-400_000, -100_000, -300_000, -50_000], rules=DOCUMENTS,
        ownership=ownership(owned(SHOWN["documents"][0]), claimed(SHOWN["documents"][1]))),
    "near copies": Recipe(
        asked=SHOWN, values=[-400_000, -100_000, -300_000, -50_000], rules=NEAR,
        ownership=ownership(
            owned({"text": "another"}), owned(SHOWN["documents"][1]), records="sha256:" + "5" * 64)),
    "documents of nobody": Recipe(
        asked=SHOWN, values=[-9, -4, -6, -1], rules=DOCUMENTS, ownership=ownership(*map(claimed, SHOWN["documents"]))),
    "documents without scores": Recipe(asked=SHOWN, rules=DOCUMENTS),
    "spans": Recipe(rules=SPANS, spans=found(span(0, 2))),
    "spans of choices": Recipe(
        choices=2, stream=True, rules=SPANS, spans=found(span(0, 2), span(1, 2, choice=1, contributor="bob"))),
    "spans that meet": Recipe(rules=SPANS, spans=found(span(0, 2), span(1, 2, tokens=1, contributor="bob"))),
    "no spans": Recipe(rules=SPANS, spans=found()), "spans that nobody looked for": Recipe(rules=SPANS),
    "spans and documents": Recipe(
        asked=SHOWN, values=[-400_000, -100_000, -300_000, -50_000], spans=found(span(0, 3)),
        rules={"id": "both/1", "roles": [
            SPANS["roles"][0], DOCUMENTS["roles"][0] | {"basis_points": 4000}]}),
    "nearest": Recipe(rules=NEAREST, nearest=near(earner("a", 7 << 50), earner("b", 3, contributor="bob"))),
    "nearest of choices": Recipe(
        choices=2, stream=True, rules=NEAREST,
        nearest=near(earner("a", 2**58), earner("a later one", 1, committed="1"), queries=("01ff", "8000"), registry=found(size=2)["registry"])),
    "nothing asked": Recipe(calls=True, rules=NEAREST, nearest=near(queries=("",))),
    "nothing near": Recipe(rules=NEAREST, nearest=near(classes=0)), "nearest that nobody looked for": Recipe(rules=NEAREST),
    "nearest below zero": Recipe(
        nearest=near(earner("a", 5), earner("b", -9, contributor="bob"), method="tknn-shapley/1"),
        rules={"id": "within/1", "roles": [
            {"role": "records", "basis_points": 10_000, "method": "tknn-shapley/1", "radius": -7, "negatives": "net",
             "shift": 0, "near_bp": 10_000}]}),
    "nearest, spans and documents": Recipe(
        asked=SHOWN, values=[-400_000, -100_000, -300_000, -50_000], spans=found(span(0, 3)),
        nearest=near(earner("a", 5)), rules={"id": "all/1", "roles": [
            SPANS["roles"][0] | {"basis_points": 2000}, DOCUMENTS["roles"][0] | {"basis_points": 4000},
            NEAREST["roles"][0] | {"basis_points": 4000}]}),
    "scores that pay nothing": Recipe(asked=SHOWN, values=[-9, -8, -7, -6]),
    "cosigned": Recipe(cosigners=["witness3", "witness1"])}


def minted_trust(recipe: Recipe):
    vkeys = [mint.KEYS[name].vkey(4, name) for name in WITNESSES] if recipe.cosigners else []
    return mint.trust_policy(witnesses=vkeys, quorum=len(recipe.cosigners))


@pytest.mark.parametrize("name", RECIPES)
def test_minted_bundles_are_accepted_alike(name, both, seeded, is_long):
    """The maker knows FORMAT alone: so it is enough to make what the suite accepts, and to check it."""
    recipe = RECIPES[name]
    bundle, trust = recipe.mint(), minted_trust(recipe)
    report = both(bundle, trust)
    assert report.accepted and report.states["content"] == "pass", report.table()
    openings = json.loads(bundle)["openings"]
    for _ in range(20 if is_long else 1):
        kept = {opening: openings[opening] for opening in seeded.sample(sorted(openings), seeded.randrange(len(openings)))}
        shown = both(edited(bundle, lambda value: value.update(openings=kept)), trust, what=list(kept))
        apart = {"activation", "scores", "spans", "nearest"}
        passes = len(kept.keys() - apart) == len(openings.keys() - apart)
        assert shown.accepted and (shown.states["content"] == "pass") == passes, shown.table()


@pytest.mark.parametrize("quorum", [0, 1, 3])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_quorum_decides_and_bounds_the_time(quorum, count, both):
    bundle = Recipe(cosigners=WITNESSES[:count]).mint()
    vkeys = [mint.KEYS[name].vkey(4, name) for name in WITNESSES]
    report = both(bundle, mint.trust_policy(witnesses=vkeys, quorum=quorum))
    assert report.accepted == (count >= quorum)
    assert not failed(report) and report.required_unmet == ([] if count >= quorum else ["witnesses"])
    assert report.states["witnesses"] == ("pass" if count >= max(1, quorum) else "not_checked")
    bounded = 0 < quorum <= count
    assert report.states["time"] == ("pass" if bounded else "not_offered")
    assert not bounded or f" {mint.IAT + quorum} s" in report.checks["time"][1], "the quorum-th smallest time"


def test_the_vector_and_the_worked_example(both):
    report = both((VECTOR / "bundle.json").read_bytes(), (VECTOR / "trust.json").read_bytes())
    assert report.accepted
    salt = bytes(range(32))
    assert commitment("request", salt, b"abc").endswith("70da8c8"), "FORMAT section 9"
    assert sha256(b"colophon/activation/v1\0", salt).hex().startswith("2ca2601ca1536488")
    assert stream_head(salt, RECEIPT_ID, [b"abc"]).endswith("d563ed1df2")
    execution = Bundle.parse((VECTOR / "bundle.json").read_bytes()).statements["execution"]
    assert execution.digest.endswith("5614aea82") and execution.kid.startswith("sha256:a65607f8aa221a54")
    assert cose.thumbprint(bytes(32)) != cose.thumbprint(bytes(31) + b"\1")


@pytest.fixture(scope="module")
def asked(suite) -> dict[str, str]:
    """Receipts of a running suite by how the request ended."""
    def streamed(body: dict, pieces: int) -> str:
        with requests.post(suite.url + "/v1/chat/completions", json=body, stream=True, timeout=120) as answer:
            for _, _ in zip(range(pieces), answer.iter_content(64)):
                pass
            return answer.headers["X-Receipt-Id"]

    found = {
        "choices": suite.post(chat("Name two birds.", n=2, temperature=1, seed=5, max_tokens=6, user="u")),
        "schema": suite.post(chat("Say yes as JSON.", response_format={"type": "json_object"}, max_tokens=12)),
        "refused": suite.post(chat("end of \u0004 transmission"))}
    ids = {name: answer.headers["X-Receipt-Id"] for name, answer in found.items()}
    ids["streamed"] = streamed(chat("Name a tree.", stream=True, max_tokens=6, logprobs=True), 1 << 20)
    ids["cancelled"] = streamed(chat("Tell a very long story about the sea.", max_tokens=400, stream=True), 1)
    for receipt_id in ids.values():
        suite.wait_for_log(receipt_id)
    return ids


@pytest.mark.parametrize("name", ["choices", "schema", "refused", "streamed", "cancelled"])
def test_bundles_of_a_running_suite(name, suite, asked, both):
    bundle, trust = suite.bundle(asked[name]), suite.trust
    if name == "refused":
        # Nothing was executed, so no model can pass; and what was refused is not kept.
        assert both(bundle, trust).required_unmet == ["model"]
        trust["required"].remove("model")
    report = both(bundle, trust)
    assert report.accepted and (report.states["content"] == "pass") == (name != "refused"), report.table()
    closed = both(edited(bundle, lambda value: value.update(openings={})), trust)
    assert closed.accepted and closed.states["content"] == "not_checked"


@pytest.mark.parametrize("check", CHECKS)
def test_a_required_check_that_does_not_pass_is_refused(check, both):
    """Nothing can be skipped: not offered, not checked and failed are all not enough."""
    recipe = RECIPES["no manifest"]
    report = both(recipe.mint(), minted_trust(recipe) | {"required": [check]})
    assert report.accepted == (report.states[check] == "pass") == (check in ("signatures", "binding", "content", "inclusion"))
    assert report.required_unmet == ([] if report.accepted else [check])


def test_my_own_copy_is_compared(both):
    bundle, trust = Recipe().mint(), mint.trust_policy()
    wire = Bundle.parse(bundle).openings["wire"].data
    received = wire[:-1] + b', "receipt": {"id": "x", "receipt": [1, 2]}\n}'
    text = "Paris \u00e9 0.".encode()
    for copy, passes in (
        (wire, True), (received.replace(b"\n", b""), True), (text, True), (text[:-1], False), (wire[:-1], False),
        (wire + b" ", False), (received.replace(b'"receipt": {', b'"Receipt": {'), False), (b"", False)):
        assert (both(bundle, trust, copy, what=copy).states["content"] == "pass") == passes, copy
    broken = Recipe(outcome="cancelled", stream=True).mint()
    for copy, passes in ((text[:3], True), (text, False), (b"", True), (b"x", False)):
        assert (both(broken, trust, copy, what=copy).states["content"] == "pass") == passes, copy


def test_my_own_request_is_compared(both):
    """The body, or the same JSON in another spelling; never one value that is not the same."""
    bundle, trust = Recipe(asked=ASKED).mint(), mint.trust_policy()
    body = Bundle.parse(bundle).openings["request"].data
    value = json.loads(body)
    turned = {name: value[name] for name in reversed(value)}
    for copy, passes in (
            (body, True), (json.dumps(value, indent=2).encode(), True), (json.dumps(turned).encode(), True),
            (json.dumps(value | {"user": "me"}).encode(), False), (json.dumps(value | {"seed": "-1"}).encode(), False),
            (json.dumps(value | {"seed": -1.0}).encode(), False), (json.dumps(value | {"logprobs": 1}).encode(), False),
            (json.dumps([value]).encode(), False), (json.dumps(value | {"top_p": 1}).encode(), False),
            (json.dumps(value | {"messages": value["messages"][::-1]}).encode(), False),
            (json.dumps(value | {"messages": value["messages"] * 2}).encode(), False),
            (body + b" " * (4 << 20), False), (body[:-1], False), (body + b"x", False), (b"", False)):
        report = both(bundle, trust, request=copy, what=copy[:400])
        assert (report.states["content"] == "pass") == report.accepted == passes, copy[:400]


@pytest.mark.parametrize("closed", ["request", "all"])
def test_who_hands_in_a_request_does_not_want_it_left_out(closed, both):
    bundle, trust = Recipe().mint(), mint.trust_policy()
    body = Bundle.parse(bundle).openings["request"].data
    less = edited(bundle, lambda value: value["openings"].clear() if closed == "all" else value["openings"].pop("request"))
    report = both(less, trust, request=body)
    assert report.states["content"] == "not_checked" and report.required_unmet == ["content"] and not report.accepted
