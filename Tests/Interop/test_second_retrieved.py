"""Documents of registered collections: the opening `retrieved`, read by both verifiers alike."""

import json
from typing import Any

import pytest

import mint
from both import edited, failed
from recipes import DOCUMENTS, Recipe, owned, ownership
from second import jcs
from second.bundle import Bundle
from second.disclose import disclosed
from second.request import read
from second.values import Refused

INLINE = {"text": "Paris \u00e9.", "contributor": "ada"}
ASKED: dict[str, Any] = {"documents": [INLINE, {"collection": "weather", "count": 2}, {"collection": "maps"}]}
VALUES = [-(1 << at) for at in range(20, 4, -1)]


def found(*items: tuple[int, str, str], contributor: str = "bob") -> bytes:
    return jcs.canonical([
        {"asset": asset, "contributor": contributor, "item": item, "text": text} for item, asset, text in items])


HONEST = found((1, "weather", "Rain."), (1, "weather", "Sun \u2600."), (2, "maps", "North."))


def recipe(**changes: Any) -> Recipe:
    return Recipe(**({"asked": ASKED, "retrieved": HONEST, "values": VALUES, "rules": DOCUMENTS} | changes))


def test_what_was_retrieved_is_read_like_any_document(both):
    for stream in (False, True):
        report = both(recipe(stream=stream).mint(), mint.trust_policy())
        assert report.accepted and report.states["content"] == report.states["attribution"] == "pass", report.table()
    bundle = Bundle.parse(recipe().mint())
    assert bundle.predicate("execution")["parameters"]["documents"] == 4
    sources = read(bundle.openings["request"].data, bundle.openings["retrieved"].data).sources
    assert [source["contributor"] for source in sources] == ["ada", "bob", "bob", "bob"]
    texts = [{"text": text} for text in ("Paris \u00e9.", "Rain.", "Sun \u2600.", "North.")]
    registered = ownership(*map(owned, texts))
    assert both(recipe(ownership=registered).mint(), mint.trust_policy()).accepted
    other = ownership(*map(owned, [*texts[:3], {"text": "South."}]))
    assert failed(both(recipe(ownership=other).mint(), mint.trust_policy())) == {"attribution"}


@pytest.mark.parametrize("names", [{"retrieved"}, {"request"}, {"retrieved", "scores"}, {"retrieved", "request"}], ids=sorted)
def test_what_stays_closed_is_not_checked(names, both):
    closed = edited(recipe().mint(), lambda value: [value["openings"].pop(name) for name in names])
    report = both(closed, mint.trust_policy())
    assert report.accepted and report.states["content"] == report.states["attribution"] == "not_checked", report.table()


def test_messages_are_disclosed_without_it(both):
    shown = disclosed(recipe().mint(), {"message/1"})
    assert list(json.loads(shown)["openings"]) == ["message/1"] and both(shown, mint.trust_policy()).accepted


LISTS: dict[str, bytes] = {
    "no bytes": b"", "no list": b"{}", "none": b"[]", "space": HONEST + b" ", "other order of members": HONEST.replace(
        b'"asset":"maps","contributor":"bob"', b'"contributor":"bob","asset":"maps"'),
    "a member more": HONEST.replace(b'"item":2', b'"item":2,"more":1'), "a member less": HONEST.replace(b'"contributor":"bob",', b""),
    "no integer": HONEST.replace(b'"item":2', b'"item":"2"'), "below zero": HONEST.replace(b'"item":2', b'"item":-1'),
    "another asset": found((1, "weather", "x"), (2, "weather", "y")), "an item less": found((1, "weather", "x")),
    "an item that is none": found((0, "weather", "x"), (1, "weather", "y"), (2, "maps", "z")),
    "an item more": found((1, "weather", "x"), (2, "maps", "y"), (3, "maps", "z")),
    "out of order": found((2, "maps", "x"), (1, "weather", "y")),
    "more than asked": found((1, "weather", "x"), (1, "weather", "y"), (1, "weather", "z"), (2, "maps", "z")),
    "a text twice": found((1, "weather", "x"), (1, "weather", "x"), (2, "maps", "z")),
    "an empty text": found((1, "weather", ""), (2, "maps", "z")), "a long text": found((1, "weather", "x" * 65_537), (2, "maps", "z")),
    "no id": found((1, "weather", "x"), (2, "maps", "z"), contributor="a b")}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_not_of_the_request_fails(name, both):
    """Committed to, kept and opened as it stands, by an executor and an orchestrator that lie together."""
    assert failed(both(recipe(changed={"retrieved": LISTS[name]}).mint(), mint.trust_policy())) == {"content", "attribution"}


def test_a_text_of_the_greatest_length_is_taken(both):
    data = found((1, "weather", "\u00e9" * 32_768), (2, "maps", "z"))
    assert both(recipe(retrieved=data, values=VALUES[:8]).mint(), mint.trust_policy()).accepted


def test_it_is_committed_to_where_collections_are_asked_for_and_nowhere_else(both):
    more = Recipe(changed={"retrieved": HONEST}).mint()
    assert failed(both(more, mint.trust_policy())) == {"content"}
    closed = edited(more, lambda value: value["openings"].pop("retrieved"))
    assert failed(both(closed, mint.trust_policy())) == {"content"}
    less = recipe(edits={"execution": lambda draft: draft.predicate["commitments"].pop("retrieved")}).mint()
    assert failed(both(less, mint.trust_policy())) == {"content", "attribution"}
    gone = edited(less, lambda value: value["openings"].pop("retrieved"))
    assert failed(both(gone, mint.trust_policy())) == {"content", "attribution"}
    counted = recipe(edits={"execution": lambda draft: draft.predicate["parameters"].update(documents=3)}).mint()
    assert failed(both(counted, mint.trust_policy())) == {"content"}


REQUESTS = [
    '[{"collection":"weather","count":2},{"collection":"maps"}]', '[{"collection":"weather","count":6}]',
    '[{"collection":"weather","count":null}]', '[{"collection":"weather","count":0}]', '[{"collection":"weather","count":7}]',
    '[{"collection":"weather","count":1.0}]', '[{"collection":"weather","count":"1"}]', '[{"collection":"a b"}]',
    '[{"collection":7}]', '[{"collection":""}]', '[{"collection":"weather","text":null}]',
    '[{"collection":"weather"},{"collection":"weather"}]', '[{"collection":"weather","count":6},{"text":"x"}]',
    '[{"collection":"weather","count":3},{"text":"x"},{"text":"y"},{"text":"z"}]']


@pytest.mark.parametrize("documents", REQUESTS)
def test_both_read_the_same_collections_from_a_request(documents, both):
    body = f'{{"model":"tiny","messages":[{{"role":"user","content":"x"}}],"documents":{documents}}}'.encode()
    data = found((0, "weather", "Rain."), *([(1, "maps", "North.")] if "maps" in documents else []))
    try:
        readable, like = bool(read(body, data)), body
    except Refused:
        readable, like = False, b'{"model":"tiny","messages":[{"role":"user","content":"x"}],"documents":[{"collection":"weather"}]}'
    asked = Recipe(retrieved=data if readable else found((0, "weather", "Rain.")), changed={"request": body}, read_as=like)
    assert failed(both(asked.mint(), mint.trust_policy(), what=documents)) == (set() if readable else {"content"})
