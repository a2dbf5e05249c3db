"""One call of InferenceService.Generate as bytes, and its answer from bytes: protobuf and Connect by hand, so that the
benchmark needs nothing that is not in Python. The fields are those of Proto/colophon/inference/v1."""

import json
import os
import struct
import time

PATH = "/colophon.inference.v1.InferenceService/Generate"


def varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(message: bytes) -> dict[int, int | bytes]:
    """The last value of each field."""
    found: dict[int, int | bytes] = {}
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = number()
        if tag & 7 == 0:
            found[tag >> 3] = number()
        elif tag & 7 == 2:
            length = number()
            found[tag >> 3] = message[at:at + length]
            at += length
        else:
            raise ValueError(f"wire type {tag & 7} is in no message of the suite")
    return found


def uuid7() -> str:
    milliseconds = time.time_ns() // 1_000_000
    bits = milliseconds << 80 | 7 << 76 | int.from_bytes(os.urandom(10)) & ~(15 << 76) & ~(3 << 62) | 2 << 62
    text = f"{bits:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def generate(body: dict) -> bytes:
    """A GenerateRequest in its envelope, with fresh salts."""
    salt = os.urandom(32)
    salts = field(1, salt) + b"".join(field(2, salt) for _ in body["messages"]) + b"".join(
        field(number, salt) for number in (3, 4, 5))
    message = field(1, uuid7().encode()) + field(2, json.dumps(body).encode()) + field(3, salts)
    return struct.pack(">BI", 0, len(message)) + message


def finished(stream: bytes) -> tuple[int, int]:
    """Tokens of the prompt and of the answer, from the last event of a stream of envelopes."""
    at, counts = 0, None
    while at < len(stream):
        flags, length = struct.unpack_from(">BI", stream, at)
        part = stream[at + 5:at + 5 + length]
        at += 5 + length
        if flags & 2:
            if "error" in json.loads(part or b"{}"):
                raise ValueError(f"the service refused: {part.decode()}")
        elif last := fields(part).get(2):
            end = fields(last)
            counts = end.get(7, 0), end.get(8, 0)
    if counts is None:
        raise ValueError("the stream ended without its last event")
    return counts
