"""Paths that RFC 5280 section 6 refuses, one mistake each, beside those that differ from them by that mistake alone."""

import hashlib
from collections.abc import Iterator

import der
from certificate import (AUTHORITY, CONSTRAINTS, ENTITY, ISSUER_KEY, NAMES, NOW, SUBJECT_KEY, USAGE, Issued, algorithm, constraints,
                         extension, make, name, root, usage)
from ecdsa_cases import broken, info
from weierstrass import P256, P384, SECP256K1, Key

# (name, leaf, intermediates, roots, time in seconds since 1970, valid | invalid)
Case = tuple[str, bytes, list[bytes], list[bytes], int, str]
ROOT = root("root")
MIDDLE = ROOT.issue("middle", AUTHORITY, key=Key(P384, "colophon negatives middle"))
LEAF = MIDDLE.issue("leaf", ENTITY)


def case(title: str, leaf: Issued, others: list[Issued], roots: list[Issued], at: int = NOW, result: str = "invalid") -> Case:
    return title, leaf.encoded, [other.encoded for other in others], [one.encoded for one in roots], at, result


def leaf(title: str, result: str = "invalid", extensions: list[bytes] = ENTITY, **odd) -> Case:
    return case(title, MIDDLE.issue("leaf", extensions, **odd), [MIDDLE], [ROOT], result=result)


def middle(title: str, extensions: list[bytes], result: str = "invalid", **odd) -> Case:
    odd.setdefault("key", Key(P384, "colophon negatives middle"))
    issuer = ROOT.issue("middle", extensions, **odd)
    return case(title, issuer.issue("leaf", ENTITY), [issuer], [ROOT], result=result)


def cases() -> Iterator[Case]:
    yield case("control: leaf, middle, root", LEAF, [MIDDLE], [ROOT], result="valid")
    yield from authorities()
    yield from anchors()
    yield from times()
    yield from extensions()
    yield from algorithms()
    yield from encodings()


def authorities() -> Iterator[Case]:
    sign = usage(0x06, 1)
    yield middle("an issuer without basicConstraints", [sign])
    yield middle("an issuer with cA FALSE", [constraints(False), sign])
    yield middle("an issuer with cA FALSE and a path length", [constraints(False, 3), sign])
    yield middle("an issuer that may only sign data", [constraints(True), usage(0x80, 7)])
    yield middle("an issuer that may only sign lists", [constraints(True), usage(0x02, 1)])
    yield middle("control: an issuer without keyUsage", [constraints(True)], "valid")
    yield middle("an issuer of version 1", [], version=None)
    yield middle("a path length below zero", [constraints(True, -1), sign])
    yield middle("basicConstraints that is no sequence", [extension(CONSTRAINTS, der.boolean(True)), sign])
    yield middle("basicConstraints with bytes after it", [extension(CONSTRAINTS, der.sequence(der.boolean(True)) + b"\0"), sign])
    yield middle("cA of another byte than ff", [extension(CONSTRAINTS, der.sequence(b"\1\1\1")), sign])
    yield case("an end entity as issuer", LEAF.issue("below", ENTITY), [LEAF, MIDDLE], [ROOT])
    narrow = ROOT.issue("narrow", [constraints(True, 0), sign])
    yield case("control: a path length of 0", narrow.issue("leaf", ENTITY), [narrow], [ROOT], result="valid")
    below = narrow.issue("below", AUTHORITY)
    yield case("a path length that is exceeded", below.issue("leaf", ENTITY), [below, narrow], [ROOT])
    short = root("short", [constraints(True, 0), sign])
    deep = short.issue("deep", AUTHORITY)
    yield case("a root's path length that is exceeded", deep.issue("leaf", ENTITY), [deep], [short])
    chain = [ROOT]
    for number in range(12):
        chain.append(chain[-1].issue(f"link {number}", AUTHORITY))
    yield case("control: 6 issuers", chain[5].issue("leaf", ENTITY), chain[1:6], [ROOT], result="valid")
    yield case("12 issuers", chain[12].issue("leaf", ENTITY), chain[1:], [ROOT])
    excluded = extension(NAMES, der.sequence(der.element(0xA1, der.sequence(der.element(0xA4, name("leaf"))))))
    yield middle("a name that its issuer excludes", [*AUTHORITY, excluded])
    permitted = extension(NAMES, der.sequence(der.element(0xA0, der.sequence(der.element(0xA4, name("elsewhere"))))))
    yield middle("a name that its issuer does not permit", [*AUTHORITY, permitted])


