"""Lies that are signed by the proper key and stand in the log: the two verifiers catch and name them alike."""

import copy
import json
from collections import Counter
from typing import Any

import pytest

import mint
from both import edited, failed, part, with_bytes
from mint import Draft
from recipes import (
    DOCUMENTS, NEAR, NEAREST, SPANS, Recipe, claimed, earner, found, near, owned, ownership, span)

OTHER_ID = "01990000-0000-7102-8304-0506070809ff"
OTHER_DIGEST = "sha256:" + "0" * 64
VALUES = [
    None, "", "x", 0, -1, 2**53, 2**53 - 1, OTHER_DIGEST, [], {}, True, "01", str(2**64), "-1", "\u00e9", "\x7f", OTHER_ID]
ASKED = {"logit_bias": {"7": 1.5}, "presence_penalty": 0.5, "stop": ["a"], "user": "x"}
KINDS = ["execution", "custody", "attribution", "verdict", "receipt", "model", "policy"]


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """The path of each member and of the first element of each list."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else []
    return [path] * bool(path) + [place for name, item in inner for place in places(item, (*path, name))]


def put(draft: Draft, path: tuple, value: Any, drop: bool = False) -> None:
    draft.predicate = inner = copy.deepcopy(draft.predicate)
    for name in path[:-1]:
        inner = inner[name]
    if drop:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value


def predicate_of(recipe: Recipe, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    recipe.edits = {kind: lambda draft: found.update(draft.predicate)}
    recipe.mint()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_each_member_of_a_predicate_is_looked_at(kind, both, seeded, is_long):
    recipe, trust, seen = Recipe(asked=ASKED), mint.trust_policy(), Counter()
    paths = places(predicate_of(recipe, kind))
    lies = [(path, value, False) for path in paths for value in VALUES] + [(path, None, True) for path in paths]
    lies += [((*path[:-1], "unknown"), 1, False) for path in paths if isinstance(path[-1], str)]
    for path, value, drop in lies if is_long else seeded.sample(lies, 7):
        recipe.edits = {kind: lambda draft: put(draft, path, value, drop)}
        seen[frozenset(failed(both(recipe.mint(), trust, what=(kind, path, value))))] += 1
    assert not is_long or len(seen) > 2, seen


LIES: dict[str, tuple[str, Any, set[str]]] = {
    "another receipt id": ("verdict", lambda d: d.predicate.update(receipt_id=OTHER_ID), {"binding"}),
    "another sub": ("custody", lambda d: setattr(d, "sub", OTHER_ID), {"binding"}),
    "another subject": ("attribution", lambda d: setattr(d, "subject", OTHER_DIGEST), {"binding"}),
    "a policy under another id": ("policy", lambda d: setattr(d, "sub", "other/1"), {"attribution"}),
    "a policy of another subject": ("policy", lambda d: setattr(d, "subject", OTHER_DIGEST), {"binding"}),
    "a manifest under another id": ("model", lambda d: setattr(d, "sub", "other"), {"binding"}),
    "another price": ("receipt", lambda d: d.predicate.update(price_nano="7"), {"binding"}),
    "a verdict of fail": ("verdict", lambda d: d.predicate.update(result="fail", finding="token 3"), {"reexecution"}),
    "a verdict of a part": ("verdict", lambda d: d.predicate.update(positions=1), {"reexecution"}),
    "another method": ("verdict", lambda d: d.predicate.update(method="looked/1"), {"reexecution"}),
    "another operator": ("attribution", lambda d: d.predicate.update(operator="https://x.example"), {"attribution"}),
    "a share too many": ("attribution", lambda d: d.predicate["shares"].append(
        {"contributor": "zz", "amount_nano": "1"}), {"attribution"}),
    "shares in another order": ("attribution", lambda d: d.predicate["shares"].reverse(), {"attribution"}),
    "a wrong count of tokens": ("execution", lambda d: d.predicate["usage"].update(
        completion_tokens=5), {"content", "reexecution"}),
    "another temperature": ("execution", lambda d: d.predicate["parameters"].update(
        temperature={"as": "0.5", "bits": "3f000000"}), {"content"}),
    "bits that the literal is not": ("execution", lambda d: d.predicate["parameters"].update(
        temperature={"as": "0.5", "bits": "3f000001"}), {"signatures"}),
    "another seed than asked": ("execution", lambda d: d.predicate["parameters"].update(
        seed_source="request"), {"content"}),
    "another finish": ("execution", lambda d: d.predicate.update(finish_reason="length"), {"content"}),
    "a profile that is not listed": ("execution", lambda d: d.predicate.update(
        profile="opaque/1"), {"binding", "model"}),
    "a stream instead of a body": ("receipt", lambda d: d.predicate.update(
        delivery={"mode": "stream", "chunks": "1", "chain": OTHER_DIGEST}), {"content"}),
    "an opening that is not kept": ("custody", lambda d: d.predicate["blobs"].pop(), {"custody"}),
    "a blob of another size": ("custody", lambda d: d.predicate["blobs"][0].update(bytes="1"), {"custody"})}


@pytest.mark.parametrize("name", LIES)
def test_a_signed_lie_fails_the_check_that_it_concerns(name, both):
    kind, edit, expected = LIES[name]
    assert failed(both(Recipe(edits={kind: edit}).mint(), mint.trust_policy())) == expected


CONTENT = {
    "content": [b'{"choices":[]}', b'{"choices":[{"finish_reason":"stop","index":0,"text":"Rome","tool_calls":[]}]}'],
    "tokens": [b"", bytes(8), b"\0\0\0\2" + bytes(8) + b"\0\0\0\0", b"\0\0\0\3" + bytes(8), bytes(7)],
    "wire": [b"", b"{}", b"[]", b'{"choices":[{"index":1,"message":{"content":"x"}}]}', b'{"a":1,"a":2}',
             b'{"choices":[{"index":0,"message":{"content":"Paris \\u00e9 0."}}]} '],
    "message/0": [b"", b'{"role":"system","content":"Be brief. "}'],
    "activation": [b"", bytes(32), bytes(96)],
    "request": [b"", b"{}", b'{"model":"tiny","messages":[{"role":"user","content":"x"}]}']}


@pytest.mark.parametrize("name", CONTENT)
def test_content_that_opens_and_is_wrong(name, both):
    """What is opened is what was committed; that it is a lie shows beside the other openings."""
    passes = [
        data for data in CONTENT[name] if not failed(both(Recipe(changed={name: data}).mint(), mint.trust_policy()))]
    assert passes == ([CONTENT["wire"][-1]] if name == "wire" else [])


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


def test_spans_under_a_policy_that_looks_for_none(both):
    assert failed(both(Recipe(spans=found(span(0, 2))).mint(), mint.trust_policy())) == {"attribution"}


WIRES = {
    "two halves": ('{"choices":[{"index":0,"message":{"content":"Paris "}},{"index":0,"message":{"content":"\\u00e9 0."}}]}', False),
    "minus zero": ('{"choices":[{"index":-0,"message":{"content":"Paris \u00e9 0."}}]}', True),
    "fraction": ('{"choices":[{"index":0.0,"message":{"content":"Paris \u00e9 0."}}]}', False),
    "no index": ('{"choices":[{"message":{"content":"Paris \u00e9 0."}}]}', False),
    "another composition": ('{"choices":[{"index":0,"message":{"content":"Paris e\u0301 0."}}]}', False),
    "an empty call": ('{"choices":[{"index":0,"message":{"content":"Paris \u00e9 0.","tool_calls":[{}]}}]}', False),
    "no calls": ('{"choices":[{"index":0,"message":{"content":"Paris \u00e9 0.","tool_calls":5}}]}', True),
    "more members": ('{"choices":[{"index":0,"delta":{"content":"x"},"message":{"content":"Paris \u00e9 0."}}]}', True)}


@pytest.mark.parametrize("name", WIRES)
def test_what_was_sent_is_compared_byte_for_byte(name, both):
    wire, passes = WIRES[name]
    report = both(Recipe(changed={"wire": wire.encode()}).mint(), mint.trust_policy())
    assert (report.states["content"] == "pass") == passes, report.checks["content"]


def test_statements_of_another_request_do_not_fit(both):
    here, there = Recipe().mint(), Recipe(receipt_id=OTHER_ID, asked={"temperature": 0.25}).mint()
    for kind in KINDS:
        swapped = with_bytes(here, "statements", kind, part(there, "statements", kind))
        report = both(swapped, mint.trust_policy(), what=kind)
        # Model and policy are the same statements for both requests.
        assert report.accepted == (kind in ("model", "policy"))
        assert report.accepted or "binding" in failed(report), report.table()
    for name in ("cose_receipt", "tlog_proof"):
        swapped = edited(here, lambda value: value["log"].update({name: json.loads(there)["log"][name]}))
        assert failed(both(swapped, mint.trust_policy(), what=name)) == {"inclusion"}
    for name in ("content", "request", "tokens"):
        swapped = with_bytes(here, "openings", name, part(there, "openings", name))
        assert failed(both(swapped, mint.trust_policy(), what=name)) == {"content", "custody"}


def test_an_older_statement_in_place_of_the_bound_one(both):
    """A later or an earlier verdict is another statement than the receipt binds, however true it is."""
    bundle = Recipe().mint()
    earlier = Recipe(edits={"verdict": lambda d: d.predicate.update(finding="first look")}).mint()
    report = both(with_bytes(bundle, "statements", "verdict", part(earlier, "statements", "verdict")), mint.trust_policy())
    assert failed(report) == {"binding"} and report.states["reexecution"] == "pass"
