"""The documents of a request (Shared/Receipts/REQUEST.md) and what they did for the answer (FORMAT section 7)."""

from dataclasses import dataclass
from math import factorial
from typing import Any

from . import drawn, jcs
from .asked import integer as asked_integer
from .asked import is_text
from .bundle import Opening
from .merkle import leaf, node
from .openings import commitment
from .jcs import Number
from .shape import decimal, digest, identifier, integer, list_of, one_of, record, text
from .values import digest_text, is_id, require, sha256, u64

METHOD = "context-shapley/1"
COUNT_MAX = 256
TEXT_BYTES_MAX = 65_536
NAME_BYTES_MAX = 256
VALUE_MIN = -(64 << 16) << 20


def read(value: Any, retrieved: bytes | None, is_whole: bool = True) -> list[dict[str, str]]:
    """Whom each document comes from, and under `record` the digest of its text; those of collections are in `retrieved`.
    Without it nothing is known of how many documents there are, unless no collection is asked for."""
    require(isinstance(value, list) and len(value) <= COUNT_MAX, f"request: documents is no list of at most {COUNT_MAX}")
    wanted = {
        at: _collection(item, f"documents[{at}]") for at, item in enumerate(value)
        if isinstance(item, dict) and item.get("collection") is not None}
    given = {at: _source(item, f"documents[{at}]") for at, item in enumerate(value) if at not in wanted}
    require(len({asset for asset, _ in wanted.values()}) == len(wanted), "request: a collection stands twice")
    require(len(given) + sum(count for _, count in wanted.values()) <= COUNT_MAX, "request: too many documents")
    if retrieved is None:
        require(not (wanted and is_whole), "request: what was retrieved is not here")
        return list(given.values())
    require(wanted, "retrieved: of a request without collections")
    found = _retrieved(retrieved, wanted)
    return [source for at in range(len(value)) for source in (found[at] if at in wanted else [given[at]])]


def has_collections(value: Any) -> bool:
    return any(isinstance(item, dict) and item.get("collection") is not None for item in value)


def _collection(item: Any, path: str) -> tuple[str, int]:
    require(item.keys() <= {"collection", "count"}, f"request: {path} has unknown members")
    require(is_text(item["collection"]) and is_id(item["collection"]), f"request: {path}.collection is no id")
    count = Number(3) if item.get("count") is None else item["count"]
    return item["collection"], asked_integer(count, f"{path}.count", 1, COUNT_MAX)


_RETRIEVED = list_of(
    record(asset=identifier, contributor=identifier, item=integer(), text=text(1, TEXT_BYTES_MAX)), 0, COUNT_MAX)


def _retrieved(data: bytes, wanted: dict[int, tuple[str, int]]) -> dict[int, list[dict[str, str]]]:
    """The sources by item of the request."""
    require(len(data) <= 4 << 20, "retrieved: above 4 MiB")
    value = jcs.parse_canonical(data, "retrieved")
    _RETRIEVED(value, "retrieved")
    items = [int(document["item"]) for document in value]
    require(items == sorted(items) and set(items) == set(wanted), "retrieved: not of the request's items")
    found: dict[int, list[dict[str, str]]] = {at: [] for at in wanted}
    for at, document in zip(items, value):
        require(document["asset"] == wanted[at][0], "retrieved: of another asset")
        found[at].append({
            "contributor": document["contributor"], "asset": document["asset"],
            "record": digest_text(sha256(document["text"].encode()))})
    for at, sources in found.items():
        require(len(sources) <= wanted[at][1], "retrieved: more than asked for")
        require(len({source["record"] for source in sources}) == len(sources), "retrieved: a text twice")
    return found


def _source(document: Any, path: str) -> dict[str, str]:
    require(isinstance(document, dict), f"request: {path} is no object")
    known = {"id", "title", "text", "contributor", "asset"}
    require(document.keys() <= known, f"request: {path} has unknown members")
    words = document.get("text")
    require(is_text(words) and 1 <= len(words.encode()) <= TEXT_BYTES_MAX, f"request: {path} has no text")
    for name in ("id", "title"):
        given = document.get(name)
        fits = given is None or (is_text(given) and 1 <= len(given.encode()) <= NAME_BYTES_MAX)
        require(fits, f"request: {path}.{name} is no text of 1 to {NAME_BYTES_MAX} bytes")
    source = {name: document.get(name) for name in ("contributor", "asset") if document.get(name) is not None}
    require(all(is_text(name) and is_id(name) for name in source.values()), f"request: {path} has what is no id")
    return {"contributor": "unattributed", "record": digest_text(sha256(words.encode()))} | source


