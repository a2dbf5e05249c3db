"""Cases of Ed25519: what RFC 8032 section 5.1.7 refuses, and the edge cases of "Taming the many EdDSAs" (2020)."""

import hashlib
from collections.abc import Iterator

from edwards import BASE, IDENTITY, L, P, Key, add, challenge, encode, holds, multiply, raw, recover, torsion

KEY = Key(hashlib.sha256(b"colophon negatives ed25519").digest())
OTHER = Key(hashlib.sha256(b"colophon negatives ed25519 other").digest())
MESSAGE = b"a statement"
Case = tuple[str, bytes, bytes, bytes, str]


def little(value: int, width: int = 32) -> bytes:
    return value.to_bytes(width, "little")


def cases() -> Iterator[Case]:
    """(name, public key, message, signature, valid | invalid | key: the key is refused)"""
    for message in (b"", b"\0", MESSAGE, bytes(1000)):
        yield f"control: a message of {len(message)} bytes", KEY.public, message, KEY.sign(message), "valid"
    good = KEY.sign(MESSAGE)
    yield from scalars(good)
    yield from commitments(good)
    yield from keys(good)
    yield from forms(good)


def scalars(good: bytes) -> Iterator[Case]:
    commitment, s = good[:32], int.from_bytes(good[32:], "little")
    for times in range(1, 16):
        if s + times * L < 2**256:
            yield f"s + {times} L", KEY.public, MESSAGE, commitment + little(s + times * L), "invalid"
    for bit in (252, 253, 254, 255):
        yield f"s with bit {bit}", KEY.public, MESSAGE, commitment + little(s ^ 1 << bit), "invalid"
    for name, value in (("0", 0), ("1", 1), ("L - 1", L - 1), ("L", L), ("L + 1", L + 1), ("2^252", 2**252),
                        ("2^255 - 1", 2**255 - 1), ("2^256 - 1", 2**256 - 1), ("L - s", L - s)):
        yield f"s = {name}", KEY.public, MESSAGE, commitment + little(value), "invalid"
    # With R the identity and s = h a mod L the equation holds: the same s, not reduced, must not.
    h = challenge(encode(IDENTITY), KEY.public, MESSAGE)
    s = h * KEY.scalar % L
    yield "control: R is the identity", KEY.public, MESSAGE, encode(IDENTITY) + little(s), "valid"
    yield "R is the identity, s + L", KEY.public, MESSAGE, encode(IDENTITY) + little(s + L), "invalid"


def commitments(good: bytes) -> Iterator[Case]:
    s = good[32:]
    for at, point in enumerate(torsion()):
        yield f"R of small order, {at}", KEY.public, MESSAGE, encode(point) + s, "invalid"
        yield f"R of small order, {at}, s = 0", KEY.public, MESSAGE, encode(point) + bytes(32), "invalid"
        if point != IDENTITY:
            # Holds times 8 alone: who clears the cofactor takes it, so one message has several signatures.
            yield f"R plus a point of small order, {at}", KEY.public, MESSAGE, KEY.sign(MESSAGE, shift=point), "invalid"
    # The identity's y is 1 and has a second spelling, p + 1; a sign bit on x = 0 is a third.
    for name, spelled in (("y = p + 1", raw(P + 1, 0)), ("x = 0 with a sign", raw(1, 1)),
                          ("y = p + 1 with a sign", raw(P + 1, 1))):
        h = challenge(spelled, KEY.public, MESSAGE)
        yield f"R: {name}", KEY.public, MESSAGE, spelled + little(h * KEY.scalar % L), "invalid"
    yield "R: another sign", KEY.public, MESSAGE, good[:31] + bytes([good[31] ^ 0x80]) + s, "invalid"
    for name, spelled in (("zeros", bytes(32)), ("ones", b"\xff" * 32), ("p", little(P)), ("no point", no_point())):
        yield f"R: {name}", KEY.public, MESSAGE, spelled + s, "invalid"


def no_point() -> bytes:
    y = 2
    while recover(y, 0) is not None:
        y += 1
    return raw(y, 0)


