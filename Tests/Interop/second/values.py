"""The values of FORMAT section 1 that are written as text: base64, digests, decimals, receipt ids, reals."""

import base64
import binascii
import hashlib
import re
import struct
from fractions import Fraction

INTEGER_MAX = 2**53 - 1
PRICE_MAX = 2**62
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_DECIMAL = re.compile(r"0|[1-9][0-9]*")
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"(?P<sign>-?)(?P<whole>0|[1-9][0-9]*)(\.(?P<fraction>[0-9]+))?([eE](?P<exponent>[+-]?[0-9]+))?")
_ID = re.compile(r"[\x21-\x7e]{1,256}")
LITERAL_BYTES_MAX = 64


class Refused(Exception):
    """The input is not what the format says, or a check does not hold."""


def require(condition: object, what: str) -> None:
    if not condition:
        raise Refused(what)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def digest_text(raw: bytes) -> str:
    return "sha256:" + raw.hex()


def u64(number: int) -> bytes:
    return number.to_bytes(8, "big")


def from_base64(text: object, what: str) -> bytes:
    """RFC 4648 section 4 with padding and zero trailing bits: every other spelling of the same bytes is refused."""
    require(isinstance(text, str), f"{what} is no string")
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(f"{what} is no base64") from error
    require(base64.b64encode(data).decode() == text, f"{what} is not canonical base64")
    return data


def is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def is_receipt_id(value: object) -> bool:
    """A UUIDv7 (RFC 9562) in lower case."""
    return isinstance(value, str) and _UUID7.fullmatch(value) is not None


def is_id(value: object) -> bool:
    """Ids of contributors, assets, roles and policies (FORMAT section 7)."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def from_decimal(value: object, what: str, limit: int = 2**64 - 1) -> int:
    require(isinstance(value, str) and len(value) <= 20 and _DECIMAL.fullmatch(value), f"{what} is no decimal")
    require(int(value) <= limit, f"{what} is above {limit}")
    return int(value)


def is_integer(value: object, low: int = 0, high: int = INTEGER_MAX) -> bool:
    return type(value) is int and low <= value <= high


def binary32(literal: str) -> bytes:
    """The bits of a JSON number literal rounded once to binary32: nearest, ties to even. Not finite is refused."""
    parts = _NUMBER.fullmatch(literal)
    require(len(literal) <= LITERAL_BYTES_MAX and parts, f"{literal} is no JSON number")
    sign = 0x8000_0000 if parts["sign"] else 0
    fraction = parts["fraction"] or ""
    digits, exponent = int(parts["whole"] + fraction), int(parts["exponent"] or 0) - len(fraction)
    # Before 10 is raised to any power: what is far from the range of binary32 is zero or infinite.
    places = len(str(digits)) + exponent
    if not digits or places < -60:
        return struct.pack(">I", sign)
    require(places < 60, f"{literal} is not finite in binary32")
    # Positive binary32 numbers are ordered as their bits are: the greatest one that is not above, then the nearer.
    exact, low, high = digits * Fraction(10) ** exponent, 0, 0x7F80_0000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _float(middle) <= exact else (low, middle)
    below, above = exact - _float(low), _float(high) - exact
    bits = low if below < above or (below == above and low % 2 == 0) else high
    require(bits < 0x7F80_0000, f"{literal} is not finite in binary32")
    return struct.pack(">I", sign | bits)


def _float(bits: int) -> Fraction:
    """The number of some bits; those of infinity stand for 2^128, where rounding meets it."""
    return Fraction(2**128) if bits == 0x7F80_0000 else Fraction(struct.unpack(">f", struct.pack(">I", bits))[0])
