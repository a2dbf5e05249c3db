"""JSON as FORMAT section 1 wants it: JCS (RFC 8785) without floats, and the more general JSON of a request's body."""

import json
import re
from typing import Any

from .values import INTEGER_MAX, Refused, require

DEPTH_MAX = 64
_SURROGATE = re.compile("[\ud800-\udfff]")


class Number(str):
    """The literal of a number in a body, as the client wrote it."""


def canonical(value: Any) -> bytes:
    """RFC 8785 for values without floats: members by UTF-16 code units, the shortest escapes, no space."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return b"{" + b",".join(canonical(name) + b":" + canonical(item) for name, item in members) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(canonical(item) for item in value) + b"]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def parse_canonical(data: bytes, what: str) -> Any:
    """The value of a signed payload or a bundle, whose only spelling is the canonical one."""
    value = parse(data, what, integers=True)
    require(canonical(value) == data, f"{what} is not in its canonical form (RFC 8785)")
    return value


def parse(data: bytes, what: str, integers: bool = False, values_max: int | None = None) -> Any:
    """Strict JSON (RFC 8259). Refuses duplicate names, lone surrogates, trailing bytes, deep nesting, and with
    `integers` every number that is no integer below 2^53; without it numbers are literals."""
    def integer(literal: str) -> int:
        require(len(literal) <= 17 and abs(int(literal)) <= INTEGER_MAX, f"{what} holds an integer of 2^53 or above")
        return int(literal)

    def refuse(literal: str) -> Any:
        raise Refused(f"{what} holds {literal[:20]}, no integer")

    number = integer if integers else Number
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_members, parse_int=number, parse_float=refuse if integers else Number,
            parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{what} is no JSON: {error}") from error
    count = _check(value, what, 0)
    require(values_max is None or count <= values_max, f"{what} holds {count} values, above {values_max}")
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    require(len(members) == len(pairs), "an object has two members of one name")
    return members


def _check(value: Any, what: str, depth: int) -> int:
    """How many values there are, after a look at each."""
    require(depth < DEPTH_MAX or not isinstance(value, (dict, list)), f"{what} is nested too deeply")
    if isinstance(value, str) and not isinstance(value, Number):
        require(not _SURROGATE.search(value), f"{what} holds a lone surrogate")
    elif isinstance(value, dict):
        for name in value:
            _check(name, what, depth)
        return 1 + sum(_check(item, what, depth + 1) for item in value.values())
    elif isinstance(value, list):
        return 1 + sum(_check(item, what, depth + 1) for item in value)
    return 1