def anchors() -> Iterator[Case]:
    yield case("no root", LEAF, [MIDDLE, ROOT], [])
    yield case("the root only handed in", LEAF, [MIDDLE, ROOT], [root("another")])
    yield case("a namesake of the root", LEAF, [MIDDLE], [root("root", key=Key(P384, "an impostor"))])
    yield case("an intermediate as the root", LEAF, [], [MIDDLE])
    own = root("middle", key=Key(P384, "an impostor"))
    yield case("a self-signed namesake of the intermediate", own.issue("leaf", ENTITY), [own], [ROOT])
    claimed = make("middle", Key(P384, "an impostor"), Key(P384, "an impostor"), AUTHORITY, issuer=ROOT.subject)
    yield case("an intermediate that signed itself in the root's name", claimed.issue("leaf", ENTITY), [claimed], [ROOT])
    alone = root("leaf", ENTITY, key=Key(P256, "alone"))
    yield case("a self-signed end entity", alone, [MIDDLE], [ROOT])
    lone = root("lone")
    yield case("another root's certificate", lone.issue("leaf", ENTITY), [MIDDLE], [ROOT])
    first = make("first", Key(P384, "first"), Key(P384, "second"), AUTHORITY, issuer=name("second"))
    second = make("second", Key(P384, "second"), Key(P384, "first"), AUTHORITY, issuer=name("first"))
    yield case("a circle", second.issue("leaf", ENTITY), [first, second], [ROOT])
    yield leaf("an issuer of another name", issuer=name("somebody"))
    yield leaf("an issuer of a longer name", issuer=name("middle "[:-1] + "x"))
    yield leaf("an issuer's name in two parts", issuer=der.sequence(der.content(name("mid")), der.content(name("dle"))))
    yield leaf("an empty issuer", issuer=der.sequence())
    yield leaf("signed by another key", signer=Key(P384, "an impostor"))
    mine, theirs = (hashlib.sha1(text).digest() for text in (b"mine", b"theirs"))
    for title, told, result in (("control: the issuer's key id", mine, "valid"), ("another key id", theirs, "invalid")):
        issuer = ROOT.issue("middle", [*AUTHORITY, extension(SUBJECT_KEY, der.octets(mine), False)])
        named = extension(ISSUER_KEY, der.sequence(der.element(0x80, told)), False)
        yield case(title, issuer.issue("leaf", [*ENTITY, named]), [issuer], [ROOT], result=result)


def times() -> Iterator[Case]:
    start, end = 1_767_225_600, 1_798_761_600
    for title, at, result in (("control: the first second", start, "valid"), ("control: the last second", end, "valid"),
                              ("a second too early", start - 1, "invalid"), ("a second too late", end + 1, "invalid")):
        yield case(title, LEAF, [MIDDLE], [ROOT], at, result)
    old = {"start": b"250101000000Z", "end": b"260201000000Z"}
    yield leaf("an expired leaf", **old)
    yield middle("an expired intermediate", AUTHORITY, **old)
    expired = root("root", **old)
    yield case("an expired root", LEAF, [MIDDLE], [expired])
    yield leaf("a leaf of tomorrow", start=b"261231235959Z")
    yield leaf("a validity that ends before it begins", start=b"270101000000Z", end=b"260101000000Z")
    yield leaf("control: GeneralizedTime", "valid", end=b"20501231235959Z")
    for title, text in (
        ("no seconds", b"2701010000Z"), ("an offset", b"270101000000+0000"), ("an offset of hours", b"270101000000-1200"),
        ("no zone", b"270101000000"), ("a fraction", b"20270101000000.5Z"), ("a long time without zone", b"20270101000000"),
        ("a long time with an offset", b"20270101000000+0000"), ("a 13th month", b"271301000000Z"), ("a 31st of June", b"270631000000Z"),
        ("a 25th hour", b"270101250000Z"), ("letters", b"27010100000xZ"), ("nothing", b""), ("a sign", b"-70101000000Z"),
    ):
        yield leaf(f"notAfter: {title}", end=text)


def extensions() -> Iterator[Case]:
    odd = extension("2a0304", b"\5\0")
    yield leaf("an unknown critical extension", extensions=[*ENTITY, odd])
    yield leaf("control: an unknown extension", "valid", [*ENTITY, extension("2a0304", b"\5\0", False)])
    yield middle("an intermediate's unknown critical extension", [*AUTHORITY, odd])
    strange = root("strange", [*AUTHORITY, odd])
    yield case("a root's unknown critical extension", strange.issue("leaf", ENTITY), [], [strange])
    yield leaf("an extension twice", extensions=[*ENTITY, ENTITY[0]])
    yield middle("basicConstraints twice, the first FALSE", [constraints(False), *AUTHORITY])
    yield middle("basicConstraints twice, the first TRUE", [*AUTHORITY, constraints(False)])
    yield leaf("version 1 with extensions", version=None)
    yield leaf("version 2 with extensions", version=1)
    yield leaf("version 4", version=3)
    yield leaf("a negative version", version=-1)
    yield middle("an intermediate of version 1 with extensions", AUTHORITY, version=None)
    yield middle("an intermediate of version 2 with extensions", AUTHORITY, version=1)
    yield leaf("an empty list of extensions", extensions=[b""])
    yield leaf("an empty extension", extensions=[*ENTITY, der.sequence()])
    yield leaf("an extension without a value", extensions=[*ENTITY, der.sequence(der.oid(b"\x2a\3\4"))])
    yield leaf("a malformed keyUsage", extensions=[ENTITY[0], extension(USAGE, der.integer(1))])
    yield leaf("a keyUsage without a bit", extensions=[ENTITY[0], usage(0, 7)])


