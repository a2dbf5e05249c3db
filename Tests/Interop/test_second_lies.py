"""Lies that are signed by the proper key and stand in the log: the two verifiers catch and name them alike."""

import copy
import json
from collections import Counter
from typing import Any

import pytest

import mint
from both import edited, failed, part, with_bytes
from mint import OTHER_DIGEST, Draft
from recipes import Recipe

OTHER_ID = "01990000-0000-7102-8304-0506070809ff"
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
    "bits with a sign": ("execution", lambda d: d.predicate["parameters"].update(
        min_p={"as": "0", "bits": "+0000000"}), {"signatures"}),
    "bits with another sign": ("execution", lambda d: d.predicate["parameters"].update(
        min_p={"as": "0", "bits": "-0000000"}), {"signatures"}),
    "bits in capitals": ("execution", lambda d: d.predicate["parameters"].update(
        min_p={"as": "1.4e-44", "bits": "0000000A"}), {"signatures"}),
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
