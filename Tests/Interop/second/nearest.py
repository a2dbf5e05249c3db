"""The registered records near to an answer (FORMAT section 2), and what each class of them earns."""

import re
from dataclasses import dataclass
from typing import Any

from . import answer, jcs
from .bundle import Opening
from .documents import root, salt_of
from .merkle import leaf
from .openings import commitment
from .shape import decimal, digest, identifier, integer, list_of, one_of, record, that
from .spans import REGISTRY
from .values import digest_text, require

METHODS = ("knn-shapley/1", "tknn-shapley/1")
COUNT_MAX = 16_384
CLASSES_MAX = 1 << 18
QUERIES_MAX = 8
BYTES_MAX = 65_536
WIDTH_MAX = 16_384
SCORE_BITS = 57
_SCORE = that(
    lambda value: isinstance(value, str) and len(value) <= 20 and re.fullmatch("-?[1-9][0-9]*", value, re.ASCII),
    "an integer other than 0 in decimal")
_HEX = that(
    lambda value: isinstance(value, str) and re.fullmatch("([0-9a-f]{2}){0,%d}" % WIDTH_MAX, value, re.ASCII), "hexadecimal")
_NEAREST = record(
    method=one_of(METHODS), encoder=digest, classes=integer(0, CLASSES_MAX), registry=REGISTRY,
    queries=list_of(_HEX, 0, QUERIES_MAX),
    lines=list_of(record(**{
        "asset": identifier, "class": digest, "committed": decimal(), "contributor": identifier, "score": _SCORE}), 0, COUNT_MAX))
_WHITE = b"\t\n\v\f\r "


def query(text: str) -> bool:
    """Whether the encoder is sent anything of a choice."""
    sent, size = "", 0
    for scalar in text.replace("\0", ""):
        size += len(scalar.encode())
        if size > BYTES_MAX:
            break
        sent += scalar
    return bool(sent.encode().strip(_WHITE))


@dataclass(frozen=True)
class Nearest:
    lines: list[dict[str, Any]]
    stated: dict[str, Any]

    @property
    def weights(self) -> list[tuple[str, int]]:
        return [(line["contributor"], int(line["score"])) for line in self.lines]


def nearest(opening: Opening, content: Opening) -> Nearest:
    """The lines of an opening, and what a statement has to say of them; refused where they cannot be of this content."""
    value = jcs.parse_canonical(opening.data, "nearest")
    _NEAREST(value, "nearest")
    asks = [query(choice["text"]) for choice in answer.committed(content.data)]
    require(asks == [vector != "" for vector in value["queries"]], "nearest: vectors of other choices")
    require(len({len(vector) for vector in value["queries"] if vector}) <= 1, "nearest: vectors of several widths")
    lines, size = value["lines"], int(value["registry"]["size"])
    require(len(lines) <= value["classes"], "nearest: more lines than classes")
    require(all(int(line["committed"]) < size for line in lines), "nearest: committed behind the registry")
    most = sum(asks) << SCORE_BITS
    require(all(abs(int(line["score"])) <= most for line in lines), "nearest: a score that these vectors cannot give")
    order = [(int(line["committed"]), line["class"]) for line in lines]
    require(all(a < b for a, b in zip(order, order[1:])), "nearest: out of order")
    require(len({line["class"] for line in lines}) == len(lines), "nearest: a class twice")
    return listed(opening, value)


def listed(opening: Opening, value: dict[str, Any]) -> Nearest:
    """The same of lines that are known to be of an answer."""
    lines = [line | {"line": at} for at, line in enumerate(value["lines"])]
    leaves = [leaf(salt_of(opening.salt, at) + jcs.canonical(line)) for at, line in enumerate(lines)]
    return Nearest(lines, {name: value[name] for name in ("method", "encoder", "classes", "registry")} | {
        "queries": len(value["queries"]), "lines": len(lines), "root": digest_text(root(leaves)),
        "commitment": commitment("nearest", opening.salt, opening.data)})
