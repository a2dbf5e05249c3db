"""RFC 3161 tokens in the canonical form of FORMAT section 4, by hand; certificates and signatures by `cryptography`."""

import calendar
import hashlib
import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from . import certificates, der
from .der import GENERALIZED_TIME, INTEGER, NULL, OCTETS, OID, SEQUENCE, SET, Value, encode, oid
from .values import Refused, require

BYTES_MAX = 64 << 10
CHAIN_MAX = 8
SIGNED_DATA, TST_INFO = oid("1.2.840.113549.1.7.2"), oid("1.2.840.113549.1.9.16.1.4")
CONTENT_TYPE, MESSAGE_DIGEST = oid("1.2.840.113549.1.9.3"), oid("1.2.840.113549.1.9.4")
ESS, ESS_V2 = oid("1.2.840.113549.1.9.16.2.12"), oid("1.2.840.113549.1.9.16.2.47")
RSA = encode(SEQUENCE, oid("1.2.840.113549.1.1.1"), encode(NULL))
SHA = {"sha256": "1", "sha384": "2", "sha512": "3"}
DIGESTS = {name: oid(f"2.16.840.1.101.3.4.2.{n}") for name, n in SHA.items()}
ECDSA = {name: encode(SEQUENCE, oid(f"1.2.840.10045.4.3.{int(n) + 1}")) for name, n in SHA.items()}
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_TIME = re.compile(rb"([0-9]{14})(\.[0-9]*[1-9])?Z")


@dataclass(frozen=True)
class Info:
    imprint: bytes
    time: int
    """Whole seconds since 1970, when certificates have to be valid."""
    bound: int

    @classmethod
    def parse(cls, raw: bytes) -> "Info":
        version, policy, imprint, serial, time, *more = der.parse(raw, "the TSTInfo").parts()
        tags = [version.tag, policy.tag, imprint.tag, serial.tag, time.tag]
        require(tags == [INTEGER, OID, SEQUENCE, INTEGER, GENERALIZED_TIME], "a TSTInfo has other members")
        require(version.integer == 1, "a TSTInfo is of another version")
        algorithm, digest = imprint.parts(SEQUENCE, OCTETS)
        require(algorithm.parts()[0].raw == DIGESTS["sha256"] and len(digest.body) == 32, "its imprint is not SHA-256")
        parts = _TIME.fullmatch(time.body)
        require(parts, "its time is none")
        digits = parts[1].decode()
        seconds = calendar.timegm((*(int(digits[:4]), *(int(digits[at:at + 2]) for at in range(4, 14, 2))), 0, 0, 0))
        require(seconds >= 0, "its time is before 1970")
        # Fractions and the accuracy count upwards: what is wanted is a bound.
        accuracy = _accuracy(more[0]) if more and more[0].tag == SEQUENCE else 0
        return cls(digest.body, seconds, seconds + bool(parts[2]) + accuracy)


def _accuracy(value: Value) -> int:
    parts = value.parts()
    whole = parts.pop(0).integer if parts and parts[0].tag == INTEGER else 0
    require(0 <= whole <= 86_400, "its accuracy is not within a day")
    return whole + bool(parts)


def bound(token: bytes, imprint: bytes, roots: list[x509.Certificate]) -> int:
    """The latest second since 1970 at which data of this digest existed. Refuses what does not verify."""
    require(len(token) <= BYTES_MAX, "the timestamp is above 64 KiB")
    try:
        return _bound(token, imprint, roots)
    except (ValueError, TypeError, IndexError, *certificates.INVALID) as error:
        raise Refused(f"the timestamp does not verify: {error!r}") from error


def _bound(token: bytes, imprint: bytes, roots: list[x509.Certificate]) -> int:
    kind, wrapped = der.parse(token, "the timestamp").parts(OID, 0xA0)
    signed, = wrapped.parts(SEQUENCE)
    version, digests, content, held, signers = signed.parts(INTEGER, SET, SEQUENCE, 0xA0, SET)
    require(kind.raw == SIGNED_DATA and version.integer == 3, "the timestamp is no SignedData of version 3")
    inner, explicit = content.parts(OID, 0xA0)
    info, = explicit.parts(OCTETS)
    require(inner.raw == TST_INFO, "the timestamp is about no TSTInfo")
    chain = [certificates.parse(value.raw) for value in held.parts()]
    require(1 <= len(chain) <= CHAIN_MAX, "the timestamp has no certificate, or too many")
    signer, = signers.parts(SEQUENCE)
    version, identity, digest, attributes, algorithm, signature = signer.parts(
        INTEGER, SEQUENCE, SEQUENCE, 0xA0, SEQUENCE, OCTETS)
    require(version.integer == 1, "the signer's information is of another version")
    serial = chain[0].serial_number
    number = serial.to_bytes(serial.bit_length() // 8 + 1, "big", signed=True)
    require(identity.raw == encode(SEQUENCE, chain[0].issuer.public_bytes(), encode(INTEGER, number)),
            "the first certificate is not the signer's")
    name = next((name for name, own in DIGESTS.items() if digest.raw == encode(SEQUENCE, own, encode(NULL))), None)
    require(name and digests.body == digest.raw, "the timestamp has no digest algorithm, or two")
    _attributes(attributes, hashlib.new(name, info.body).digest(), chain[0])
    _signature(chain[0], name, algorithm.raw, signature.body, encode(SET, attributes.body))
    found = Info.parse(info.body)
    require(found.imprint == imprint, "the timestamp's imprint differs from the checkpoint's text")
    certificates.require_path(chain, roots, found.time)
    return found.bound


def _attributes(attributes: Value, digest: bytes, certificate: x509.Certificate) -> None:
    found: dict[bytes, Value] = {}
    for attribute in attributes.parts():
        name, values = attribute.parts(OID, SET)
        require(name.raw not in found, "a signed attribute stands twice")
        found[name.raw] = values
    require(found.get(CONTENT_TYPE) and found[CONTENT_TYPE].body == TST_INFO, "the signed content type is another")
    require(found.get(MESSAGE_DIGEST) and found[MESSAGE_DIGEST].body == encode(OCTETS, digest),
            "the message digest is not the TSTInfo's")
    names = [(kind, found[kind]) for kind in (ESS, ESS_V2) if kind in found]
    require(names, "no signed attribute names the signer's certificate")
    for kind, values in names:
        first = values.parts(SEQUENCE)[0].parts()[0].parts()[0]
        parts, hash_ = first.parts(), "sha1" if kind == ESS else "sha256"
        if kind == ESS_V2 and parts[0].tag == SEQUENCE:
            own = parts.pop(0).parts()[0].raw
            hash_ = next((name for name, digest_oid in DIGESTS.items() if digest_oid == own), None)
            require(hash_, "a signed attribute names the signer's certificate by another digest")
        require(parts[0].body == hashlib.new(hash_, certificates.raw(certificate)).digest(),
                "a signed attribute names another certificate than the signer's")


def _signature(certificate: x509.Certificate, name: str, algorithm: bytes, signature: bytes, data: bytes) -> None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        require(algorithm == RSA, "the signature algorithm is not rsaEncryption")
        key.verify(signature, data, padding.PKCS1v15(), HASHES[name])
    else:
        require(isinstance(key, ec.EllipticCurvePublicKey), "the signer's key is neither RSA nor ECDSA")
        require(algorithm == ECDSA[name], "the signature algorithm does not go with the digest")
        key.verify(signature, data, ec.ECDSA(HASHES[name]))
