"""DER (X.690): values taken apart, each written in its one way, and put together again."""

from dataclasses import dataclass

from .values import require

BOOLEAN, INTEGER, BITS, OCTETS, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
SEQUENCE, SET, GENERALIZED_TIME = 0x30, 0x31, 0x18


@dataclass(frozen=True)
class Value:
    tag: int
    body: bytes
    raw: bytes

    def parts(self, *tags: int) -> list["Value"]:
        """The values inside; with tags, exactly these."""
        found, rest = [], self.body
        while rest:
            value, rest = _first(rest)
            found.append(value)
        require(not tags or [value.tag for value in found] == list(tags), "a value of DER has other parts")
        return found

    @property
    def integer(self) -> int:
        require(self.tag == INTEGER and self.body, "a value of DER is no integer")
        require(len(self.body) == 1 or self.body[:1] not in (b"\0", b"\xff") or (self.body[0] ^ self.body[1]) & 0x80,
                "an integer of DER is longer than it needs")
        return int.from_bytes(self.body, "big", signed=True)


def parse(data: bytes, what: str) -> Value:
    """The one sequence that these bytes are."""
    value, rest = _first(data)
    require(value.tag == SEQUENCE and not rest, f"{what} is not one sequence")
    return value


def encode(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    body = b""
    for number in [40 * first + second, *rest]:
        groups = [number & 0x7f]
        while number := number >> 7:
            groups.insert(0, 0x80 | number & 0x7f)
        body += bytes(groups)
    return encode(OID, body)


def _first(data: bytes) -> tuple[Value, bytes]:
    require(len(data) >= 2 and data[0] & 0x1f != 0x1f, "a value of DER ends early")
    length, start = data[1], 2
    if length & 0x80:
        count = length & 0x7f
        require(1 <= count <= 4 and len(data) >= 2 + count, "a value of DER has no length")
        length, start = int.from_bytes(data[2:2 + count], "big"), 2 + count
        require(length >= 0x80 and data[2], "a length of DER is longer than it needs")
    end = start + length
    require(end <= len(data), "a value of DER ends early")
    return Value(data[0], data[start:end], data[:end]), data[end:]
