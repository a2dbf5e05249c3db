"""Ed25519 (RFC 8032 section 5.1) over Python integers: slow, not constant in time, and free to be used wrongly."""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    t = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P)
    return x % P, y % P


def multiply(k: int, a: Point) -> Point:
    total = IDENTITY
    while k:
        if k & 1:
            total = add(total, a)
        a, k = add(a, a), k >> 1
    return total


def recover(y: int, sign: int) -> Point | None:
    """The point with this y, or None where there is none (RFC 8032 section 5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * SQRT_MINUS_1 % P
    if x * x % P != square or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y % P


BASE = recover(4 * pow(5, -1, P) % P, 0)


def encode(a: Point) -> bytes:
    return raw(a[1], a[0] & 1)


def raw(y: int, sign: int) -> bytes:
    """Any y below 2^255, canonical or not."""
    return (y | sign << 255).to_bytes(32, "little")


def torsion() -> list[Point]:
    """The eight points whose order divides 8: multiples of one of order 8."""
    y = 3
    while True:
        point = recover(y, 0)
        if point is not None:
            found = multiply(L, point)
            if multiply(4, found) != IDENTITY:
                return [multiply(k, found) for k in range(8)]
        y += 1


def challenge(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


class Key:
    """A key pair from a seed."""

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        half = bytearray(hashlib.sha512(seed).digest()[:32])
        half[0] &= 248
        half[31] = half[31] & 127 | 64
        self.scalar = int.from_bytes(half, "little")
        self.prefix = hashlib.sha512(seed).digest()[32:]
        self.point = multiply(self.scalar, BASE)
        self.public = encode(self.point)

    def sign(self, message: bytes, dom: bytes = b"", public: bytes | None = None, shift: Point = IDENTITY) -> bytes:
        """A signature; `public` replaces the key in the challenge, `shift` is added to R after it was made."""
        r = challenge(dom, self.prefix, message)
        commitment = encode(add(multiply(r, BASE), shift))
        h = challenge(dom, commitment, public or self.public, message)
        return commitment + ((r + h * self.scalar) % L).to_bytes(32, "little")


def holds(public: Point, point: Point, s: int, h: int, cofactor: int = 1) -> bool:
    """The equation of verification, with a cofactor of 1 or 8."""
    left = multiply(s, BASE)
    right = add(point, multiply(h, public))
    return multiply(cofactor, left) == multiply(cofactor, right)
