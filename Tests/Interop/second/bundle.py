"""The bundle (FORMAT section 5): all that a check needs, except whom to believe."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import jcs
from .shape import decimal, exactly, list_of, receipt_id, record, text
from .statement import Statement
from .values import from_base64, require

MEDIA_TYPE = "application/vnd.colophon.bundle+json"
BYTES_MAX = 64 << 20
OPENING_BYTES_MAX = 16 << 20
KINDS = ("receipt", "execution", "custody", "attribution", "verdict", "model", "policy")
REGISTERED = ("verdict", "draw", "reveal", "attribution", "custody")
DOES_NOT_SHOW = [
    "when: times in statements are their signers' claims; without a witness or a timestamp nothing bounds them",
    "that the log is not forked or rolled back: without witnesses that needs your own copy of an older checkpoint",
    "that the answer is true, good or harmless",
    "that a contribution is what its manifest declares: lineage is declared by whoever signed the manifest",
    "whether a statement registered after `as_of` supersedes one of these",
]
_REGISTERED = record(statement=text(0, BYTES_MAX), tlog_proof=text(0, BYTES_MAX))
_OPENING = re.compile(r"request|retrieved|content|tokens|wire|activation|stream|scores|spans|nearest|message/(0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class Opening:
    """`salt32, u64 length, data`."""

    salt: bytes
    data: bytes
    blob: bytes

    @classmethod
    def parse(cls, blob: bytes, what: str) -> "Opening":
        require(40 <= len(blob) <= OPENING_BYTES_MAX, f"{what} has no salt and length, or more than 16 MiB")
        salt, length, data = blob[:32], int.from_bytes(blob[32:40], "big"), blob[40:]
        require(length == len(data), f"{what} has not the length that it says")
        return cls(salt, data, blob)


@dataclass(frozen=True)
class Bundle:
    receipt_id: str
    as_of: int
    statements: dict[str, Statement]
    cose_receipt: bytes
    tlog_proof: str
    timestamp: bytes | None
    """An RFC 3161 token, not yet read."""
    blobs: dict[str, bytes]
    """The openings as they are kept, not yet read."""
    registered: dict[str, tuple[Statement, str]]
    """By kind: what has an entry of its own, and the text of its proof."""
    superseding: list[tuple[Statement, str]]
    """Verdicts that take the place of the first one, each of the one before it."""
    evidence: bytes | None
    """The evidence document, not yet read."""

    @classmethod
    def parse(cls, data: bytes) -> "Bundle":
        require(len(data) <= BYTES_MAX, "the bundle is above 64 MiB")
        value = jcs.parse_canonical(data, "bundle")
        statement = text(0, BYTES_MAX)
        record(
            media_type=exactly(MEDIA_TYPE), receipt_id=receipt_id, as_of=decimal(),
            statements=record(**{kind if kind == "receipt" else kind + "_": statement for kind in KINDS}),
            log=record(
                cose_receipt=text(0, BYTES_MAX), tlog_proof=text(0, BYTES_MAX), timestamp_=text(0, BYTES_MAX)),
            openings=_openings, does_not_show=exactly(DOES_NOT_SHOW), registered_=_registered,
            superseding_=list_of(_REGISTERED, 1, 16), evidence_=text(0, BYTES_MAX))(value, "bundle")
        decoded = {kind: from_base64(encoded, kind) for kind, encoded in value["statements"].items()}
        blobs = {name: from_base64(encoded, name) for name, encoded in value["openings"].items()}
        return cls(
            value["receipt_id"], int(value["as_of"]),
            {kind: Statement.parse(raw, kind) for kind, raw in decoded.items()},
            from_base64(value["log"]["cose_receipt"], "cose_receipt"), value["log"]["tlog_proof"],
            from_base64(value["log"]["timestamp"], "timestamp") if "timestamp" in value["log"] else None, blobs,
            {kind: (Statement.parse(from_base64(item["statement"], kind), kind), item["tlog_proof"])
             for kind, item in value.get("registered", {}).items()},
            [(Statement.parse(from_base64(item["statement"], "verdict"), "verdict"), item["tlog_proof"])
             for item in value.get("superseding", [])],
            from_base64(value["evidence"], "evidence") if "evidence" in value else None)

    @cached_property
    def openings(self) -> dict[str, Opening]:
        return {name: Opening.parse(blob, name) for name, blob in self.blobs.items()}

    def predicate(self, kind: str) -> dict[str, Any] | None:
        statement = self.statements.get(kind)
        return statement and statement.predicate

    def registered_statement(self, kind: str) -> Statement | None:
        return self.registered[kind][0] if kind in self.registered else None

    @property
    def credited(self) -> dict[str, Any] | None:
        """What the attribution says: the one that the receipt binds, or the one that came later."""
        found = self.statements.get("attribution") or self.registered_statement("attribution")
        return found and found.predicate

    @property
    def first_verdict(self) -> Statement | None:
        return self.statements.get("verdict") or self.registered_statement("verdict")

    @property
    def verdict_in_force(self) -> Statement | None:
        return self.superseding[-1][0] if self.superseding else self.first_verdict

    @cached_property
    def receipt(self) -> dict[str, Any]:
        return self.statements["receipt"].predicate


def _registered(value: Any, path: str) -> None:
    record(**{kind + "_": _REGISTERED for kind in REGISTERED})(value, path)
    require(value, f"{path} is empty")


def _openings(value: Any, path: str) -> None:
    require(isinstance(value, dict), f"{path} is no object")
    for name, item in value.items():
        require(_OPENING.fullmatch(name), f"{path}.{name} is no opening")
        text(0, BYTES_MAX)(item, f"{path}.{name}")
