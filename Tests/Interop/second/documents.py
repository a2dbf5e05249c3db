"""The documents of a request (Shared/Receipts/REQUEST.md) and what they did for the answer (FORMAT section 7)."""

from dataclasses import dataclass
from math import factorial
from typing import Any

from . import jcs
from .asked import is_text
from .bundle import Opening
from .merkle import leaf, node
from .openings import commitment
from .shape import decimal, digest, identifier, list_of, one_of, record
from .values import digest_text, is_id, require, sha256, u64

METHOD = "context-shapley/1"
COUNT_MAX = 12
TEXT_BYTES_MAX = 65_536
NAME_BYTES_MAX = 256
VALUE_MIN = -(64 << 16) << 20


def read(value: Any) -> list[dict[str, str]]:
    """Whom each document comes from, and under `record` the digest of its text."""
    require(isinstance(value, list) and len(value) <= COUNT_MAX, f"request: documents is no list of at most {COUNT_MAX}")
    return [_source(document, f"documents[{at}]") for at, document in enumerate(value)]


def _source(document: Any, path: str) -> dict[str, str]:
    require(isinstance(document, dict), f"request: {path} is no object")
    known = {"id", "title", "text", "contributor", "asset"}
    require(document.keys() <= known, f"request: {path} has unknown members")
    text = document.get("text")
    require(is_text(text) and 1 <= len(text.encode()) <= TEXT_BYTES_MAX, f"request: {path} has no text")
    for name in ("id", "title"):
        given = document.get(name)
        fits = given is None or (is_text(given) and 1 <= len(given.encode()) <= NAME_BYTES_MAX)
        require(fits, f"request: {path}.{name} is no text of 1 to {NAME_BYTES_MAX} bytes")
    source = {name: document.get(name) for name in ("contributor", "asset") if document.get(name) is not None}
    require(all(is_text(name) and is_id(name) for name in source.values()), f"request: {path} has what is no id")
    return {"contributor": "unattributed", "record": digest_text(sha256(text.encode()))} | source


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
    require(1 <= count <= COUNT_MAX and len(opening.data) >= 8 << count, "scores: no value for each set of documents")
    rest = opening.data[8 << count:]
    owned = ownership(rest, sources) if rest else {}
    asked = [{name: text for name, text in source.items() if name != "record"} for source in sources]
    return scored(opening, owned.get("owners", asked), owned.get("registry"))


def scored(opening: Opening, owners: list[dict[str, str]], registry: dict[str, str] | None) -> Scores:
    """The same of owners that are known to be of these documents."""
    data, count = opening.data[:8 << len(owners)], len(owners)
    values = [int.from_bytes(data[at:at + 8], "big", signed=True) for at in range(0, len(data), 8)]
    require(all(VALUE_MIN <= value <= 0 for value in values), "scores: a value that is no log-probability")
    lines = [
        owner | {"document": at, "score": str(score)}
        for at, (owner, score) in enumerate(zip(owners, shapley(values, count)))]
    leaves = [leaf(salt_of(opening.salt, at) + jcs.canonical(line)) for at, line in enumerate(lines)]
    stated = {
        "method": METHOD, "documents": count, "commitment": commitment("scores", opening.salt, opening.data),
        "root": digest_text(root(leaves))}
    return Scores(lines, stated | ({"registry": registry} if registry else {}))


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
