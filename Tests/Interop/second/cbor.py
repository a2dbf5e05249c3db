"""Deterministic CBOR (RFC 8949 section 4.2.1), as far as statements and COSE Receipts use it."""

from dataclasses import dataclass
from typing import Any

from .reader import Reader
from .values import Refused, require

DEPTH_MAX = 16


@dataclass(frozen=True)
class Tagged:
    tag: int
    value: Any


def decode(data: bytes, what: str) -> Any:
    """The one item of `data`: integers, byte and text strings, lists, dictionaries, tags. Refuses indefinite lengths,
    arguments longer than need be, map keys out of order or twice, floats, simple values, trailing bytes."""
    reader = _Reader(data, what)
    value = reader.item(0)
    reader.end()
    return value


def head(major: int, argument: int) -> bytes:
    """The shortest head of an item."""
    if argument < 24:
        return bytes([major << 5 | argument])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | code]) + argument.to_bytes(size, "big")
    raise ValueError(argument)


def encode(value: Any) -> bytes:
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        pairs = sorted((encode(key), encode(item)) for key, item in value.items())
        return head(5, len(pairs)) + b"".join(key + item for key, item in pairs)
    if isinstance(value, Tagged):
        return head(6, value.tag) + encode(value.value)
    if value is None:
        return b"\xf6"
    raise TypeError(value)


class _Reader(Reader):
    def item(self, depth: int) -> Any:
        require(depth <= DEPTH_MAX, f"{self.what} is nested too deeply")
        first = self.take(1)[0]
        if first == 0xF6:
            return None
        major, code = first >> 5, first & 31
        require(code < 28, f"{self.what} has an indefinite length or a reserved head")
        require(major < 7, f"{self.what} holds a simple value or a float")
        argument = code if code < 24 else int.from_bytes(self.take(1 << code - 24), "big")
        require(head(major, argument)[0] == first, f"{self.what} has a head that is not the shortest")
        return self.body(major, argument, depth)

    def body(self, major: int, argument: int, depth: int) -> Any:
        if major < 2:
            return argument if major == 0 else -1 - argument
        if major == 2:
            return self.take(argument)
        if major == 3:
            try:
                return self.take(argument).decode()
            except UnicodeDecodeError as error:
                raise Refused(f"{self.what} holds text that is not UTF-8") from error
        require(argument <= len(self.data), f"{self.what} ends too early")
        if major == 4:
            return [self.item(depth + 1) for _ in range(argument)]
        if major == 6:
            return Tagged(argument, self.item(depth + 1))
        return self.map(argument, depth)

    def map(self, count: int, depth: int) -> dict[Any, Any]:
        members, last = {}, b""
        for _ in range(count):
            start = self.at
            key = self.item(depth + 1)
            require(isinstance(key, (int, str, bytes)), f"{self.what} has a map key of a wrong type")
            # The bytewise order of section 4.2.1 also shows a key that stands twice.
            require(last < self.data[start:self.at], f"{self.what} has map keys out of order")
            last = self.data[start:self.at]
            members[key] = self.item(depth + 1)
        return members
