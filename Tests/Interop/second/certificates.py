"""The certificates of a timestamp: a path from its signer to a root of the policy, at the timestamp's own time."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from . import der
from .values import Refused, require

ROOT_BYTES_MAX = 16 << 10
INVALID = (InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound, x509.DuplicateExtension, x509.InvalidVersion)


def raw(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def parse(data: bytes) -> x509.Certificate:
    certificate = x509.load_der_x509_certificate(data)
    require(raw(certificate) == data, "a certificate has another encoding")
    *_, signature = der.parse(data, "a certificate").parts(der.SEQUENCE, der.SEQUENCE, der.BITS)
    require(signature.body[:1] == b"\0", "a certificate's signature is not of whole bytes")
    return certificate


def parse_root(data: bytes) -> x509.Certificate:
    """One self-signed certificate."""
    require(len(data) <= ROOT_BYTES_MAX, "a root is above 16 KiB")
    try:
        root = parse(data)
        root.verify_directly_issued_by(root)
    except (ValueError, TypeError, *INVALID) as error:
        raise Refused(f"a root is no self-signed certificate: {error!r}") from error
    return root


def require_path(chain: list[x509.Certificate], roots: list[x509.Certificate], seconds: int) -> None:
    """Each of the chain is issued by the next and none is a root, unless a root itself signs; a root issued the last."""
    for below, above in zip(chain, chain[1:]):
        require(above.issuer != above.subject, "a timestamp carries a root")
        below.verify_directly_issued_by(above)
    if chain[0] not in roots:
        chain = [*chain, _issuer(chain[-1], roots)]
    time = datetime.fromtimestamp(seconds, UTC)
    for depth, certificate in enumerate(chain):
        require(certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc,
                "a certificate was not valid at the timestamp's time")
        if depth:
            _authority(certificate, depth)
    _signer(chain[0])


def _issuer(last: x509.Certificate, roots: list[x509.Certificate]) -> x509.Certificate:
    for root in roots:
        try:
            last.verify_directly_issued_by(root)
        except (ValueError, TypeError, *INVALID):
            continue
        return root
    raise Refused("no root of the policy issued the timestamp's certificates")


def _extension(certificate: x509.Certificate, kind: type) -> x509.Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


def _authority(certificate: x509.Certificate, depth: int) -> None:
    constraints, usage = _extension(certificate, x509.BasicConstraints), _extension(certificate, x509.KeyUsage)
    require(constraints and constraints.value.ca, "an issuer is no authority")
    length = constraints.value.path_length
    require(length is None or length >= depth - 1, "an issuer's path is too long")
    require(not usage or usage.value.key_cert_sign, "an issuer may not sign certificates")


def _signer(certificate: x509.Certificate) -> None:
    purpose, usage = _extension(certificate, x509.ExtendedKeyUsage), _extension(certificate, x509.KeyUsage)
    require(purpose and purpose.critical and list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING],
            "the signer's certificate is not for timestamps alone")
    if usage:
        bits = usage.value
        require(bits.digital_signature or bits.content_commitment, "the signer may not sign")
        others = (bits.key_encipherment, bits.data_encipherment, bits.key_agreement, bits.key_cert_sign, bits.crl_sign)
        require(not any(others), "the signer's key has other uses")
