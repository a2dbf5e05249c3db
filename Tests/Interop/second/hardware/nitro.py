"""AWS Nitro Enclaves ("Nitro Enclaves attestation process"): COSE_Sign1 with ES384 over a CBOR map."""

from dataclasses import dataclass
from typing import Any

from .. import cbor
from ..values import require
from . import foreign_cbor
from .certificate import Certificate
from .sheet import Sheet
from .signature import P384, is_ecdsa

PLANNED = ("format", "chain", "validity", "revocation", "signature", "debug", "measurements", "nonce", "report_data")
# AWS ends an enclave's certificate by its three hours.
OPTIONAL = frozenset({"revocation"})
CERTIFICATE_BYTES_MAX = 1024
BUNDLE_MAX = 8
PCRS = 32
ES384 = -35


@dataclass(frozen=True)
class Document:
    module: str
    made_s: int
    pcrs: dict[int, bytes]
    leaf: Certificate
    bundle: list[Certificate]
    user_data: bytes | None
    nonce: bytes | None
    public_key: bytes | None
    timestamp_ms: int
    signed: bytes
    signature: bytes

    @classmethod
    def read(cls, data: bytes) -> "Document":
        message = foreign_cbor.decode(data, "the document")
        if isinstance(message, cbor.Tagged):
            require(message.tag == 18, "the document has another tag than 18")
            message = message.value
        require(isinstance(message, list) and len(message) == 4 and message[1] == {}, "the document is no COSE_Sign1")
        protected, unprotected, payload, signature = message
        require(isinstance(unprotected, dict), "the document is no COSE_Sign1")
        require(all(isinstance(part, bytes) for part in (protected, payload, signature)), "the document lacks a part")
        headers = foreign_cbor.decode(protected, "the protected header")
        require(headers == {1: ES384}, "the protected header is not ES384 alone")
        require(len(signature) == 96, "the signature has not 96 bytes")
        value = foreign_cbor.decode(payload, "the payload")
        require(isinstance(value, dict), "the payload is no map")
        module, made = value.get("module_id"), value.get("timestamp")
        require(isinstance(module, str) and 1 <= len(module) <= 256 and all("!" <= c <= "~" for c in module),
                "module_id is no text of 1 to 256 visible characters")
        require(value.get("digest") == "SHA384", "the digest is not SHA384")
        require(type(made) is int and 0 < made < 1 << 53, "timestamp is no time")
        bundle = value.get("cabundle")
        require(isinstance(bundle, list) and 1 <= len(bundle) <= BUNDLE_MAX, "cabundle has not 1 to 8 certificates")
        user_data, nonce, public_key = (_optional(value, name, most) for name, most in (
            ("user_data", 512), ("nonce", 512), ("public_key", 1024)))
        return cls(
            module, made // 1000, _pcrs(value.get("pcrs")), _certificate(value.get("certificate")),
            [_certificate(item) for item in bundle], user_data, nonce, public_key, made,
            cbor.encode(["Signature1", protected, b"", payload]), signature)


def _pcrs(value: Any) -> dict[int, bytes]:
    require(isinstance(value, dict) and 1 <= len(value) <= PCRS, "pcrs is no map of 1 to 32")
    for index, digest in value.items():
        require(type(index) is int and 0 <= index < PCRS, "a PCR has another name than a number below 32")
        require(isinstance(digest, bytes) and len(digest) == 48, "a PCR has not 48 bytes")
    return value


def _certificate(value: Any) -> Certificate:
    require(isinstance(value, bytes) and 1 <= len(value) <= CERTIFICATE_BYTES_MAX, "a certificate has not 1 to 1024 bytes")
    return Certificate.parse(value)


def _optional(value: dict[Any, Any], name: str, most: int) -> bytes | None:
    found = value.get(name)
    require(found is None or isinstance(found, bytes) and len(found) <= most, f"{name} has not at most {most} bytes")
    return found


def appraise(sheet: Sheet, raw: bytes) -> None:
    document = sheet.check("format", lambda: Document.read(raw))
    if document is None:
        return
    sheet.claims |= {"module_id": document.module, "timestamp_ms": str(document.timestamp_ms)}
    sheet.claims |= {f"pcr{index}": document.pcrs[index].hex() for index in sorted(document.pcrs)}
    for name in ("public_key", "user_data", "nonce"):
        if (found := getattr(document, name)) is not None:
            sheet.claims[name] = found.hex()
    leaf = document.leaf
    sheet.check_path(leaf, document.bundle, lambda: require(
        leaf.from_s <= document.made_s <= leaf.to_s, "the document was made outside its certificate's validity"))
    sheet.check("signature", lambda: require(
        is_ecdsa(leaf.key, document.signature, document.signed, P384), "the signature is not the certificate's key's"))

    def debug() -> None:
        for index in range(3):
            require(index in document.pcrs, f"PCR{index} is missing")
            require(any(document.pcrs[index]) or sheet.policy.allow_debug, f"PCR{index} is zero: a debug enclave")

    sheet.check("debug", debug)
    sheet.check_fresh(document.nonce, document.user_data)
