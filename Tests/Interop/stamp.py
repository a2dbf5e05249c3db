"""A timestamping authority by FORMAT section 4, read from the maker's side: root, intermediate, signer, canonical tokens."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import mint
from second import certificates, der, timestamp
from second.der import INTEGER, NULL, OCTETS, SEQUENCE, SET, encode, oid

FROM, UNTIL = datetime(2025, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
TIME = b"20250904153321Z"
SECONDS = 1_757_000_001


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(subject: str, key: Any, issuer: str, issuer_key: Any, *extensions: tuple[Any, bool], until=UNTIL):
    made = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(FROM).not_valid_after(until))
    for extension, is_critical in extensions:
        made = made.add_extension(extension, is_critical)
    return made.sign(issuer_key, hashes.SHA256())


@dataclass
class Authority:
    """Each member may be another for a lie."""

    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    purpose: tuple[Any, bool] = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
    is_ca: bool = True
    until: datetime = UNTIL

    def __post_init__(self) -> None:
        root_key, mid_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        authority = (x509.BasicConstraints(True, None), True)
        self.root = certificate("Root", root_key, "Root", root_key, authority)
        self.mid = certificate("Mid", mid_key, "Root", root_key, (x509.BasicConstraints(self.is_ca, None), True))
        self.signer = certificate("Signer", self.key, "Mid", mid_key, self.purpose, until=self.until)

    @property
    def roots(self) -> list[str]:
        return [mint.b64(certificates.raw(self.root))]

    def token(self, imprint: bytes, **changes: Any) -> bytes:
        return Token(self, imprint, **changes).der()


@dataclass
class Token:
    authority: Authority
    imprint: bytes
    digest: str = "sha256"
    time: bytes = TIME
    accuracy: bytes = b""
    version: int = 1
    chain: list[x509.Certificate] | None = None
    more: bytes = b""
    """Behind the signature: unsigned attributes."""
    names_signer: bool = True
    named: x509.Certificate | None = None
    hashed: bytes | None = None
    """The message digest, where it is not the TSTInfo's."""
    parameters: bytes = encode(NULL)

    def info(self) -> bytes:
        imprint = encode(SEQUENCE, encode(SEQUENCE, timestamp.DIGESTS["sha256"], encode(NULL)), encode(OCTETS, self.imprint))
        return encode(
            SEQUENCE, encode(INTEGER, bytes([self.version])), oid("1.2.3.4.1"), imprint, encode(INTEGER, b"\x07"),
            encode(der.GENERALIZED_TIME, self.time), self.accuracy)

    def attributes(self, info: bytes) -> bytes:
        named = certificates.raw(self.named or self.authority.signer)
        ess = encode(SEQUENCE, encode(SEQUENCE, encode(SEQUENCE, encode(OCTETS, hashlib.sha256(named).digest()))))
        hashed = self.hashed or hashlib.new(self.digest, info).digest()
        values = [(timestamp.CONTENT_TYPE, timestamp.TST_INFO), (timestamp.MESSAGE_DIGEST, encode(OCTETS, hashed))]
        values += [(timestamp.ESS_V2, ess)] if self.names_signer else []
        return b"".join(sorted(encode(SEQUENCE, kind, encode(SET, value)) for kind, value in values))

    def sign(self, data: bytes) -> tuple[bytes, bytes]:
        key, digest = self.authority.key, timestamp.HASHES[self.digest]
        if isinstance(key, rsa.RSAPrivateKey):
            return timestamp.RSA, key.sign(data, padding.PKCS1v15(), digest)
        return timestamp.ECDSA[self.digest], key.sign(data, ec.ECDSA(digest))

    def der(self) -> bytes:
        info, signer = self.info(), self.authority.signer
        attributes, digest = self.attributes(info), encode(SEQUENCE, timestamp.DIGESTS[self.digest], self.parameters)
        algorithm, signature = self.sign(encode(SET, attributes))
        serial = signer.serial_number
        number = encode(INTEGER, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
        signer_info = encode(
            SEQUENCE, encode(INTEGER, b"\1"), encode(SEQUENCE, signer.issuer.public_bytes(), number), digest,
            encode(0xA0, attributes), algorithm, encode(OCTETS, signature), self.more)
        chain = [signer, self.authority.mid] if self.chain is None else self.chain
        signed = encode(
            SEQUENCE, encode(INTEGER, b"\3"), encode(SET, digest),
            encode(SEQUENCE, timestamp.TST_INFO, encode(0xA0, encode(OCTETS, info))),
            encode(0xA0, *map(certificates.raw, chain)), encode(SET, signer_info))
        return encode(SEQUENCE, timestamp.SIGNED_DATA, encode(0xA0, signed))
