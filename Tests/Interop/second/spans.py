"""The words of an answer that stand in registered texts (FORMAT section 2), and what each span pays for (section 7)."""

from dataclasses import dataclass
from typing import Any

from . import answer, jcs
from .bundle import Opening
from .credit import UNATTRIBUTED
from .documents import root, salt_of
from .merkle import leaf
from .openings import commitment
from .shape import decimal, digest, identifier, integer, list_of, record
from .values import digest_text, require

METHOD = "span/1"
COUNT_MAX = 16_384
WORDS_MAX = 1 << 20
REGISTRY = record(size=decimal(), root=digest, records=digest)
_SPANS = record(registry=REGISTRY, spans=list_of(record(**{
    "asset": identifier, "choice": integer(), "class": digest, "committed": decimal(), "contributor": identifier,
    "length": integer(1), "start": integer(), "tokens": integer(1)}), 0, COUNT_MAX))
_WHITE = b"\t\n\v\f\r "


def words(text: str) -> int:
    """How many runs of bytes there are between ASCII white space."""
    return len([run for run in text.encode().translate(bytes.maketrans(_WHITE, b" " * 6)).split(b" ") if run])


def paid(spans: list[tuple[int, int]]) -> list[int]:
    """Of each (start, end): the longest takes its words first, of one length the one that begins first."""
    taken: set[int] = set()
    counts = [0] * len(spans)
    for at in sorted(range(len(spans)), key=lambda at: (spans[at][0] - spans[at][1], spans[at][0])):
        own = set(range(*spans[at])) - taken
        counts[at] = len(own)
        taken |= own
    return counts


@dataclass(frozen=True)
class Spans:
    lines: list[dict[str, Any]]
    stated: dict[str, Any]

    @property
    def weights(self) -> list[tuple[str, int]]:
        found = [(line["contributor"], line["tokens"] << 32) for line in self.lines]
        left = self.stated["tokens"] - sum(line["tokens"] for line in self.lines)
        return found + ([(UNATTRIBUTED, left << 32)] if left else [])


def spans(opening: Opening, content: Opening) -> Spans:
    """The lines of an opening, and what a statement has to say of them; refused where they cannot be of this content."""
    value = jcs.parse_canonical(opening.data, "spans")
    _SPANS(value, "spans")
    counts = [words(choice["text"]) for choice in answer.committed(content.data)]
    require(sum(counts) <= WORDS_MAX, "spans: too many words")
    size = int(value["registry"]["size"])
    for line in value["spans"]:
        require(line["choice"] < len(counts), "spans: of no choice")
        require(line["start"] + line["length"] <= counts[line["choice"]], "spans: behind the words")
        require(int(line["committed"]) < size, "spans: committed behind the registry")
    for a, b in zip(value["spans"], value["spans"][1:]):
        end_a, end_b = (line["start"] + line["length"] for line in (a, b))
        behind = a["choice"] < b["choice"] or (
            a["choice"] == b["choice"] and a["start"] < b["start"] and end_a < end_b)
        require(behind, "spans: out of order, or one inside another")
    for choice in range(len(counts)):
        own = [line for line in value["spans"] if line["choice"] == choice]
        due = paid([(line["start"], line["start"] + line["length"]) for line in own])
        require(due == [line["tokens"] for line in own], "spans: other words are paid for")
    return listed(opening, value, sum(counts))


def listed(opening: Opening, value: dict[str, Any], tokens: int) -> Spans:
    """The same of spans that are known to be of an answer of so many words."""
    lines = [line | {"span": at} for at, line in enumerate(value["spans"])]
    leaves = [leaf(salt_of(opening.salt, at) + jcs.canonical(line)) for at, line in enumerate(lines)]
    return Spans(lines, {
        "method": METHOD, "tokens": tokens, "spans": len(lines), "registry": value["registry"],
        "commitment": commitment("spans", opening.salt, opening.data), "root": digest_text(root(leaves))})
