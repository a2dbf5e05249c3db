"""X.509 certificates (RFC 5280) by hand, so that each rule can be broken by itself."""

from collections.abc import Callable
from dataclasses import dataclass

import der
from ecdsa_cases import HASHES, public
from weierstrass import P256, P384, Key

FROM, TO, NOW = b"260101000000Z", b"270101000000Z", 1_780_315_200
SIGNATURES = {
    "sha1": "2a8648ce3d0401", "sha224": "2a8648ce3d040301", "sha256": "2a8648ce3d040302", "sha384": "2a8648ce3d040303",
    "sha512": "2a8648ce3d040304",
}
CONSTRAINTS, USAGE, ISSUER_KEY, SUBJECT_KEY, NAMES = "551d13", "551d0f", "551d23", "551d0e", "551d1e"


def algorithm(digest: str, more: bytes = b"") -> bytes:
    return der.sequence(der.oid(bytes.fromhex(SIGNATURES[digest])), more)


def name(text: str, tag: int = 0x0C) -> bytes:
    return der.sequence(der.element(0x31, der.sequence(der.oid(bytes.fromhex("550403")), der.element(tag, text.encode()))))


def time(text: bytes) -> bytes:
    return der.element(0x17 if len(text) < 15 else 0x18, text)


def extension(oid: str, value: bytes, critical: bool = True) -> bytes:
    return der.sequence(der.oid(bytes.fromhex(oid)), der.boolean(True) if critical else b"", der.octets(value))


def constraints(authority: bool, path: int | None = None, critical: bool = True) -> bytes:
    value = der.sequence(der.boolean(True) if authority else b"", b"" if path is None else der.integer(path))
    return extension(CONSTRAINTS, value, critical)


def usage(bits: int, unused: int) -> bytes:
    return extension(USAGE, der.bits(bytes([bits]), unused))


AUTHORITY = [constraints(True), usage(0x06, 1)]
ENTITY = [constraints(False), usage(0x80, 7)]
Edit = Callable[[bytes], bytes]


def same(encoded: bytes) -> bytes:
    return encoded


@dataclass(frozen=True)
class Issued:
    text: str
    key: Key
    encoded: bytes
    subject: bytes

    def issue(self, text: str, extensions: list[bytes], **odd) -> "Issued":
        """A certificate of this issuer; `odd` is what `make` takes."""
        key = odd.pop("key", None) or Key(P256, f"colophon negatives {text}")
        odd.setdefault("issuer", self.subject)
        return make(text, key, odd.pop("signer", self.key), extensions, **odd)


def root(text: str, extensions: list[bytes] | None = None, **odd) -> Issued:
    key = odd.pop("key", None) or Key(P384, f"colophon negatives {text}")
    return make(text, key, odd.pop("signer", key), AUTHORITY if extensions is None else extensions, **odd)


def make(
    text: str, key: Key, signer: Key, extensions: list[bytes], *, issuer: bytes | None = None, subject: bytes | None = None,
    version: int | None = 2, serial: int = 2, start: bytes = FROM, end: bytes = TO, digest: str | None = None,
    inner: bytes | None = None, outer: bytes | None = None, spki: bytes | None = None, tbs: Edit = same, signature: Edit = same,
    whole: Edit = same, unused: int = 0, more: bytes = b"",
) -> Issued:
    digest = digest or HASHES[signer.curve.name]
    subject = subject or name(text)
    listed = der.element(0xA3, der.sequence(*extensions)) if extensions else b""
    body = tbs(der.sequence(
        b"" if version is None else der.element(0xA0, der.integer(version)), der.integer(serial),
        inner or algorithm(digest), issuer or subject, der.sequence(time(start), time(end)), subject, spki or public(key), more,
        listed))
    r, s = signer.sign(body, digest)
    signed = der.sequence(
        body, outer or algorithm(digest), der.bits(signature(der.sequence(der.integer(r), der.integer(s))), unused))
    return Issued(text, key, whole(signed), subject)
