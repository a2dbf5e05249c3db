"""One changed byte: both verifiers refuse, and both name the same failed checks. Samples by the run's seed; all of them
with `--long`."""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import mint
from both import failed, part, with_bytes
from recipes import Recipe

COSIGNERS = ["witness1", "witness3"]


@pytest.fixture(scope="module")
def minted() -> tuple[bytes, bytes]:
    """A streamed answer with all that a bundle can hold, and the bytes of a policy with witnesses."""
    vkeys = [mint.KEYS[f"witness{at}"].vkey(4, f"witness{at}") for at in (1, 2, 3)]
    asked = {"temperature": 0.5, "logit_bias": {"7": 1.5}, "seed": 7, "user": "u", "stop": "x"}
    bundle = Recipe(stream=True, choices=2, asked=asked, cosigners=COSIGNERS).mint()
    return bundle, mint.as_json(mint.trust_policy(witnesses=vkeys, quorum=2))


def flips(bundle: bytes, seeded: random.Random, count: int | None) -> Iterator[tuple[str, str, int, bytes]]:
    """Changed bundles: each byte below the base64 of each part, or `count` of each."""
    value = json.loads(bundle)
    parts = [(where, name) for where in ("statements", "openings") for name in value[where]]
    for where, name in [*parts, ("log", "cose_receipt")]:
        data = part(bundle, where, name)
        for at in range(len(data)) if count is None else seeded.sample(range(len(data)), count):
            changed = data[:at] + bytes([data[at] ^ 1 << seeded.randrange(8)]) + data[at + 1:]
            yield where, name, at, with_bytes(bundle, where, name, changed)
    proof = value["log"]["tlog_proof"]
    for at in range(len(proof)) if count is None else seeded.sample(range(len(proof)), 4 * count):
        other = chr(ord(proof[at]) ^ 1 << seeded.randrange(7))
        value["log"]["tlog_proof"] = proof[:at] + other + proof[at + 1:]
        yield "log", "tlog_proof", at, mint.jcs.canonical(value)


def test_a_flipped_byte_of_a_part_fails_the_same_checks(minted, both, seeded, is_long):
    bundle, trust = minted

    def check(flip: tuple[str, str, int, bytes]) -> None:
        where, name, at, changed = flip
        report = both(changed, trust, what=flip[:3])
        assert not report.accepted and failed(report), flip[:3]
        if where == "log":
            # What stands there twice or in other words is refused with the part; nothing else looks at it.
            assert failed(report) == {"inclusion"}, flip[:3]
        elif where == "statements":
            assert "signatures" in failed(report), flip[:3]

    found = flips(bundle, seeded, None if is_long else 2)
    with ThreadPoolExecutor(2) as pool:
        assert sum(1 for _ in pool.map(check, found)) >= 30


def test_a_flipped_byte_of_the_file_is_refused(minted, both, seeded, is_long):
    bundle, trust = minted
    for at in seeded.sample(range(len(bundle)), 2000 if is_long else 10):
        changed = bundle[:at] + bytes([bundle[at] ^ 1 << seeded.randrange(8)]) + bundle[at + 1:]
        assert not both(changed, trust, what=at).accepted, at


def test_a_flipped_byte_of_the_trust_policy_is_seen_alike(minted, both, seeded, is_long):
    """A change of what the policy says may be none that this bundle meets; both have to say so, then."""
    bundle, trust = minted
    for at in range(len(trust)) if is_long else seeded.sample(range(len(trust)), 25):
        changed = trust[:at] + bytes([trust[at] ^ 1 << seeded.randrange(7)]) + trust[at + 1:]
        both(bundle, changed, what=(at, changed[max(0, at - 20):at + 20]))


def test_a_missing_or_emptied_part_is_seen_alike(minted, both, is_long):
    bundle, trust = minted
    value = json.loads(bundle)
    for where in ("statements", "openings", "log"):
        for name in value[where]:
            less = json.loads(bundle)
            del less[where][name]
            report = both(mint.jcs.canonical(less), trust, what=(where, name))
            assert (where == "openings") == report.accepted or name == "model", (where, name)
            if is_long or name in ("receipt", "message/0", "cose_receipt"):
                assert not both(with_bytes(bundle, where, name, b""), trust, what=(where, name)).accepted
