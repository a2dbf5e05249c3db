"""Evidence that was written as text, in hexadecimal or base64, to travel."""

import base64
import re
from typing import Any

from ..jcs import Number
from ..values import Refused, from_base64, require

_HEX = re.compile(r"([0-9a-fA-F]{2})*")


def from_hex(text: str) -> bytes | None:
    return bytes.fromhex(text) if _HEX.fullmatch(text) else None


def unwritten(data: bytes) -> bytes:
    """The bytes that the text stands for, white space aside; what is no such text is what it is."""
    characters = data.translate(None, b" \t\r\n")
    if not characters or not characters.isascii() or characters[:1] in (b"{", b"["):
        return data
    text = characters.decode()
    raw = from_hex(text)
    if raw is not None:
        return raw
    try:
        return from_base64(text, "evidence")
    except Refused:
        return data


def from_base64url(text: Any, what: str) -> bytes:
    """RFC 4648 section 5 without padding, in its one spelling."""
    require(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text) and len(text) % 4 != 1, f"{what} is no base64url")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    require(base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text, f"{what} is not canonical base64url")
    return raw


def of_any_form(value: Any, what: str) -> bytes:
    """Bytes as verifiers of TPMs exchange them: a list of numbers, hexadecimal, base64 of either alphabet."""
    if isinstance(value, list):
        require(all(isinstance(item, Number) and re.fullmatch(r"\d{1,3}", item) and int(item) < 256 for item in value),
                f"{what} is no list of bytes")
        return bytes(map(int, value))
    require(isinstance(value, str) and not isinstance(value, Number), f"{what} is missing")
    raw = from_hex(value)
    if raw is not None:
        return raw
    try:
        return from_base64(value, what)
    except Refused:
        return from_base64url(value.split("=")[0], what)
