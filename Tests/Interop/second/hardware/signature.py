"""ECDSA over two numbers of a fixed size, as hardware writes its signatures."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ..values import Refused

P256, P384 = (ec.SECP256R1, hashes.SHA256, 32), (ec.SECP384R1, hashes.SHA384, 48)


def is_ecdsa(key: object, signature: bytes, signed: bytes, scheme: tuple = P256) -> bool:
    """Whether r ‖ s, big-endian, is this key's signature; never of a key of another curve."""
    curve, digest, width = scheme
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, curve) or len(signature) != 2 * width:
        return False
    r, s = (int.from_bytes(half, "big") for half in (signature[:width], signature[width:]))
    try:
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(digest()))
    except (InvalidSignature, ValueError):
        return False
    return True


def p256_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """The key of x ‖ y."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + point)
    except ValueError as error:
        raise Refused("the attestation key is no point of P-256") from error
