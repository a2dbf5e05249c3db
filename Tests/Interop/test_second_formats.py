"""Other spellings of what is signed: each is refused by both verifiers, though its key signed exactly these bytes."""

import json
from typing import Any

import pytest

import mint
from both import edited, failed, with_bytes
from mint import KEYS
from recipes import MANIFEST, Recipe
from second import cbor, jcs
from second.values import sha256

KEY = KEYS["operator"]
PAYLOAD = jcs.canonical({
    "_type": "https://in-toto.io/Statement/v1", "predicate": MANIFEST, "predicateType": "urn:colophon:model:v1",
    "subject": [{"digest": {"sha256": sha256(jcs.canonical(MANIFEST)).hex()}, "name": "tiny"}]})
TYPE = "application/vnd.in-toto+json"
HEADER = {1: -8, 3: TYPE, 4: KEY.kid, 15: mint.claims(KEY, "tiny")}
MAP = cbor.encode(HEADER)


def signed(header: bytes = MAP, payload: bytes = PAYLOAD, start: bytes = b"\xd2\x84", unprotected: bytes = b"\xa0") -> bytes:
    signature = KEY.sign(cbor.encode(["Signature1", header, b"", payload]))
    return start + cbor.encode(header) + unprotected + cbor.encode(payload) + cbor.encode(signature)


def header(**changes: Any) -> bytes:
    labels = {"alg": 1, "type": 3, "kid": 4, "claims": 15, "more": 16}
    kept = HEADER | {labels[name]: value for name, value in changes.items()}
    return cbor.encode({label: value for label, value in kept.items() if value is not ...})


def claims(**changes: Any) -> bytes:
    labels = {"iss": 1, "sub": 2, "aud": 3, "iat": 6}
    kept = HEADER[15] | {labels[name]: value for name, value in changes.items()}
    return header(claims={label: value for label, value in kept.items() if value is not ...})


def respelled(old: bytes, new: bytes) -> bytes:
    assert PAYLOAD.count(old) >= 1
    return signed(payload=PAYLOAD.replace(old, new, 1))


SPELLINGS = {
    "map of indefinite length": signed(b"\xbf" + MAP[1:] + b"\xff"), "map with a long head": signed(b"\xb8\x04" + MAP[1:]),
    "long integer": signed(b"\xa4\x18\x01" + MAP[2:]), "label out of order": signed(b"\xa4" + MAP[3:] + MAP[1:3]),
    "label twice": signed(b"\xa5" + MAP[1:3] + MAP[1:]), "bytes behind the header": signed(MAP + b"\x00"),
    "no key id": signed(header(kid=...)), "another header": signed(header(more=1)),
    "no type": signed(header(type=...)), "another type": signed(header(type="application/json")),
    "no claims": signed(header(claims=...)), "no iat": signed(claims(iat=...)), "iat before 1970": signed(claims(iat=-1)),
    "iat of 64 bits": signed(claims(iat=1 << 63)), "the last iat of 64 bits": signed(claims(iat=(1 << 64) - 1)),
    "iat as text": signed(claims(iat="1")), "another claim": signed(claims(aud="x")), "empty iss": signed(claims(iss="")),
    "long iss": signed(claims(iss="x" * 1025)), "sub of bytes": signed(claims(sub=b"tiny")),
    "no tag": signed(start=b"\x84"), "tag 17": signed(start=b"\xd1\x84"), "long tag": signed(start=b"\xd8\x12\x84"),
    "array of indefinite length": signed(start=b"\xd2\x9f") + b"\xff", "unprotected in a long form": signed(unprotected=b"\xb8\0"),
    "unprotected of indefinite length": signed(unprotected=b"\xbf\xff"),
    "unprotected header": signed(unprotected=cbor.encode({394: []})), "bytes behind the end": signed() + b"\0",
    "no payload": signed().replace(cbor.encode(PAYLOAD), b"\xf6"), "cut": signed()[:-1],
    "payload in pieces": signed().replace(cbor.encode(PAYLOAD), b"\x5f" + cbor.encode(PAYLOAD) + b"\xff"),
    "space": respelled(b":", b": "), "newline behind": signed(payload=PAYLOAD + b"\n"),
    "byte order mark": signed(payload=b"\xef\xbb\xbf" + PAYLOAD),
    "escaped letter": respelled(b"Tiny", b"\\u0054iny"), "escaped slash": respelled(b"https:/", b"https:\\/"),
    "name twice": respelled(b'"id":"tiny"', b'"id":"tiny","id":"tiny"'), "lone surrogate": respelled(b"Tiny", b"\\ud800"),
    "encoded surrogate": respelled(b"Tiny", b"\xed\xa0\x80"), "broken UTF-8": respelled(b"Tiny", b"\xff"),
    "long UTF-8": respelled(b"Tiny", b"\xc1\x94iny"), "raw control character": respelled(b"Tiny", b"Ti\x01ny"),
    "float": respelled(b":84,", b":84.0,"), "exponent": respelled(b":84,", b":84e0,"), "minus zero": respelled(b":84,", b":-0,"),
    "leading zero": respelled(b":84,", b":084,"), "2^53": respelled(b":84,", b":9007199254740992,"),
    "not a number": respelled(b":84,", b":NaN,"), "members out of order": respelled(
        b'"architecture":"llama","context_length":84', b'"context_length":84,"architecture":"llama"'),
    "two subjects": signed(payload=jcs.canonical(json.loads(PAYLOAD) | {"subject": json.loads(PAYLOAD)["subject"] * 2})),
    "another kind": respelled(b"colophon:model", b"colophon:key"), "upper case digits": signed(payload=PAYLOAD.replace(
        sha256(jcs.canonical(MANIFEST)).hex().encode(), sha256(jcs.canonical(MANIFEST)).hex().upper().encode()))}