def shapley(values: list[int], count: int) -> list[int]:
    """n! times the Shapley value of each of `count` documents; zeros where all of them together did harm."""
    if values[-1] < values[0]:
        return [0] * count
    def weight(document: int) -> int:
        without = [coalition for coalition in range(1 << count) if not coalition >> document & 1]
        return sum(
            factorial(coalition.bit_count()) * factorial(count - 1 - coalition.bit_count())
            * (values[coalition | 1 << document] - values[coalition]) for coalition in without)

    return [weight(document) for document in range(count)]


@dataclass(frozen=True)
class Scores:
    lines: list[dict[str, Any]]
    stated: dict[str, Any]

    @property
    def weights(self) -> list[tuple[str, int]]:
        return [(line["contributor"], int(line["score"])) for line in self.lines]


_OWNERSHIP = record(
    registry=record(size=decimal(), root=digest, records_=digest),
    owners=list_of(record(
        asset_=identifier, class_=digest, committed_=decimal(), contributor=identifier,
        ownership=one_of(["claimed", "registered"]))))


def ownership(data: bytes, sources: list[dict[str, str]]) -> dict[str, Any]:
    """Whom the documents are credited to (FORMAT section 2): only the log shows that nobody was earlier."""
    value = jcs.parse(data, "ownership")
    _OWNERSHIP(value, "ownership")
    require(jcs.canonical(value) == data, "ownership: not canonical")
    require(len(value["owners"]) == len(sources), "ownership: of other documents")
    for owner, source in zip(value["owners"], sources):
        if owner["ownership"] == "claimed":
            asked = {name: text for name, text in source.items() if name != "record"}
            require(owner == asked | {"ownership": "claimed"}, "ownership: claimed otherwise than asked")
            continue
        require({"asset", "class", "committed"} <= owner.keys(), "ownership: registered without asset or class")
        # Of a near copy it is its leader's, which only who has the texts can tell.
        near = "records" in value["registry"]
        require(near or owner["class"] == source["record"], "ownership: of another class than the document's")
        require(int(owner["committed"]) < int(value["registry"]["size"]), "ownership: committed behind the registry")
    return value


def scores(opening: Opening, sources: list[dict[str, str]]) -> Scores:
    """The lines of an opening's values, and what a statement has to say of them."""
    count = len(sources)
    require(1 <= count <= COUNT_MAX, "scores: of no documents, or too many")
    size = _size(opening.data, count)
    require(len(opening.data) >= size, "scores: no value for each set of documents")
    rest = opening.data[size:]
    owned = ownership(rest, sources) if rest else {}
    asked = [{name: text for name, text in source.items() if name != "record"} for source in sources]
    return scored(opening, owned.get("owners", asked), owned.get("registry"))


def scored(opening: Opening, owners: list[dict[str, str]], registry: dict[str, str] | None) -> Scores:
    """The same of owners that are known to be of these documents."""
    count = len(owners)
    sample = drawn.Sample.parse(opening.data, count) if count > drawn.EXACT_MAX else None
    data = opening.data[drawn.FRONT if sample else 0:_size(opening.data, count)]
    values = [int.from_bytes(data[at:at + 8], "big", signed=True) for at in range(0, len(data), 8)]
    require(all(VALUE_MIN <= value <= 0 for value in values), "scores: a value that is no log-probability")
    found = sample.weights(values, count) if sample else shapley(values, count)
    lines = [
        owner | {"document": at, "score": str(score)} for at, (owner, score) in enumerate(zip(owners, found))]
    leaves = [leaf(salt_of(opening.salt, at) + jcs.canonical(line)) for at, line in enumerate(lines)]
    stated = {
        "method": METHOD, "documents": count, "commitment": commitment("scores", opening.salt, opening.data),
        "root": digest_text(root(leaves))}
    approximate = {"approximate": sample.stated} if sample else {}
    return Scores(lines, stated | ({"registry": registry} if registry else {}) | approximate)


def _size(data: bytes, count: int) -> int:
    """Bytes of the values, with what stands in front of them."""
    return 8 << count if count <= drawn.EXACT_MAX else drawn.Sample.parse(data, count).size(count)


def salt_of(salt: bytes, line: int) -> bytes:
    return sha256(b"colophon/commitment/salt/v1\0", salt, u64(line))


def root(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1."""
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root(leaves[:split]), root(leaves[split:]))
