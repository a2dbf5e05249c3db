"""What a request's body asks for (Shared/Receipts/REQUEST.md)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import documents
from .asked import is_text
from .jcs import parse
from .message import check_message
from .parameters import read_parameters
from .values import Refused, require

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()
BYTES_MAX = 4 << 20
VALUES_MAX = 1 << 20


@dataclass(frozen=True)
class Request:
    model: str
    messages: list[bytes]
    """The exact bytes of each message object."""
    parameters: dict[str, Any]
    """As an execution states them, but for `seed`, `seed_source` and `max_tokens` where the request is silent."""
    sources: list[dict[str, str]]
    """Whom each document comes from."""
    has_collections: bool


def read(body: bytes, retrieved: bytes | None = None, is_whole: bool = True) -> Request:
    """With what was retrieved for it; where that is not opened, `is_whole` is false."""
    require(len(body) <= BYTES_MAX, "request: above 4 MiB")
    value = parse(body, "request", values_max=VALUES_MAX)
    require(isinstance(value, dict), "request: no object")
    model, messages = value.get("model"), value.get("messages")
    require(is_text(model) and 1 <= len(model.encode()) <= 256, "request: no model")
    require(isinstance(messages, list) and 1 <= len(messages) <= 1024, "request: no messages")
    for at, message in enumerate(messages):
        check_message(message, f"messages[{at}]")
    asked = {name: item for name, item in value.items() if item is not None and name not in ("model", "messages")}
    shown = asked.get("documents", [])
    sources = documents.read(shown, retrieved, is_whole)
    parameters = read_parameters(asked) | ({"documents": len(sources)} if sources else {})
    roles = [message["role"] for message in messages]
    require(not shown or "user" in roles, "request: documents without a user's message")
    if any(message.get("name") is not None for message in messages):
        parameters["ignored"].append("messages.name")
    parameters["ignored"].sort(key=str.encode)
    return Request(model, slices(body), parameters, sources, documents.has_collections(shown))


def _members(text: str) -> Iterator[tuple[int, str, int, int]]:
    """Of an object that is known to be JSON: where each member begins, its name, where its value begins and ends."""
    at = _past(text, _past(text, 0) + 1)
    while text[at] == '"':
        start = at
        name, at = _DECODER.raw_decode(text, at)
        value = _past(text, _past(text, at) + 1)
        end = _DECODER.raw_decode(text, value)[1]
        yield start, name, value, end
        at = _past(text, end)
        at = _past(text, at + 1) if text[at] == "," else at


def _past(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()


def slices(body: bytes) -> list[bytes]:
    """The bytes of each element of the member `messages`."""
    text = body.decode()
    at = next(value for _, name, value, _ in _members(text) if name == "messages")
    found, at = [], _past(text, at + 1)
    while text[at] != "]":
        end = _DECODER.raw_decode(text, at)[1]
        found.append(text[at:end].encode())
        at = _past(text, end)
        at = _past(text, at + 1) if text[at] == "," else at
    return found


def without_receipt(body: bytes) -> bytes | None:
    """A body without its last member `receipt`, from the comma (or the brace) before it on: what `wire` commits to."""
    try:
        require(isinstance(parse(body, "my copy"), dict), "my copy is no object")
    except Refused:
        return None
    text = body.decode()
    members = list(_members(text))
    if not members or members[-1][1] != "receipt":
        return None
    alone = len(members) == 1
    start = text.index("{") + 1 if alone else text.index(",", members[-2][3], members[-1][0])
    return (text[:start] + text[members[-1][3]:]).encode()
