"""What is handed in beside evidence, sorted by what it is."""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .. import der, jcs
from ..values import Refused, require
from .certificate import Certificate, PublicKey, RevocationList
from .written import from_hex

FILE_BYTES_MAX = 4 << 20
FILES_MAX = 64
BLOCKS_MAX = 32
_BLOCK = re.compile(rb"^-----BEGIN ([A-Z0-9 ]+)-----\r?\n(.*?)\r?\n-----END \1-----[ \t]*\r?$", re.S | re.M)
_SPACE = " \t\r\n"


@dataclass(frozen=True)
class Signed:
    """A JSON object of Intel's: the exact bytes that are signed, r ‖ s, and the value."""

    body: bytes
    signature: bytes
    value: Any

    @classmethod
    def read(cls, body: Any, signature: Any) -> "Signed":
        require(isinstance(body, str) and isinstance(signature, str), "Intel's JSON comes without its signature")
        raw = from_hex(signature)
        require(raw is not None and len(raw) == 64, "a signature of Intel's has not 64 bytes")
        value = jcs.parse(body.encode(), "Intel's JSON", integers=True)
        require(isinstance(value, dict), "Intel's JSON is no object")
        return cls(body.encode(), raw, value)


@dataclass
class Collateral:
    certificates: list[Certificate] = field(default_factory=list)
    lists: list[RevocationList] = field(default_factory=list)
    keys: list[PublicKey] = field(default_factory=list)
    documents: list[Signed] = field(default_factory=list)

    @classmethod
    def read(cls, files: Iterable[bytes]) -> "Collateral":
        found, files = cls(), list(files)
        require(len(files) <= FILES_MAX, "more than 64 pieces of collateral")
        for data in files:
            require(len(data) <= FILE_BYTES_MAX, "a piece of collateral is above 4 MiB")
            if data.lstrip(b" \t\r\n")[:1] == b"{":
                found._json(data)
            else:
                found.certified(data)
        return found

    def certified(self, data: bytes) -> None:
        """PEM (RFC 7468), or certificates and lists in DER, one behind the other."""
        if data[:1] == b"\x30":
            values = der.Value(der.SEQUENCE, data, data).parts()
            require(len(values) <= BLOCKS_MAX, "more than 32 values of DER")
            for value in values:
                try:
                    self.certificates.append(Certificate.parse(value.raw))
                except Refused:
                    self.lists.append(RevocationList.parse(value.raw))
            return
        for name, raw in blocks(data):
            if name == b"CERTIFICATE":
                self.certificates.append(Certificate.parse(raw))
            else:
                require(name in (b"X509 CRL", b"PUBLIC KEY"), "a block of PEM is neither certificate, list nor key")
                if name == b"X509 CRL":
                    self.lists.append(RevocationList.parse(raw))
                else:
                    self.keys.append(PublicKey.parse(raw))

    def _json(self, data: bytes) -> None:
        value = jcs.parse(data, "a piece of collateral", integers=True)
        for name in ("tcbInfo", "enclaveIdentity"):
            if name in value:
                self.documents.append(Signed.read(member(data, name), value.get("signature")))
                return
        require("tcb_info" in value, "a piece of collateral is JSON that nobody here knows")
        for name in ("pck_crl_issuer_chain", "tcb_info_issuer_chain", "qe_identity_issuer_chain"):
            if isinstance(value.get(name), str):
                self.certified(value[name].encode())
        for name in ("root_ca_crl", "pck_crl"):
            if isinstance(value.get(name), str):
                raw = from_hex(value[name])
                require(raw is not None, f"{name} is not in hexadecimal")
                self.certified(raw)
        for name in ("tcb_info", "qe_identity"):
            self.documents.append(Signed.read(value.get(name), value.get(name + "_signature")))


def blocks(data: bytes) -> list[tuple[bytes, bytes]]:
    """The blocks of a PEM text, which a zero byte ends."""
    text = data.split(b"\0")[0]
    # Counted first: the pattern looks from each beginning to the end of the text.
    begun = text.count(b"-----BEGIN ")
    require(1 <= begun <= BLOCKS_MAX, "a text of PEM has not 1 to 32 blocks")
    found = _BLOCK.findall(text)
    require(len(found) == begun, "a block of PEM is damaged")
    try:
        return [(name, base64.b64decode(b"".join(body.split()), validate=True)) for name, body in found]
    except binascii.Error as error:
        raise Refused("a block of PEM is damaged") from error


def member(data: bytes, name: str) -> str:
    """The text of one member of a JSON object that was parsed before: what is signed is its bytes."""
    text, decoder, at = data.decode(), json.JSONDecoder(), data.decode().index("{") + 1
    while True:
        start = _past(text, at, _SPACE + ",")
        found, end = decoder.raw_decode(text, start)
        start = _past(text, end, _SPACE + ":")
        _, at = decoder.raw_decode(text, start)
        if found == name:
            return text[start:at]


def _past(text: str, at: int, skipped: str) -> int:
    while text[at] in skipped:
        at += 1
    return at
