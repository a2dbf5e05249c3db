"""A path of certificates from a signer to a root of the policy (RFC 5280 section 6), its validity at a time, and revocation."""

from collections.abc import Iterator
from typing import TypeVar

from cryptography import x509

from ..values import Refused, require
from .certificate import Certificate, RevocationList

Kind = TypeVar("Kind")
CERTIFICATES_MAX = 32
INTERMEDIATES_MAX = 8
STEPS_MAX = 256
_UNDERSTOOD = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage)


def build(leaf: Certificate, others: list[Certificate], roots: list[Certificate]) -> list[Certificate]:
    """Leaf first, root last; of a leaf that is a root itself, it alone."""
    between = list({other.der: other for other in others if other not in roots}.values())
    require(len(between) + len(roots) <= CERTIFICATES_MAX, "there are more than 32 certificates")
    found = _above([leaf], between, roots, iter(range(STEPS_MAX)))
    require(found, "no path leads to a root of the policy")
    return found


def _above(path: list[Certificate], between: list[Certificate], roots: list[Certificate], steps: Iterator[int]) -> list[Certificate] | None:
    # Certificates that all issue each other have more paths than anybody can try.
    require(next(steps, None) is not None, "the certificates have too many paths")
    last = path[-1]
    if any(root.der == last.der for root in roots):
        return path if last.issuer == last.subject else None
    require(last.has_strong_signature, "a certificate is signed with a weak digest")
    require(not any(item.critical and not isinstance(item.value, _UNDERSTOOD) for item in last.extensions),
            "a certificate has a critical extension that nobody here understands")
    for issuer in [*roots, *(between if len(path) <= INTERMEDIATES_MAX else [])]:
        if issuer in path or not _issued(last, issuer, below=len(path) - 1):
            continue
        found = _above([*path, issuer], between, roots, steps)
        if found:
            return found
    return None


def _issued(certificate: Certificate, issuer: Certificate, below: int) -> bool:
    """Whether the issuer signed it, and may: `below` authorities lie under this one."""
    if certificate.issuer != issuer.subject or not _names_key_of(certificate, issuer):
        return False
    constraints, usage = extension(issuer, x509.BasicConstraints), extension(issuer, x509.KeyUsage)
    if constraints is None or not constraints.ca or usage is not None and not usage.key_cert_sign:
        return False
    if constraints.path_length is not None and below > constraints.path_length:
        return False
    return certificate.is_signed_by(issuer)


def _names_key_of(signed: Certificate | RevocationList, issuer: Certificate) -> bool:
    named, own = extension(signed, x509.AuthorityKeyIdentifier), extension(issuer, x509.SubjectKeyIdentifier)
    return named is None or own is None or named.key_identifier in (None, own.digest)


def extension(signed: Certificate | RevocationList, kind: type[Kind]) -> Kind | None:
    return next((item.value for item in signed.extensions if isinstance(item.value, kind)), None)


def require_valid(path: list[Certificate], time: int) -> None:
    for certificate in path:
        require(certificate.from_s <= time <= certificate.to_s, "a certificate is not valid at the time")


def has_list(path: list[Certificate], lists: list[RevocationList]) -> bool:
    """Whether somebody in the path has one."""
    issuers = {certificate.issuer for certificate in path}
    return any(item.issuer in issuers for item in lists)


def require_unrevoked(path: list[Certificate], lists: list[RevocationList], time: int) -> None:
    """Of one issuer's lists that are current the newest counts; who has none is not known to be good. Later ones count where they revoke."""
    require(len(lists) <= CERTIFICATES_MAX, "there are more than 32 revocation lists")
    for certificate, issuer in zip(path, [*path[1:], path[-1]]):
        current = [item for item in lists if item.issuer == certificate.issuer and item.from_s <= time <= item.to_s]
        if not current:
            raise Refused("an issuer has no revocation list that is current")
        newest = max(current, key=lambda item: item.from_s)
        usage = extension(issuer, x509.KeyUsage)
        require(usage is None or usage.crl_sign, "an issuer may not sign revocation lists")
        require(newest.is_signed_by(issuer) and _names_key_of(newest, issuer), "a revocation list is not signed by its issuer")
        require(not newest.has(certificate), "a certificate is revoked")
        later = [item for item in lists if item.issuer == certificate.issuer and item.from_s > time]
        require(not any(item.is_signed_by(issuer) and item.has(certificate) for item in later), "a certificate was revoked later")
