"""Makes bundles and trust policies with nothing but `second` and `cryptography`: FORMAT read from the maker's side.

A test hands in edits, so that a lie is signed by its proper key and stands in the log like the truth."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from second import cbor, cose, jcs, merkle
from second.bundle import DOES_NOT_SHOW, MEDIA_TYPE
from second.values import digest_text, sha256, u64

ORIGIN = "log.example/minted"
LOG_ISS = "https://example.org/log"
IAT = 1_757_000_000
OTHER_DIGEST = "sha256:" + "0" * 64
INDEX, SIZE = 5, 11
ISSUERS = {
    "inference": ["execution"], "storage": ["custody"], "attribution": ["attribution", "policy"],
    "verification": ["verdict", "draw", "reveal"], "orchestrator": ["receipt"], "operator": ["model"]}
Edit = Callable[[dict[str, Any]], None]


class Key:
    """An Ed25519 key made from its name, so that a minted bundle is the same in every run."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._private = Ed25519PrivateKey.from_private_bytes(sha256(b"minted ", name.encode()))
        self.raw = self._private.public_key().public_bytes_raw()
        self.kid = cose.thumbprint(self.raw)
        self.iss = f"https://example.org/{name}"

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)

    def vkey(self, kind: int, name: str) -> str:
        data = bytes([kind]) + self.raw
        return f"{name}+{self._id(kind, name).hex()}+{b64(data)}"

    def _id(self, kind: int, name: str) -> bytes:
        return sha256(name.encode(), b"\n", bytes([kind]), self.raw)[:4]

    def note_line(self, text: str) -> str:
        return f"\u2014 {ORIGIN} {b64(self._id(1, ORIGIN) + self.sign(text.encode()))}\n"

    def cosignature_line(self, text: str, seconds: int) -> str:
        signature = self.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        return f"\u2014 {self.name} {b64(self._id(4, self.name) + u64(seconds) + signature)}\n"


KEYS = {name: Key(name) for name in (*ISSUERS, "checkpoint", "cose", "witness1", "witness2", "witness3", "stranger")}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sign1(key: Key, protected: dict, unprotected: dict, payload: bytes, attached: bool = True) -> bytes:
    header = cbor.encode(protected)
    signature = key.sign(cbor.encode(["Signature1", header, b"", payload]))
    return cbor.encode(cbor.Tagged(18, [header, unprotected, payload if attached else None, signature]))


def claims(key: Key, sub: str) -> dict[int, Any]:
    return {1: key.iss, 2: sub, 6: IAT}


@dataclass
class Draft:
    """A statement before it is signed; what an edit may change."""

    kind: str
    key: Key
    sub: str
    subject: str
    predicate: dict[str, Any]

    def sign(self) -> bytes:
        payload = {
            "_type": "https://in-toto.io/Statement/v1", "predicate": self.predicate,
            "predicateType": f"urn:colophon:{self.kind}:v1",
            "subject": [{"digest": {"sha256": self.subject.removeprefix("sha256:")}, "name": self.sub}]}
        protected = {1: -8, 3: "application/vnd.in-toto+json", 4: self.key.kid, 15: claims(self.key, self.sub)}
        return sign1(self.key, protected, {}, jcs.canonical(payload))


def digest(data: bytes) -> str:
    return digest_text(sha256(data))


def log_of(entry: bytes, receipt_id: str, cosigners: list[str]) -> dict[str, str]:
    """A tree of SIZE entries with this one at INDEX; its checkpoint, tlog-proof and COSE Receipt."""
    entries = [entry if at == INDEX else sha256(b"other", bytes([at])) for at in range(SIZE)]
    return log_parts(entries, INDEX, receipt_id, cosigners)


def log_parts(entries: list[bytes], index: int, receipt_id: str, cosigners: list[str] = []) -> dict[str, str]:
    leaves, size = [merkle.leaf(entry) for entry in entries], len(entries)
    root, path = tree(leaves), audit_path(index, leaves)
    note = note_of(entries, cosigners)
    proof = "".join(["c2sp.org/tlog-proof@v1\n", f"index {index}\n", *(b64(h) + "\n" for h in path), "\n", note])
    key = KEYS["cose"]
    protected = {1: -8, 4: key.kid, 15: {1: LOG_ISS, 2: receipt_id, 6: IAT}, 395: 1}
    proofs = {396: {-1: [cbor.encode([size, index, path])]}}
    return {"cose_receipt": b64(sign1(key, protected, proofs, root, attached=False)), "tlog_proof": proof}


def note_of(entries: list[bytes], cosigners: list[str] = []) -> str:
    """The checkpoint of a tree of these entries."""
    text = f"{ORIGIN}\n{len(entries)}\n{b64(tree([merkle.leaf(entry) for entry in entries]))}\n"
    cosigned = [KEYS[name].cosignature_line(text, IAT + int(name[-1])) for name in cosigners]
    return "".join([text, "\n", KEYS["checkpoint"].note_line(text), *cosigned])


def tree(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return merkle.node(tree(leaves[:half]), tree(leaves[half:]))


def audit_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*audit_path(index, leaves[:half]), tree(leaves[half:])]
    return [*audit_path(index - half, leaves[half:]), tree(leaves[:half])]


def trust_policy(**changes: Any) -> dict[str, Any]:
    issuers = [
        {"alg": "EdDSA", "from_index": "0", "iss": KEYS[name].iss, "key": b64(KEYS[name].raw),
         "kid": digest_text(KEYS[name].kid), "kinds": kinds} for name, kinds in ISSUERS.items()]
    return {
        "origin": ORIGIN, "checkpoint_vkey": KEYS["checkpoint"].vkey(1, ORIGIN), "receipt_log_key": b64(KEYS["cose"].raw),
        "witnesses": [], "quorum": 0, "issuers": issuers, "attribution_policies": [], "profiles": ["exact/1"],
        "manifests": {"signers": [digest_text(KEYS["operator"].kid)], "digests": []}, "required": []} | changes


def sealed(receipt_id: str, statements: dict[str, bytes], openings: dict[str, bytes], cosigners: list[str]) -> bytes:
    """The bundle of signed statements, put into a log."""
    entry = sha256(statements["receipt"])
    return jcs.canonical({
        "media_type": MEDIA_TYPE, "receipt_id": receipt_id, "as_of": str(SIZE), "does_not_show": DOES_NOT_SHOW,
        "statements": {kind: b64(raw) for kind, raw in statements.items()},
        "openings": {name: b64(blob) for name, blob in openings.items()},
        "log": log_of(entry, receipt_id, cosigners)})


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()
