"""CBOR (RFC 8949) as other people's encoders write it: heads of any length, map keys in any order, items of indefinite length. Keys that
stand twice, floats and trailing bytes are refused all the same."""

from dataclasses import dataclass
from typing import Any

from ..cbor import Tagged
from ..reader import Reader
from ..values import Refused, require

BYTES_MAX = 64 << 10
ITEMS_MAX = 256
DEPTH_MAX = 16
_END = object()
_SIMPLE = {20: False, 21: True, 22: None}


@dataclass(frozen=True)
class Simple:
    """A simple value that has no counterpart here."""

    number: int


def decode(data: bytes, what: str) -> Any:
    require(len(data) <= BYTES_MAX, f"{what} is above 64 KiB")
    reader = _Reader(data, what)
    value = reader.item(0)
    reader.end()
    return value


class _Reader(Reader):
    items = 0

    def item(self, depth: int, ends: bool = False) -> Any:
        """The next item; the end of an indefinite length where one may stand."""
        first = self.take(1)[0]
        if ends and first == 0xff:
            return _END
        self.items += 1
        require(self.items <= ITEMS_MAX and depth <= DEPTH_MAX, f"{self.what} holds too much")
        major, code = first >> 5, first & 31
        require(code < 28 or code == 31 and 2 <= major <= 5, f"{self.what} has a reserved head")
        if major == 7:
            return self.simple(code)
        count = None if code == 31 else code if code < 24 else int.from_bytes(self.take(1 << code - 24), "big")
        if major < 2:
            return count if major == 0 else -1 - count
        if major < 4:
            return self.string(major, count)
        if major == 6:
            return Tagged(count, self.item(depth + 1))
        require(count is None or count <= len(self.data), f"{self.what} ends too early")
        return list(self.each(count, depth)) if major == 4 else self.map(count, depth)

    def simple(self, code: int) -> Any:
        require(code <= 24, f"{self.what} holds a float")
        if code < 24:
            return _SIMPLE.get(code, Simple(code))
        number = self.take(1)[0]
        require(number >= 32, f"{self.what} has a simple value of a wrong form")
        return Simple(number)

    def each(self, count: int | None, depth: int) -> Any:
        at = 0
        while at != count:
            value = self.item(depth + 1, ends=count is None)
            if value is _END:
                return
            yield value
            at += 1

    def string(self, major: int, count: int | None) -> bytes | str:
        if count is not None:
            raw = self.take(count)
            return raw if major == 2 else self.text(raw)
        # Chunks of a definite length, each of the same type.
        whole = b"" if major == 2 else ""
        while (first := self.take(1)[0]) != 0xff:
            require(first >> 5 == major and first & 31 != 31, f"{self.what} has a chunk of another type")
            self.at -= 1
            whole += self.item(DEPTH_MAX)
        return whole

    def text(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise Refused(f"{self.what} holds text that is not UTF-8") from error

    def map(self, count: int | None, depth: int) -> dict[Any, Any]:
        members = {}
        for key in self.each(count, depth):
            value = self.item(depth + 1)
            require(isinstance(key, (int, str, bytes)) and not isinstance(key, bool), f"{self.what} has a key of a wrong type")
            require(key not in members, f"{self.what} has a key twice")
            members[key] = value
        return members
