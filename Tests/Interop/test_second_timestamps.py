"""Both verifiers say the same of timestamps, honest and not."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

import mint
from both import edited, failed
from recipes import Recipe
from second.certificates import raw
from second.der import INTEGER, NULL, OID, SEQUENCE, SET, encode
from second.values import sha256
from stamp import SECONDS, Authority

WITNESSES = ["witness1", "witness2"]
VKEYS = [mint.KEYS[name].vkey(4, name) for name in WITNESSES]
ACCURACY = {
    "a second": (encode(SEQUENCE, encode(INTEGER, b"\1")), 1), "parts": (encode(SEQUENCE, encode(0x80, b"\5")), 1),
    "both": (encode(SEQUENCE, encode(INTEGER, b"\2"), encode(0x81, b"\5")), 3),
    "a day": (encode(SEQUENCE, encode(INTEGER, b"\1\x51\x80")), 86_400)}


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def imprint(bundle: bytes) -> bytes:
    return sha256(json.loads(bundle)["log"]["tlog_proof"].split("\n\n")[1].encode() + b"\n")


def stamped(bundle: bytes, token: bytes) -> bytes:
    return edited(bundle, lambda value: value["log"].update(timestamp=mint.b64(token)))


def trusted(authority: Authority, **changes) -> dict:
    return mint.trust_policy(timestamp_roots=authority.roots, **changes)


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("key", ["P-256", "P-384", "RSA"])
def test_tokens_of_every_algorithm_bound_the_time(key, digest, both):
    keys = {"P-256": lambda: ec.generate_private_key(ec.SECP256R1()), "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
            "RSA": lambda: rsa.generate_private_key(65537, 2048)}
    authority, bundle = Authority(key=keys[key]()), Recipe().mint()
    report = both(stamped(bundle, authority.token(imprint(bundle), digest=digest)), trusted(authority))
    assert report.accepted and f" {SECONDS} s" in report.checks["time"][1], report.table()


@pytest.mark.parametrize("name", ACCURACY)
def test_the_accuracy_counts_upwards(name, authority, both):
    accuracy, seconds = ACCURACY[name]
    bundle = Recipe().mint()
    report = both(stamped(bundle, authority.token(imprint(bundle), accuracy=accuracy)), trusted(authority))
    assert f" {SECONDS + seconds} s" in report.checks["time"][1], report.table()
    whole = both(stamped(bundle, authority.token(imprint(bundle), time=b"20250904153321.5Z")), trusted(authority))
    assert f" {SECONDS + 1} s" in whole.checks["time"][1], whole.table()


def test_of_two_bounds_the_earlier_one_holds_and_too_few_witnesses_leave_the_stamp(authority, both):
    """The witnesses sign at IAT + 1 and + 2, and the stamp is of IAT + 1 (recipes: 1,757,000,000 is IAT)."""
    bundle = Recipe(cosigners=WITNESSES).mint()
    token = authority.token(imprint(bundle))
    for quorum, seconds in ((1, mint.IAT + 1), (2, SECONDS)):
        report = both(stamped(bundle, token), trusted(authority, witnesses=VKEYS, quorum=quorum))
        assert report.accepted and f" {seconds} s" in report.checks["time"][1], report.table()
        assert "its witnesses and a timestamp" in report.checks["time"][1]
    few = Recipe(cosigners=WITNESSES[:1]).mint()
    report = both(stamped(few, authority.token(imprint(few))), trusted(authority, witnesses=VKEYS, quorum=2))
    assert report.required_unmet == ["witnesses"] and report.states["time"] == "pass", report.table()
    lost = edited(stamped(few, token), lambda value: value["log"].update(cose_receipt=""))
    assert both(lost, trusted(authority)).states["time"] == "not_checked"


def test_a_flipped_byte_of_a_token_or_a_root_is_refused(authority, both, seeded, is_long):
    bundle = Recipe().mint()
    token, trust = authority.token(imprint(bundle)), trusted(authority)
    for at in range(len(token)) if is_long else seeded.sample(range(len(token)), 25):
        changed = token[:at] + bytes([token[at] ^ 1 << seeded.randrange(8)]) + token[at + 1:]
        assert failed(both(stamped(bundle, changed), trust, what=at)) == {"time"}, at
    root = base64.b64decode(authority.roots[0])
    for at in range(len(root)) if is_long else seeded.sample(range(len(root)), 10):
        changed = root[:at] + bytes([root[at] ^ 1 << seeded.randrange(8)]) + root[at + 1:]
        assert both(stamped(bundle, token), trust | {"timestamp_roots": [mint.b64(changed)]}, what=at) is None, at


def test_a_certificate_has_one_spelling_and_any_serial_number_is_read(authority, both):
    """A signature of bits that are no whole bytes, which some readers take for the same; and a number below zero."""
    bundle = Recipe().mint()
    token, trust, signer = authority.token(imprint(bundle)), trusted(authority), authority.signer
    whole = raw(signer)
    start = token.index(whole)
    number = signer.serial_number.to_bytes(signer.serial_number.bit_length() // 8 + 1, "big")
    for at, mask in ((start + len(whole) - len(signer.signature) - 1, 1), (start + whole.index(number), 0x80)):
        changed = token[:at] + bytes([token[at] ^ mask]) + token[at + 1:]
        assert failed(both(stamped(bundle, changed), trust)) == {"time"}, at


def lies(authority: Authority, imprint: bytes) -> dict[str, bytes]:
    signer, mid, root = authority.signer, authority.mid, authority.root
    unsigned = encode(0xA1, encode(SEQUENCE, encode(OID, b"\x2a\x03"), encode(SET, encode(NULL))))
    good = authority.token(imprint)
    return {
        "another imprint": authority.token(sha256(b"other")), "nothing": b"", "no DER": b"token", "longer": good + b"\0",
        "the root too": authority.token(imprint, chain=[signer, mid, root]),
        "another order": authority.token(imprint, chain=[mid, signer]), "no issuer": authority.token(imprint, chain=[signer]),
        "no certificate": authority.token(imprint, chain=[]), "twice": authority.token(imprint, chain=[signer, mid, mid]),
        "unsigned attributes": authority.token(imprint, more=unsigned),
        "no parameters": authority.token(imprint, parameters=b""), "another version": authority.token(imprint, version=2),
        "nobody named": authority.token(imprint, names_signer=False), "another named": authority.token(imprint, named=mid),
        "another digest": authority.token(imprint, hashed=bytes(32)),
        "before the certificates": authority.token(imprint, time=b"20240904153321Z"),
        "after them": authority.token(imprint, time=b"20450904153321Z"), "no time": authority.token(imprint, time=b"soon"),
        "more than a day": authority.token(imprint, accuracy=encode(SEQUENCE, encode(INTEGER, b"\1\x51\x81"))),
        "another authority": Authority().token(imprint)}


@pytest.mark.parametrize("name", lies(Authority(), bytes(32)))
def test_a_token_that_does_not_verify_fails_the_time_alone(name, authority, both):
    bundle = Recipe().mint()
    report = both(stamped(bundle, lies(authority, imprint(bundle))[name]), trusted(authority), what=name)
    assert failed(report) == {"time"} and not report.accepted, report.table()


def test_authorities_that_may_not_stamp(both):
    bundle = Recipe().mint()
    stamping = ExtendedKeyUsageOID.TIME_STAMPING
    for made in (
        Authority(purpose=(x509.ExtendedKeyUsage([stamping]), False)), Authority(is_ca=False),
        Authority(purpose=(x509.ExtendedKeyUsage([stamping, ExtendedKeyUsageOID.CODE_SIGNING]), True)),
        Authority(purpose=(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), True)),
        Authority(until=datetime(2025, 2, 1, tzinfo=UTC))):
        assert failed(both(stamped(bundle, made.token(imprint(bundle))), trusted(made))) == {"time"}


def test_a_stamp_without_roots_fails_and_roots_without_a_stamp_are_nothing(authority, both):
    bundle = Recipe().mint()
    token = authority.token(imprint(bundle))
    assert failed(both(stamped(bundle, token), mint.trust_policy())) == {"time"}
    assert both(bundle, trusted(authority)).states["time"] == "not_offered"
    for wrong in (["AAAA"], [""], [mint.b64(b"x" * 17_000)], authority.roots * 65, "AAAA", [1]):
        assert both(bundle, mint.trust_policy(timestamp_roots=wrong), what=str(wrong)[:60]) is None


def test_the_stamp_of_a_running_suite(second, both):
    """By `openssl ts`, made canonical by storage; with the cosignatures of two witnesses."""
    report = both(second.suite.bundle(second.receipt_id), second.suite.trust)
    assert report.accepted and report.states["witnesses"] == report.states["time"] == "pass", report.table()
    assert "its witnesses and a timestamp" in report.checks["time"][1]


@pytest.mark.parametrize(("began", "state"), [("1757000301999", "pass"), ("1757000302000", "fail")])
def test_an_execution_does_not_begin_after_the_log_held_it_but_for_what_clocks_lie_apart(began, state, both):
    def later(draft) -> None:
        draft.predicate.update(started_unix_ms=began, ended_unix_ms=began)

    bundle = Recipe(cosigners=WITNESSES[:1], edits={"execution": later}).mint()
    report = both(bundle, mint.trust_policy(witnesses=VKEYS[:1], quorum=1))
    assert report.states["time"] == state and failed(report) == ({"time"} if state == "fail" else set()), report.table()
