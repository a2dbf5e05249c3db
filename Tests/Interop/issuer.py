"""An authority of a test: a certificate and its key, which issue others, and lists of what they revoke."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime.fromtimestamp(1_757_000_000, UTC)
"""When the executions of `Recipe` begin."""
FROM, TO = NOW - timedelta(days=90), NOW + timedelta(days=90)


@dataclass
class Issuer:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def root(cls, name: str, curve: ec.EllipticCurve) -> "Issuer":
        key = ec.generate_private_key(curve)
        return cls(_certificate(name, key, None, key, is_authority=True), key)

    def issue(self, name: str, is_authority: bool = False, serial: int = 2, extensions: dict[str, bytes] | None = None,
              to: datetime = TO) -> "Issuer":
        key = ec.generate_private_key(self.key.curve)
        return Issuer(_certificate(name, key, self.certificate, self.key, is_authority, serial, extensions or {}, to), key)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def point(self) -> bytes:
        numbers, width = self.key.public_key().public_numbers(), self.key.key_size // 8
        return numbers.x.to_bytes(width, "big") + numbers.y.to_bytes(width, "big")

    def sign(self, data: bytes, order: str = "big") -> tuple[bytes, bytes]:
        """r and s."""
        width = self.key.key_size // 8
        r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA384() if width == 48 else hashes.SHA256())))
        return r.to_bytes(width, order), s.to_bytes(width, order)

    def revoke(self, *serials: int, to: datetime = TO) -> bytes:
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject).last_update(FROM).next_update(to)
        for serial in serials:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(FROM).build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _certificate(name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate | None, signer: ec.EllipticCurvePrivateKey,
                 is_authority: bool, serial: int = 1, extensions: dict[str, bytes] | None = None, to: datetime = TO) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key()).serial_number(serial).not_valid_before(FROM).not_valid_after(to)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(not is_authority, False, False, False, False, is_authority, is_authority, False, False),
                       critical=True))
    for oid, value in (extensions or {}).items():
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical=False)
    return builder.sign(signer, hashes.SHA256())
