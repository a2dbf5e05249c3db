"""ECDSA (FIPS 186-5 section 6) over Python integers, on short Weierstrass curves with a = -3 or 0."""

import hashlib
import hmac
from dataclasses import dataclass

Point = tuple[int, int] | None


@dataclass(frozen=True)
class Curve:
    name: str
    p: int
    a: int
    b: int
    n: int
    base: tuple[int, int]
    # The content of the OBJECT IDENTIFIER.
    oid: bytes

    @property
    def width(self) -> int:
        return (self.p.bit_length() + 7) // 8

    def add(self, a: Point, b: Point) -> Point:
        if a is None or b is None:
            return a if b is None else b
        if a[0] == b[0]:
            if (a[1] + b[1]) % self.p == 0:
                return None
            slope = (3 * a[0] * a[0] + self.a) * pow(2 * a[1], -1, self.p)
        else:
            slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, self.p)
        x = (slope * slope - a[0] - b[0]) % self.p
        return x, (slope * (a[0] - x) - a[1]) % self.p

    def multiply(self, k: int, a: Point) -> Point:
        total: Point = None
        while k:
            if k & 1:
                total = self.add(total, a)
            a, k = self.add(a, a), k >> 1
        return total

    def lift(self, x: int) -> Point:
        """A point with this x, or None. Every p here is 3 modulo 4."""
        square = (x**3 + self.a * x + self.b) % self.p
        y = pow(square, (self.p + 1) // 4, self.p)
        return (x, y) if y * y % self.p == square else None

    def encode(self, a: tuple[int, int], prefix: bytes = b"") -> bytes:
        return prefix + a[0].to_bytes(self.width, "big") + a[1].to_bytes(self.width, "big")

    def scalar(self, digest: bytes) -> int:
        """The leftmost bits of a digest, as many as n has."""
        return int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - self.n.bit_length())


P256 = Curve(
    "P-256", 2**256 - 2**224 + 2**192 + 2**96 - 1, -3,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5),
    bytes.fromhex("2a8648ce3d030107"))
P384 = Curve(
    "P-384", 2**384 - 2**128 - 2**96 + 2**32 - 1, -3,
    0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    (0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
     0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F),
    bytes.fromhex("2b81040022"))
SECP256K1 = Curve(
    "secp256k1", 2**256 - 2**32 - 977, 0, 7,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8),
    bytes.fromhex("2b8104000a"))


class Key:
    """A key pair. `seed` is any text; the scalar is its hash."""

    def __init__(self, curve: Curve, seed: str) -> None:
        self.curve = curve
        self.scalar = int.from_bytes(hashlib.sha512(seed.encode()).digest(), "big") % (curve.n - 1) + 1
        self.point = curve.multiply(self.scalar, curve.base)

    def sign(self, message: bytes, digest: str) -> tuple[int, int]:
        """(r, s). The nonce comes from key and message, so that the same bytes come out on each run."""
        hashed = hashlib.new(digest, message).digest()
        z, n = self.curve.scalar(hashed), self.curve.n
        code = hmac.new(self.scalar.to_bytes(64, "big"), digest.encode() + hashed, "sha512")
        k = int.from_bytes(code.digest(), "big") % (n - 1) + 1
        r = self.curve.multiply(k, self.curve.base)[0] % n
        return r, (z + r * self.scalar) * pow(k, -1, n) % n


def holds(curve: Curve, public: tuple[int, int], r: int, s: int, z: int) -> bool:
    """Verification, FIPS 186-5 section 6.4.2."""
    if not (1 <= r < curve.n and 1 <= s < curve.n):
        return False
    w = pow(s, -1, curve.n)
    found = curve.add(curve.multiply(z * w % curve.n, curve.base), curve.multiply(r * w % curve.n, public))
    return found is not None and found[0] % curve.n == r
