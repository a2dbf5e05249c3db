"""An authority of a test: a certificate and its key, which issue others, and lists of what they revoke."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime.fromtimestamp(1_757_000_000, UTC)
"""When the executions of `Recipe` begin."""
MEANINGLESS = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")
FROM, TO = NOW - timedelta(days=90), NOW + timedelta(days=90)


@dataclass(frozen=True)
class Form:
    """What a certificate says; a test gets one thing wrong."""

    serial: int = 2
    begins: datetime = FROM
    ends: datetime = TO
    is_authority: bool = False
    path_length: int | None = None
    may_certify: bool | None = None
    """And sign lists; None: what an authority may."""
    extensions: dict[str, bytes] = field(default_factory=dict)
    critical: str | None = None
    """A critical extension of no meaning."""
    digest: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    issuer_name: str | None = None


@dataclass
class Issuer:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def root(cls, name: str, curve: ec.EllipticCurve) -> "Issuer":
        key = ec.generate_private_key(curve)
        return cls(_certificate(name, key, name, key, Form(serial=1, is_authority=True)), key)

    def issue(self, name: str, form: Form = Form(), key: ec.EllipticCurvePrivateKey | None = None) -> "Issuer":
        key = key or ec.generate_private_key(self.key.curve)
        issuer = form.issuer_name or self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        return Issuer(_certificate(name, key, issuer, self.key, form), key)

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

    def revoke(
        self, *serials: int, begins: datetime = FROM, ends: datetime = TO, extension: bool | None = None,
        of_entries: bool | None = None, meaning: x509.ExtensionType = MEANINGLESS,
    ) -> bytes:
        """An extension of the list or of its entries: True makes it critical, None leaves it out."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(begins).next_update(ends)
        if extension is not None:
            builder = builder.add_extension(meaning, extension)
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(FROM)
            if of_entries is not None:
                entry = entry.add_extension(meaning, of_entries)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _certificate(name: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey,
                 form: Form) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    may_certify = form.is_authority if form.may_certify is None else form.may_certify
    usage = x509.KeyUsage(not may_certify, False, False, False, False, may_certify, may_certify, False, False)
    builder = (
        x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer)).public_key(key.public_key())
        .serial_number(form.serial).not_valid_before(form.begins).not_valid_after(form.ends)
        .add_extension(x509.BasicConstraints(form.is_authority, form.path_length), critical=True)
        .add_extension(usage, critical=True))
    for oid, value in form.extensions.items():
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical=False)
    if form.critical:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier(form.critical), b"\5\0"), critical=True)
    return builder.sign(signer, form.digest)