def keys(good: bytes) -> Iterator[Case]:
    for at, point in enumerate(torsion()):
        # s B = R + h A with h A = O for one message in eight (for the identity: for every one).
        message = next(m for m in (b"%d" % n for n in range(1000)) if small(m, point))
        yield f"a key of small order, {at}", encode(point), message, small_signature(message, point), "key"
    # Every spelling of a small point that is not canonical: y = p and p + 1, and signs on x = 0.
    for name, spelled in (("y = p", raw(P, 0)), ("y = p, sign", raw(P, 1)), ("y = p + 1", raw(P + 1, 0)),
                          ("y = p + 1, sign", raw(P + 1, 1)), ("y = 1, sign", raw(1, 1)),
                          ("y = p - 1, sign", raw(P - 1, 1))):
        commitment = encode(multiply(5, BASE))
        yield f"a key of small order, not canonical: {name}", spelled, MESSAGE, commitment + little(5), "key"
    for y in range(2, 19):
        point = recover(y, 0)
        if point is not None:
            yield f"a key with y = p + {y}", raw(P + y, 0), MESSAGE, good, "key"
    yield "a key that is no point", no_point(), MESSAGE, good, "invalid"
    mixed = encode(add(KEY.point, torsion()[1]))
    for number in range(1000):
        message = b"mixed %d" % number
        signature = KEY.sign(message, public=mixed)
        point = recover_all(signature[:32])
        h = challenge(signature[:32], mixed, message)
        if not holds(recover_all(mixed), point, int.from_bytes(signature[32:], "little"), h):
            assert holds(recover_all(mixed), point, int.from_bytes(signature[32:], "little"), h, cofactor=8)
            yield "a key of mixed order, valid only times 8", mixed, message, signature, "invalid"
            break
    yield "the key with another sign", KEY.public[:31] + bytes([KEY.public[31] ^ 0x80]), MESSAGE, good, "invalid"
    yield "another's key", OTHER.public, MESSAGE, good, "invalid"
    yield "the challenge over another's key", KEY.public, MESSAGE, KEY.sign(MESSAGE, public=OTHER.public), "invalid"


def recover_all(encoded: bytes):
    value = int.from_bytes(encoded, "little")
    return recover(value & 2**255 - 1, value >> 255)


def small(message: bytes, point) -> bool:
    return multiply(challenge(encode(multiply(5, BASE)), encode(point), message), point) == IDENTITY


def small_signature(message: bytes, point) -> bytes:
    signature = encode(multiply(5, BASE)) + little(5)
    assert holds(point, multiply(5, BASE), 5, challenge(signature[:32], encode(point), message))
    return signature


def forms(good: bytes) -> Iterator[Case]:
    for count in (0, 1, 31, 32, 33, 63):
        yield f"cut to {count} bytes", KEY.public, MESSAGE, good[:count], "invalid"
    for name, bad in (("a byte more", good + b"\0"), ("a byte in front", b"\0" + good), ("twice", good + good),
                      ("R and s swapped", good[32:] + good[:32]), ("R big-endian", good[31::-1] + good[32:]),
                      ("s big-endian", good[:32] + good[:31:-1]), ("zeros", bytes(64)), ("ones", b"\xff" * 64)):
        yield name, KEY.public, MESSAGE, bad, "invalid"
    for name, message in (("no message", b""), ("a byte more", MESSAGE + b"\0"), ("its digest",
                          hashlib.sha512(MESSAGE).digest())):
        yield f"another message: {name}", KEY.public, message, good, "invalid"
    prefix = b"SigEd25519 no Ed25519 collisions"
    ctx = KEY.sign(MESSAGE, dom=prefix + b"\0\3foo")
    yield "Ed25519ctx", KEY.public, MESSAGE, ctx, "invalid"
    hashed = hashlib.sha512(MESSAGE).digest()
    yield "Ed25519ph", KEY.public, MESSAGE, KEY.sign(hashed, dom=prefix + b"\1\0"), "invalid"
    yield "signed over the digest", KEY.public, MESSAGE, KEY.sign(hashed), "invalid"
