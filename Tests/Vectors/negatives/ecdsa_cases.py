"""Cases of ECDSA on P-256 with SHA-256 and P-384 with SHA-384, the signature as r ‖ s or in DER."""

import hashlib
from collections.abc import Iterator

import der
from weierstrass import P256, P384, SECP256K1, Curve, Key, holds

HASHES = {"P-256": "sha256", "P-384": "sha384", "secp256k1": "sha256"}
MESSAGE = b"a statement"
EC_PUBLIC_KEY = bytes.fromhex("2a8648ce3d0201")
# (name, SubjectPublicKeyInfo, message, form, signature, valid | invalid | key)
Case = tuple[str, bytes, bytes, str, bytes, str]


def info(curve: Curve, point: bytes, oid: bytes | None = None) -> bytes:
    return der.sequence(der.sequence(der.oid(EC_PUBLIC_KEY), der.oid(oid or curve.oid)), der.bits(point))


def public(key: Key) -> bytes:
    return info(key.curve, key.curve.encode(key.point, b"\4"))


def fixed(curve: Curve, r: int, s: int) -> bytes:
    return r.to_bytes(curve.width, "big") + s.to_bytes(curve.width, "big")


def pair(r: int, s: int) -> bytes:
    return der.sequence(der.integer(r), der.integer(s))


def cases(curve: Curve) -> Iterator[Case]:
    key = Key(curve, f"colophon negatives {curve.name}")
    r, s = key.sign(MESSAGE, HASHES[curve.name])
    spki = public(key)
    yield "control: r, s", spki, MESSAGE, "fixed", fixed(curve, r, s), "valid"
    yield "control: DER", spki, MESSAGE, "der", pair(r, s), "valid"
    # The equation has two solutions, and COSE (RFC 9053 section 2.1) takes both.
    yield "control: the other s", spki, MESSAGE, "fixed", fixed(curve, r, curve.n - s), "valid"
    yield from numbers(key, r, s)
    yield from equations(key)
    yield from hashes(key)
    yield from keys(key, fixed(curve, r, s))
    yield from lengths(spki, fixed(curve, r, s), curve)
    yield from encodings(spki, r, s)


def numbers(key: Key, r: int, s: int) -> Iterator[Case]:
    curve, spki = key.curve, public(key)
    n, p, top = curve.n, curve.p, 256 ** curve.width - 1
    named = {"0": 0, "1": 1, "n - 1": n - 1, "n": n, "n + 1": n + 1, "p - n": p - n, "p": p, "p + 1": p + 1, "2^w - 1": top}
    for left, a in named.items():
        for right, b in named.items():
            yield f"r = {left}, s = {right}", spki, MESSAGE, "fixed", fixed(curve, a, b), "invalid"
    for name, value in named.items():
        yield f"r = {name}", spki, MESSAGE, "fixed", fixed(curve, value, s), "invalid"
        yield f"s = {name}", spki, MESSAGE, "fixed", fixed(curve, r, value), "invalid"
        yield f"DER, r = {name}", spki, MESSAGE, "der", pair(value, s), "invalid"
        yield f"DER, s = {name}", spki, MESSAGE, "der", pair(r, value), "invalid"
    for name, a, b in (("r - n", r - n, s), ("r + n", r + n, s), ("s - n", r, s - n), ("s + n", r, s + n), ("-r", -r, s),
                       ("-s", r, -s), ("r + 2^512", r + 2**512, s)):
        yield f"DER, {name}", spki, MESSAGE, "der", pair(a, b), "invalid"
    yield "n - r", spki, MESSAGE, "fixed", fixed(curve, n - r, s), "invalid"
    yield "s and r", spki, MESSAGE, "fixed", fixed(curve, s, r), "invalid"


