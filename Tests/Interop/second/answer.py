"""What an answer is: as committed (`content`), and as a body or the chunks of a stream show it to a client."""

import re
from dataclasses import dataclass, field
from typing import Any

from . import jcs
from .shape import exactly, integer, list_of, one_of, record, text
from .values import require

CALLS_MAX = 128
_INDEX = re.compile(r"-?0|[1-9][0-9]{0,8}")
FINISHES = ("stop", "length", "tool_calls", "cancelled")
_CALL = record(id=text(1, 64), name=text(1, 64), arguments=text(0, 1 << 24))
_CHOICE = record(
    finish_reason=one_of(FINISHES), index=integer(0, 7), text=text(0, 1 << 24), tool_calls=list_of(_CALL, 0, CALLS_MAX))
_CONTENT = record(choices=list_of(_CHOICE, 1, 8))


def committed(data: bytes) -> list[dict[str, Any]]:
    """The choices of the opening `content`."""
    value = jcs.parse_canonical(data, "content")
    _CONTENT(value, "content")
    for at, choice in enumerate(value["choices"]):
        exactly(at)(choice["index"], "content: index")
    return value["choices"]


@dataclass
class Shown:
    """Text and calls of one choice, as (id, name, arguments)."""

    text: str = ""
    calls: list[list[str]] = field(default_factory=list)

    def is_beginning_of(self, whole: "Shown") -> bool:
        return whole.text.encode().startswith(self.text.encode()) and whole.calls[:len(self.calls)] == self.calls

    def add_call(self, call: Any, at: int) -> None:
        require(0 <= at <= len(self.calls) and at < CALLS_MAX, "the calls of tools are not numbered in order")
        if at == len(self.calls):
            self.calls.append(["", "", ""])
        function = _member(call, "function", dict, {})
        pieces = (_text(call, "id"), _text(function, "name"), _text(function, "arguments"))
        self.calls[at] = [old + piece for old, piece in zip(self.calls[at], pieces)]


def as_shown(choices: list[dict[str, Any]]) -> list[Shown]:
    return [
        Shown(choice["text"], [[call["id"], call["name"], call["arguments"]] for call in choice["tool_calls"]])
        for choice in choices]


def shown(parts: list[bytes], member: str, count: int) -> list[Shown]:
    """Of a body (`message`) or of chunks in order (`delta`); a choice that was not asked for is refused."""
    found = [Shown() for _ in range(count)]
    for part in parts:
        choices = _member(jcs.parse(part, member), "choices", list, [])
        require(len(choices) <= count, f"{member}: more choices than were asked for")
        for choice in choices:
            index = _number(choice, "index")
            require(0 <= index < count, f"{member}: a choice that was not asked for")
            inner = _member(choice, member, dict, {})
            found[index].text += _text(inner, "content")
            for place, call in enumerate(_member(inner, "tool_calls", list, [])):
                # Chunks say which call they go on with; a body holds them in order.
                found[index].add_call(call, place if member == "message" else _number(call, "index"))
    return found


def _member(value: Any, name: str, kind: type, default: Any) -> Any:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, kind) and not isinstance(found, jcs.Number) else default


def _text(value: Any, name: str) -> str:
    return _member(value, name, str, "")


def _number(value: Any, name: str) -> int:
    found = value.get(name) if isinstance(value, dict) else None
    return int(found) if isinstance(found, jcs.Number) and _INDEX.fullmatch(found) else -1
