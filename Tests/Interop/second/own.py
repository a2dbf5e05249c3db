"""What the verifier's owner kept of the exchange, against what the bundle opens."""

from dataclasses import dataclass
from typing import Any

from .answer import Shown
from .bundle import Bundle
from .jcs import parse
from .request import BYTES_MAX, VALUES_MAX, without_receipt
from .values import require


@dataclass(frozen=True)
class Copies:
    request: bytes | None = None
    response: bytes | None = None


def compare_request(bundle: Bundle, copy: bytes | None) -> None:
    """The body, or the same JSON: white space and the order of members aside, numbers as they are spelt."""
    asked = bundle.openings.get("request")
    if copy is None or not asked or copy == asked.data:
        return
    require(max(len(copy), len(asked.data)) <= BYTES_MAX, "my request: above 4 MiB")
    mine, theirs = (parse(data, "my request", values_max=VALUES_MAX) for data in (copy, asked.data))
    require(_is_same(mine, theirs), "my request: is not the one that was asked")


def _is_same(one: Any, other: Any) -> bool:
    # A number's literal is no string, and true is not 1.
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_same(value, other[name]) for name, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return one == other


def compare_response(bundle: Bundle, copy: bytes | None, sent: list[Shown]) -> None:
    """The body, or the text of one choice; of a stream that broke, less may have arrived."""
    texts = [choice.text.encode() for choice in sent]
    broke = "stream" in bundle.openings and bundle.receipt["outcome"] != "answered"
    if copy is None or copy in texts or (broke and any(text.startswith(copy) for text in texts)):
        return
    wire = bundle.openings.get("wire")
    require(wire, "my copy: is not the committed text")
    require(wire.data in (copy, without_receipt(copy)), "my copy: is neither the committed body nor its text")