def equations(key: Key) -> Iterator[Case]:
    """Where the two sums meet: at infinity, in one point, and beyond n."""
    curve, n = key.curve, key.curve.n
    z = curve.scalar(hashlib.new(HASHES[curve.name], MESSAGE).digest())
    r = -z * pow(key.scalar, -1, n) % n
    assert curve.add(curve.multiply(z, curve.base), curve.multiply(r, key.point)) is None
    for s in (1, 2, n - 1):
        yield f"u G + v Q is infinity, s = {s if s < 3 else 'n - 1'}", public(key), MESSAGE, "fixed", fixed(curve, r, s), "invalid"
    # u G = v Q: a doubling. d = z / r and s = 2 z / k, with r = x(k G).
    k = 12345
    r = curve.multiply(k, curve.base)[0] % n
    doubling = Key(curve, "")
    doubling.scalar = z * pow(r, -1, n) % n
    doubling.point = curve.multiply(doubling.scalar, curve.base)
    s = 2 * z * pow(k, -1, n) % n
    assert holds(curve, doubling.point, r, s, z)
    yield "control: u G = v Q", public(doubling), MESSAGE, "fixed", fixed(curve, r, s), "valid"
    yield "u G = v Q, r + 1", public(doubling), MESSAGE, "fixed", fixed(curve, r + 1, s), "invalid"
    # x(R) = n + i: r is i, and n + i says the same number with more bits.
    extra = next(i for i in range(1, 1000) if curve.lift(n + i))
    point, s = curve.lift(n + extra), 54321
    # Q = (s R - z G) / r
    minus = curve.multiply(n - z, curve.base)
    other = curve.multiply(pow(extra, -1, n), curve.add(curve.multiply(s, point), minus))
    assert holds(curve, other, extra, s, z)
    spki = info(curve, curve.encode(other, b"\4"))
    yield "control: x(R) = n + r", spki, MESSAGE, "fixed", fixed(curve, extra, s), "valid"
    yield "x(R) = n + r, r not reduced", spki, MESSAGE, "fixed", fixed(curve, n + extra, s), "invalid"


def hashes(key: Key) -> Iterator[Case]:
    curve = key.curve
    for digest in ("sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_384"):
        if digest != HASHES[curve.name]:
            yield f"signed over {digest}", public(key), MESSAGE, "fixed", fixed(curve, *key.sign(MESSAGE, digest)), "invalid"
    hashed = hashlib.new(HASHES[curve.name], MESSAGE).digest()
    good = fixed(curve, *key.sign(MESSAGE, HASHES[curve.name]))
    yield "the digest as the message", public(key), hashed, "fixed", good, "invalid"
    yield "signed over the digest", public(key), MESSAGE, "fixed", fixed(curve, *key.sign(hashed, HASHES[curve.name])), "invalid"
    yield "no message", public(key), b"", "fixed", good, "invalid"
    yield "a byte more", public(key), MESSAGE + b"\0", "fixed", good, "invalid"


def keys(key: Key, good: bytes) -> Iterator[Case]:
    curve, (x, y) = key.curve, key.point
    yield "another's key", public(Key(curve, "another")), MESSAGE, "fixed", good, "invalid"
    yield "the key with -y", info(curve, curve.encode((x, curve.p - y), b"\4")), MESSAGE, "fixed", good, "invalid"
    low = next(at for at in range(1, 100) if curve.lift(at))
    spelled = {
        "x + 1": curve.encode((x + 1, y), b"\4"), "(0, 0)": curve.encode((0, 0), b"\4"),
        "(p, p)": curve.encode((curve.p, curve.p), b"\4"),
        "x not reduced": curve.encode((low + curve.p, curve.lift(low)[1]), b"\4"),
        "infinity": b"\0", "nothing": b"", "compressed": bytes([2 + (y & 1)]) + curve.encode((x, y))[:curve.width],
        "hybrid": curve.encode((x, y), bytes([6 + (y & 1)])), "hybrid, wrong sign": curve.encode((x, y), bytes([7 - (y & 1)])),
        "a byte less": curve.encode((x, y), b"\4")[:-1], "a byte more": curve.encode((x, y), b"\4") + b"\0",
        "no prefix": curve.encode((x, y)), "the twist": curve.encode(twist(curve), b"\4"),
    }
    for name, point in spelled.items():
        yield f"a key: {name}", info(curve, point), MESSAGE, "fixed", good, "key"
    for other in (P256, P384, SECP256K1):
        if other is not curve:
            yield f"the point under {other.name}", info(curve, curve.encode((x, y), b"\4"), other.oid), MESSAGE, "fixed", good, "key"
    stranger = Key(SECP256K1, "colophon negatives")
    signature = fixed(SECP256K1, *stranger.sign(MESSAGE, "sha256"))
    yield "a key on secp256k1", public(stranger), MESSAGE, "fixed", signature, "key"
    other = Key(P384 if curve is P256 else P256, "colophon negatives")
    # Verified as what it says it is it would be valid: the algorithm asked for is the first curve's.
    yield f"a key on {other.curve.name}", public(other), MESSAGE, "fixed", fixed(
        other.curve, *other.sign(MESSAGE, HASHES[other.curve.name])), "invalid"
    yield "explicit parameters", explicit(key), MESSAGE, "fixed", good, "key"
    # CVE-2020-0601: the base point is Q and the key 1, so that anybody signs.
    yield "explicit parameters, the key as base", explicit(key, key.point), MESSAGE, "fixed", good, "key"
    spki = public(key)
    for name, bad in (("a byte after it", spki + b"\0"), ("a long length", der.long_length(spki)),
                      ("no definite length", der.indefinite(spki)), ("cut", spki[:-1]), ("nothing", b"")):
        yield f"SubjectPublicKeyInfo: {name}", bad, MESSAGE, "fixed", good, "key"


