"""Certificates and revocation lists of hardware vendors (RFC 5280), read whole at once: what comes later cannot fail by its form."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509.oid import CRLEntryExtensionOID, ExtensionOID, NameOID

from .. import certificates, der
from ..values import Refused, require

Value = TypeVar("Value")
CERTIFICATE_BYTES_MAX = 16 << 10
LIST_BYTES_MAX = 4 << 20
FAULTS = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion,
          x509.UnsupportedGeneralNameType, NotImplementedError)
_DIGESTS = {"sha256", "sha384", "sha512"}
# Changes alone; some kinds of certificates alone; other issuers' too.
_LIMITING = {
    ExtensionOID.DELTA_CRL_INDICATOR, ExtensionOID.ISSUING_DISTRIBUTION_POINT, CRLEntryExtensionOID.CERTIFICATE_ISSUER}
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
RSA_BITS = 2048, 4096
KEY_BYTES_MAX = 1024


@dataclass(frozen=True)
class PublicKey:
    """And the DER of its SubjectPublicKeyInfo."""

    der: bytes
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey

    @classmethod
    def of(cls, key: object) -> "PublicKey":
        return cls(_key(key).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), key)

    @classmethod
    def parse(cls, data: bytes) -> "PublicKey":
        require(len(data) <= KEY_BYTES_MAX, "a public key is above 1024 bytes")
        found = _read(lambda: cls.of(load_der_public_key(data)), "a public key")
        require(found.der == data, "a public key has another encoding")
        return found


@dataclass(frozen=True)
class Certificate:
    der: bytes
    subject: bytes
    issuer: bytes
    from_s: int
    to_s: int
    x509: x509.Certificate
    public_key: PublicKey
    extensions: x509.Extensions

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, data: bytes) -> "Certificate":
        require(len(data) <= CERTIFICATE_BYTES_MAX, "a certificate is above 16 KiB")

        def read() -> "Certificate":
            found = certificates.parse(data)
            return cls(
                data, found.subject.public_bytes(), found.issuer.public_bytes(), int(found.not_valid_before_utc.timestamp()),
                int(found.not_valid_after_utc.timestamp()), found, PublicKey.of(found.public_key()), found.extensions)

        return _read(read, "a certificate")

    @property
    def key(self) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
        return self.public_key.key

    def extension(self, dotted: str) -> bytes | None:
        """What a vendor's own extension holds."""
        for item in self.extensions:
            if item.oid.dotted_string == dotted and isinstance(item.value, x509.UnrecognizedExtension):
                return item.value.value
        return None

    @property
    def common_name(self) -> str | None:
        names = self.x509.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if len(names) == 1 else None

    @property
    def has_strong_signature(self) -> bool:
        return _is_strong(self.x509)

    def is_signed_by(self, issuer: "Certificate") -> bool:
        return _is_issued(self.x509, issuer.x509)


@dataclass(frozen=True)
class RevocationList:
    der: bytes
    issuer: bytes
    from_s: int
    to_s: int
    x509: x509.CertificateRevocationList

    @classmethod
    def parse(cls, data: bytes) -> "RevocationList":
        require(len(data) <= LIST_BYTES_MAX, "a revocation list is above 4 MiB")

        def read() -> "RevocationList":
            der.parse(data, "a revocation list")
            found = x509.load_der_x509_crl(data)
            require(found.next_update_utc is not None, "a revocation list has no end")
            return cls(
                data, found.issuer.public_bytes(), int(found.last_update_utc.timestamp()),
                int(found.next_update_utc.timestamp()), found)

        return _read(read, "a revocation list")

    @property
    def extensions(self) -> x509.Extensions:
        return _read(lambda: self.x509.extensions, "a revocation list")

    def is_signed_by(self, issuer: Certificate) -> bool:
        try:
            return self.x509.is_signature_valid(issuer.key)
        except FAULTS:
            return False

    def has(self, certificate: Certificate) -> bool:
        """By its serial number. A list that is limited or widened by an extension, of its own or of an entry, may name anybody."""
        def read() -> bool:
            named = self.x509.get_revoked_certificate_by_serial_number(certificate.x509.serial_number) is not None
            return named or any(
                item.critical or item.oid in _LIMITING for part in (self.x509, *self.x509) for item in part.extensions)

        return _read(read, "a revocation list")


@lru_cache(maxsize=256)
def _is_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *FAULTS):
        return False
    return True


def _key(key: object) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    if isinstance(key, rsa.RSAPublicKey):
        require(RSA_BITS[0] <= key.key_size <= RSA_BITS[1], "an RSA key has not 2048 to 4096 bits")
        return key
    require(isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, CURVES),
            "a key is neither RSA nor of P-256, P-384 or P-521")
    return key


def _is_strong(signed: x509.Certificate) -> bool:
    try:
        digest = signed.signature_hash_algorithm
    except FAULTS:
        return False
    return digest is not None and digest.name in _DIGESTS


def _read(body: Callable[[], Value], what: str) -> Value:
    try:
        with warnings.catch_warnings():
            # AMD numbers its certificates with 0; others' names may be too long.
            warnings.simplefilter("ignore")
            return body()
    except FAULTS as error:
        raise Refused(f"{what} cannot be read: {error!r}") from error
