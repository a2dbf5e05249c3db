"""Reads bundles with the standard library and cbor2 alone, so that what the suite says is recomputed, not repeated."""

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass

import cbor2

CBOR_CWT_CLAIMS = 15


def commitment(field: str, salt: bytes, data: bytes) -> str:
    """FORMAT section 1: H(tag, 0x00, salt32, u64 length, data)."""
    tag = f"colophon/commitment/{field}/v1".encode()
    return "sha256:" + hashlib.sha256(tag + b"\0" + salt + len(data).to_bytes(8, "big") + data).hexdigest()


def stream_chain(salt: bytes, receipt_id: str, chunks: list[bytes]) -> str:
    """FORMAT section 2: the chain over the chunks that were written before the one that finishes."""
    head = hashlib.sha256(b"colophon/stream/v1\0" + salt + uuid.UUID(receipt_id).bytes).digest()
    for chunk in chunks:
        head = hashlib.sha256(head + len(chunk).to_bytes(8, "big") + chunk).digest()
    return "sha256:" + head.hex()


@dataclass(frozen=True)
class Statement:
    """A COSE_Sign1 statement, read and not verified."""

    raw: bytes

    @property
    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.raw).hexdigest()

    @property
    def claims(self) -> dict:
        return cbor2.loads(cbor2.loads(self.raw).value[0])[CBOR_CWT_CLAIMS]

    @property
    def subject(self) -> str:
        return self.claims[2]

    @property
    def payload(self) -> dict:
        return json.loads(cbor2.loads(self.raw).value[2])

    @property
    def kind(self) -> str:
        return self.payload["predicateType"].removeprefix("urn:colophon:").removesuffix(":v1")

    @property
    def predicate(self) -> dict:
        return self.payload["predicate"]


class Bundle:
    """The parts of a bundle by name."""

    def __init__(self, raw: bytes) -> None:
        self.json = json.loads(raw)
        decode = lambda text: base64.b64decode(text, validate=True)
        self.statements = {kind: Statement(decode(text)) for kind, text in self.json["statements"].items()}
        self.blobs = {field: decode(text) for field, text in self.json["openings"].items()}

    def opening(self, field: str) -> tuple[bytes, bytes]:
        """Salt and data of an opening blob."""
        blob = self.blobs[field]
        salt, length, data = blob[:32], int.from_bytes(blob[32:40], "big"), blob[40:]
        assert length == len(data), f"the opening of {field} states {length} bytes and has {len(data)}"
        return salt, data