def twist(curve: Curve) -> tuple[int, int]:
    """A point on y^2 = x^3 + a x + b' with another b'."""
    return 5, 7


def explicit(key: Key, base: tuple[int, int] | None = None) -> bytes:
    curve = key.curve
    field = der.sequence(der.oid(bytes.fromhex("2a8648ce3d0101")), der.integer(curve.p))
    coefficients = der.sequence(
        der.octets((curve.a % curve.p).to_bytes(curve.width, "big")), der.octets(curve.b.to_bytes(curve.width, "big")))
    point = der.octets(curve.encode(base or curve.base, b"\4"))
    parameters = der.sequence(der.integer(1), field, coefficients, point, der.integer(curve.n), der.integer(1))
    return der.sequence(
        der.sequence(der.oid(EC_PUBLIC_KEY), parameters), der.bits(curve.encode(key.point, b"\4")))


def lengths(spki: bytes, good: bytes, curve: Curve) -> Iterator[Case]:
    width = curve.width
    for name, bad in (
        ("nothing", b""), ("cut", good[:-1]), ("a byte more", good + b"\0"), ("a byte in front", b"\0" + good),
        ("r alone", good[:width]), ("twice", good + good), ("padded halves", b"\0" + good[:width] + b"\0" + good[width:]),
        ("zeros", bytes(2 * width)), ("ones", b"\xff" * (2 * width)), ("little-endian", good[width - 1::-1] + good[:width - 1:-1]),
        ("the other curve's width", bytes(16) + good[:width] + bytes(16) + good[width:] if width == 32 else good[16:48] + good[64:]),
    ):
        yield f"fixed form: {name}", spki, MESSAGE, "fixed", bad, "invalid"
    r, s = int.from_bytes(good[:width], "big"), int.from_bytes(good[width:], "big")
    yield "DER where the fixed form is due", spki, MESSAGE, "fixed", pair(r, s), "invalid"
    yield "the fixed form where DER is due", spki, MESSAGE, "der", good, "invalid"


def encodings(spki: bytes, r: int, s: int) -> Iterator[Case]:
    for name, bad in broken(r, s).items():
        yield f"DER: {name}", spki, MESSAGE, "der", bad, "invalid"


def broken(r: int, s: int) -> dict[str, bytes]:
    """Spellings of (r, s) that are BER at best."""
    good, a, b = pair(r, s), der.integer(r), der.integer(s)
    zero = lambda number: der.element(2, b"\0", der.content(number))
    return {
        "nothing": b"", "an empty sequence": der.sequence(), "one number": der.sequence(a),
        "three numbers": der.sequence(a, b, b), "a zero in front of r": der.sequence(zero(a), b),
        "a zero in front of s": der.sequence(a, zero(b)), "a long length": der.long_length(good),
        "a long length of r": der.sequence(der.long_length(a), b), "a long length of s": der.sequence(a, der.long_length(b)),
        "no definite length": der.indefinite(good), "cut": good[:-1], "a byte after it": good + b"\0",
        "an end of contents after it": good + b"\0\0", "a null inside": der.sequence(a, b, b"\5\0"),
        "a set": b"\x31" + good[1:], "a context tag": b"\xa0" + good[1:], "r as an octet string": der.sequence(b"\4" + a[1:], b),
        "s as an enumerated": der.sequence(a, b"\x0a" + b[1:]), "r without content": der.sequence(b"\2\0", b),
        "r without a sign": der.sequence(der.element(2, der.content(a).lstrip(b"\0")), b) if der.content(a)[0] == 0
        else der.sequence(der.element(2, b"\xff" + der.content(a)), b),
        "a length beyond the end": good[:1] + bytes([good[1] + 1]) + good[2:],
        "a length before the end": good[:1] + bytes([good[1] - 1]) + good[2:],
        "a length of 2^32": b"\x30\x84\xff\xff\xff\xff" + der.content(good), "a tag in long form": b"\x3f\x10" + good[1:],
        "wrapped once more": der.sequence(good), "in an octet string": der.octets(good),
    }
