"""Reads single members of a request (Shared/Receipts/REQUEST.md)."""

import re
import struct
from typing import Any

from .jcs import Number
from .values import binary32, require

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
Members = dict[str, Any]


def is_text(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, Number)


def flag(value: Any, name: str) -> bool:
    require(isinstance(value, bool), f"request: {name} is no flag")
    return value


def integer(value: Any, name: str, low: int, high: int) -> int:
    is_integer = isinstance(value, Number) and len(value) <= 64 and _INTEGER.fullmatch(value)
    require(is_integer, f"request: {name} is no integer")
    require(low <= int(value) <= high, f"request: {name} is not from {low} to {high}")
    return int(value)


def real(value: Any, name: str, low: object, high: object) -> dict[str, str]:
    """A real (FORMAT section 1), its range compared in binary32."""
    require(isinstance(value, Number), f"request: {name} is no number")
    found = {"as": str(value), "bits": binary32(value).hex()}
    bounds = [number({"bits": binary32(str(bound)).hex()}) for bound in (low, high)]
    require(bounds[0] <= number(found) <= bounds[1], f"request: {name} is not from {low} to {high}")
    return found


def number(stated: dict[str, str]) -> float:
    return struct.unpack(">f", bytes.fromhex(stated["bits"]))[0]