def algorithms() -> Iterator[Case]:
    yield leaf("another algorithm outside", outer=algorithm("sha256"))
    yield leaf("another algorithm inside", inner=algorithm("sha256"))
    yield leaf("parameters outside alone", outer=algorithm("sha384", b"\5\0"))
    yield leaf("parameters inside alone", inner=algorithm("sha384", b"\5\0"))
    yield leaf("over SHA-1", digest="sha1")
    yield middle("an intermediate over SHA-1", AUTHORITY, digest="sha1")
    yield leaf("said to be over SHA-512", inner=algorithm("sha512"), outer=algorithm("sha512"))
    rsa = der.sequence(der.oid(bytes.fromhex("2a864886f70d01010b")), b"\5\0")
    yield leaf("said to be RSA", inner=rsa, outer=rsa)
    edwards = der.sequence(der.oid(bytes.fromhex("2b6570")))
    yield leaf("said to be Ed25519", inner=edwards, outer=edwards)
    unknown = der.sequence(der.oid(b"\x2a\3\4"))
    yield leaf("said to be of an unknown algorithm", inner=unknown, outer=unknown)
    yield leaf("a key on secp256k1", key=Key(SECP256K1, "leaf"))
    yield middle("an issuer's key on secp256k1", AUTHORITY, key=Key(SECP256K1, "middle"))
    point = Key(P256, "compressed").point
    yield leaf("a compressed key", spki=info(P256, bytes([2 + (point[1] & 1)]) + P256.encode(point)[:32]))
    yield leaf("a key that is no point", spki=info(P256, b"\4" + bytes(64)))
    r, s = 7, 9
    for title in broken(r, s):
        yield leaf(f"signature: {title}", signature=lambda good, title=title: broken(*numbers(good))[title])
    yield leaf("signature: r = 0", signature=lambda good: der.sequence(der.integer(0), der.integer(numbers(good)[1])))
    yield leaf("signature: s = 0", signature=lambda good: der.sequence(der.integer(numbers(good)[0]), der.integer(0)))
    yield leaf("signature: s + n", signature=lambda good: pair_with(good, P384.n))
    yield leaf("signature: s - n", signature=lambda good: pair_with(good, -P384.n))
    yield leaf("signature: unused bits", unused=1)


def numbers(good: bytes) -> tuple[int, int]:
    first = good[4:4 + good[3]]
    second = good[6 + good[3]:]
    return int.from_bytes(first, "big"), int.from_bytes(second, "big")


def pair_with(good: bytes, more: int) -> bytes:
    r, s = numbers(good)
    return der.sequence(der.integer(r), der.integer(s + more))


def encodings() -> Iterator[Case]:
    yield leaf("a byte after it", whole=lambda good: good + b"\0")
    yield leaf("cut", whole=lambda good: good[:-1])
    yield leaf("a long length", whole=der.long_length)
    yield leaf("no definite length", whole=der.indefinite)
    # What is signed is the certificate as it stands: the spelling alone is wrong.
    yield leaf("a long length of what is signed", tbs=der.long_length)
    yield leaf("no definite length of what is signed", tbs=der.indefinite)
    yield leaf("a long length of the serial", serial=300, tbs=lambda good: grown(good, b"\2\2\1\x2c", b"\2\x81\2\1\x2c"))
    yield leaf("a zero in front of the serial", serial=300, tbs=lambda good: grown(good, b"\2\2\1\x2c", b"\2\3\0\1\x2c"))
    yield leaf("a version that is the default", version=0)
    yield leaf("a critical that is FALSE", extensions=[*ENTITY, false_critical()])
    yield leaf("something before the extensions", more=der.element(0xA4, b"\5\0"))
    yield leaf("a byte changed", tbs=same_length)
    yield middle("an issuer in BER", AUTHORITY, tbs=der.long_length)


def grown(encoded: bytes, old: bytes, new: bytes) -> bytes:
    body = der.content(encoded)
    assert body.count(old) == 1
    return der.sequence(body.replace(old, new))


def false_critical() -> bytes:
    return der.sequence(der.oid(b"\x2a\3\4"), der.boolean(False), der.octets(b"\5\0"))


def same_length(good: bytes) -> bytes:
    return good.replace(b"\x0c\4leaf", b"\x0c\4lea\xff", 1)