def test_the_spelling_that_all_others_differ_from(both):
    for honest in (signed(), signed(claims(iat=0)), signed(claims(iat=(1 << 63) - 1))):
        assert both(with_bytes(Recipe().mint(), "statements", "model", honest), mint.trust_policy()).accepted


@pytest.mark.parametrize("name", SPELLINGS)
def test_another_spelling_of_a_statement_is_unreadable(name, both):
    report = both(with_bytes(Recipe().mint(), "statements", "model", SPELLINGS[name]), mint.trust_policy())
    assert failed(report) == {"signatures"} and set(report.states.values()) == {"fail", "not_checked"}, report.table()


@pytest.mark.parametrize("name", ["no algorithm", "another", "short key id", "short signature", "no signature"])
def test_what_is_not_signed_by_its_key_is_readable_and_fails(name, both):
    long = cbor.head(2, 64)
    statement = {
        "no algorithm": signed(header(alg=...)), "another": signed(header(alg=-7)),
        "short key id": signed(header(kid=KEY.kid[:-1])), "short signature": signed()[:-66] + b"\x58\x3f" + signed()[-63:],
        "no signature": signed()[:-66] + b"\x40"}[name]
    assert signed()[-66:-64] == long
    report = both(with_bytes(Recipe().mint(), "statements", "model", statement), mint.trust_policy())
    assert failed(report) == {"signatures", "model"}


def test_another_spelling_of_the_file_is_unreadable(both):
    bundle = Recipe().mint()
    value = json.loads(bundle)
    padded = next(name for name, text in value["openings"].items() if text.endswith("="))
    last = value["openings"][padded]
    symbol = last.rstrip("=")[-1]
    spare = last.replace(symbol + "=", chr(ord(symbol) + 1) + "=", 1)
    assert mint.base64.b64decode(spare) == mint.base64.b64decode(last), "two spellings of the same bytes"
    for changed in (
        bundle + b"\n", b" " + bundle, json.dumps(value).encode(), bundle.replace(b'"as_of":"11"', b'"as_of":11'),
        bundle.replace(b'"as_of":"11"', b'"as_of":"011"'), bundle[:-1] + b',"z":1}', b"", b"[]",
        edited(bundle, lambda v: v["openings"].update(other=v["openings"]["wire"])),
        edited(bundle, lambda v: v["openings"].update({"message/00": v["openings"]["wire"]})),
        edited(bundle, lambda v: v["statements"].update(key=v["statements"]["model"])), edited(bundle, lambda v: v["does_not_show"].pop()),
        edited(bundle, lambda v: v["openings"].update({padded: spare})),
        edited(bundle, lambda v: v["openings"].update({padded: last.rstrip("=")})),
        edited(bundle, lambda v: v["openings"].update({padded: last + "\n"})),
        edited(bundle, lambda v: v["openings"].update({padded: "-" + last[1:]})),
        edited(bundle, lambda v: v["openings"].update({padded: 1})),
        edited(bundle, lambda v: v.update(receipt_id=v["receipt_id"].upper())),
        edited(bundle, lambda v: v.update(receipt_id=v["receipt_id"].replace("-7", "-4", 1))),
        edited(bundle, lambda v: v.update(media_type="application/json"))):
        assert changed != bundle
        report = both(changed, mint.trust_policy(), what=changed[:80])
        assert failed(report) == {"signatures"} and report.receipt_id is None


def test_openings_that_say_another_length(both):
    bundle = Recipe().mint()
    for name in ("content", "stream", "message/99999"):
        for blob in (b"", bytes(39), bytes(40), bytes(41), bytes(32) + b"\xff" * 8):
            report = both(with_bytes(bundle, "openings", name, blob), mint.trust_policy(), what=(name, blob))
            assert failed(report) == {"content", "custody"}
