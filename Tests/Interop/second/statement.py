"""A statement: the envelope with its in-toto payload (FORMAT section 2)."""

from dataclasses import dataclass
from typing import Any

from . import cose, jcs
from .predicates import PREDICATES
from .shape import exactly, record, text, that
from .values import digest_text, require, sha256

_HEX = that(lambda value: isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef"), "hex")


@dataclass(frozen=True)
class Statement:
    kind: str
    message: cose.Signed
    predicate: dict[str, Any]
    subject_digest: str

    @classmethod
    def parse(cls, raw: bytes, kind: str) -> "Statement":
        message = cose.parse_statement(raw, kind)
        payload = jcs.parse_canonical(message.payload, kind)
        record(
            _type=exactly("https://in-toto.io/Statement/v1"), predicate=PREDICATES[kind],
            predicateType=exactly(f"urn:colophon:{kind}:v1"),
            subject=lambda value, path: require(isinstance(value, list) and len(value) == 1, f"{path} is not one"),
        )(payload, kind)
        subject = payload["subject"][0]
        record(digest=record(sha256=_HEX), name=text())(subject, f"{kind}.subject")
        require(subject["name"] == message.claims[cose.SUB], f"{kind}: the subject's name is not the claim sub")
        return cls(kind, message, payload["predicate"], "sha256:" + subject["digest"]["sha256"])

    @property
    def digest(self) -> str:
        """H of the bytes: what the log holds and what other statements refer to."""
        return digest_text(sha256(self.message.raw))

    @property
    def predicate_digest(self) -> str:
        """Of a manifest or a policy: H(JCS(predicate))."""
        return digest_text(sha256(jcs.canonical(self.predicate)))

    @property
    def issuer(self) -> str:
        return self.message.claims[cose.ISS]

    @property
    def sub(self) -> str:
        return self.message.claims[cose.SUB]

    @property
    def kid(self) -> str:
        return digest_text(self.message.kid)
