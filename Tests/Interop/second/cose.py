"""COSE_Sign1 (RFC 9052) by hand: statements (FORMAT section 2) and COSE Receipts (RFC 9942, FORMAT section 4)."""

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from . import cbor
from .values import require, sha256

STATEMENT_BYTES_MAX = 1 << 20
ALG, CONTENT_TYPE, KID, CLAIMS, VDS, PROOFS = 1, 3, 4, 15, 395, 396
ISS, SUB, IAT = 1, 2, 6
EDDSA, RFC9162_SHA256, INCLUSION = -8, 1, -1


def thumbprint(raw_key: bytes) -> bytes:
    """RFC 9679 over {1: 1, -1: 6, -2: key}, whose keys in bytewise order are 1, -1, -2."""
    return sha256(bytes.fromhex("a301012006215820"), raw_key)


P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def is_key(raw: bytes) -> bool:
    """FORMAT section 1: y is canonical, and the order of the point does not divide 8."""
    y = int.from_bytes(raw, "little") & 2**255 - 1
    if len(raw) != 32 or y >= P:
        return False
    for _ in range(3):
        # A doubling by y alone: x^2 follows from y.
        x2, y2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P, y * y % P
        y = (y2 + x2) * pow(2 + x2 - y2, -1, P) % P
    return y != 1


def is_signature(raw_key: bytes, signature: bytes, data: bytes) -> bool:
    """Ed25519 (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(raw_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Signed:
    """A COSE_Sign1 message, its signature not yet verified."""

    raw: bytes
    protected: bytes
    headers: dict[Any, Any]
    unprotected: dict[Any, Any]
    payload: bytes | None
    signature: bytes

    @property
    def claims(self) -> dict[Any, Any]:
        return self.headers[CLAIMS]

    @property
    def kid(self) -> bytes:
        return self.headers[KID]

    def is_signed_by(self, raw_key: bytes, detached: bytes | None = None) -> bool:
        """The Sig_structure of RFC 9052 section 4.4 with no external data."""
        payload = self.payload if detached is None else detached
        message = cbor.encode(["Signature1", self.protected, b"", payload])
        return self.headers.get(ALG) == EDDSA and is_signature(raw_key, self.signature, message)


def parse(raw: bytes, what: str) -> Signed:
    require(len(raw) <= STATEMENT_BYTES_MAX, f"{what} is above 1 MiB")
    value = cbor.decode(raw, what)
    require(isinstance(value, cbor.Tagged) and value.tag == 18, f"{what} has not tag 18")
    parts = value.value
    require(isinstance(parts, list) and len(parts) == 4, f"{what} is no COSE_Sign1")
    protected, unprotected, payload, signature = parts
    require(isinstance(protected, bytes) and isinstance(unprotected, dict), f"{what} has no headers")
    require(isinstance(signature, bytes), f"{what} has no signature")
    headers = cbor.decode(protected, f"{what}: protected header")
    require(isinstance(headers, dict), f"{what} has no protected header")
    kid, claims = headers.get(KID), headers.get(CLAIMS)
    require(isinstance(kid, bytes), f"{what} has no key id")
    require(isinstance(claims, dict) and set(claims) == {ISS, SUB, IAT}, f"{what} has other claims than iss, sub, iat")
    require(isinstance(claims[ISS], str) and isinstance(claims[SUB], str), f"{what} has no iss or no sub")
    require(type(claims[IAT]) is int and 0 <= claims[IAT] < 2**63, f"{what} has no iat of 63 bits")
    require(payload is None or isinstance(payload, bytes), f"{what} has no payload")
    return Signed(raw, protected, headers, unprotected, payload, signature)


def parse_statement(raw: bytes, what: str) -> Signed:
    message = parse(raw, what)
    require(1 <= len(message.claims[ISS].encode()) <= 1024, f"{what} has an iss that is not of 1 to 1024 bytes")
    # Another algorithm is no other format: the signature fails by it.
    require(message.headers.keys() - {ALG} == {CONTENT_TYPE, KID, CLAIMS}, f"{what} has other protected headers")
    require(message.headers[CONTENT_TYPE] == "application/vnd.in-toto+json", f"{what} is of another content type")
    require(message.unprotected == {}, f"{what} has an unprotected header")
    require(message.payload is not None, f"{what} has no payload")
    return message


@dataclass(frozen=True)
class Receipt:
    """A COSE Receipt with its proof taken apart."""

    message: Signed
    size: int
    index: int
    path: list[bytes]


def parse_receipt(raw: bytes) -> Receipt:
    what = "COSE Receipt"
    message = parse(raw, what)
    require(message.headers.keys() - {ALG} == {KID, CLAIMS, VDS}, f"{what} has other protected headers")
    require(message.headers[VDS] == RFC9162_SHA256, f"{what} is of another verifiable data structure")
    require(message.payload is None, f"{what} has a payload")
    require(set(message.unprotected) == {PROOFS}, f"{what} has other unprotected headers than proofs")
    proofs = message.unprotected[PROOFS]
    require(isinstance(proofs, dict) and set(proofs) == {INCLUSION}, f"{what} has other proofs than inclusion")
    inclusion = proofs[INCLUSION]
    require(isinstance(inclusion, list) and len(inclusion) == 1 and isinstance(inclusion[0], bytes), f"{what}: one proof")
    proof = cbor.decode(inclusion[0], f"{what}: proof")
    require(isinstance(proof, list) and len(proof) == 3, f"{what} has no [size, index, path]")
    size, index, path = proof
    require(type(size) is int and type(index) is int and 0 <= index < size, f"{what} has an index outside its tree")
    require(isinstance(path, list) and all(isinstance(h, bytes) and len(h) == 32 for h in path), f"{what} has no path")
    return Receipt(message, size, index, path)
