"""Evidence that was written as text, in hexadecimal or base64, to travel."""

import re

from ..values import Refused, from_base64

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
