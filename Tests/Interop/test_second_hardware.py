"""Real hardware evidence: the second appraiser gives the documented outcome, and check by check that of `colophon evidence appraise`."""

import pytest

from appraised import Appraised, mutated, second
from hardware_vector import Vector, seconds
from hardware_vectors import VECTORS
from second.hardware import APPRAISED, appraise
from second.hardware.sheet import Policy
from second.hardware.written import unwritten
from second.values import Refused

DATED = [vector for vector in VECTORS if vector.window]


@pytest.fixture(scope="module")
def appraised(tmp_path_factory) -> Appraised:
    return Appraised(tmp_path_factory.mktemp("appraised"))


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_real_evidence_gives_its_documented_outcome_in_both(vector, appraised):
    found = appraised(vector)
    assert found.states == vector.expected(found.required, list(found.checks)), found.checks
    assert found.accepted == (not vector.failing and not vector.unchecked)


@pytest.mark.parametrize("vector", DATED, ids=str)
def test_one_second_outside_of_the_certificates_validity_is_refused(vector, seeded):
    first, last = map(seconds, vector.window)
    assert {second(vector, time=time).states[vector.validity] for time in (first, last)} == {"pass"}
    for time in (first - 1, last + 1, seeded.choice((0, -(1 << 62), 1 << 62))):
        found = second(vector, time=time)
        assert found.states[vector.validity] == "fail" and not found.accepted, time


def test_both_say_the_same_at_any_time_and_of_any_mutant(appraised, seeded, is_long):
    for vector in VECTORS if is_long else seeded.sample(VECTORS, 4):
        raw = unwritten(vector.evidence)
        for _ in range(40 if is_long else 1):
            appraised(vector, mutated(raw, seeded), is_mutant=True)
        if vector.window:
            first, last = map(seconds, vector.window)
            # There is no later time than the year 9999 for the command.
            times = [time for time in (first - 1, first, last, last + 1) if time < seconds("9999-12-31T23:59:59Z")]
            for time in times if is_long else [seeded.choice(times)]:
                appraised(vector, time=time)


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_hostile_bytes_end_in_a_check_and_no_other_way(vector, seeded, is_long):
    raw = unwritten(vector.evidence)
    found = {kind: second(Vector(kind, vector.file, vector.at), raw) for kind in APPRAISED - {vector.kind}}
    assert all(other.states["format"] == "fail" for other in found.values())
    for _ in range(400 if is_long else 2):
        second(vector, mutated(raw, seeded))
        second(vector, raw[:seeded.randrange(len(raw))])


@pytest.mark.parametrize("vector", [item for item in VECTORS if item.collateral], ids=str)
def test_hostile_collateral_is_refused_or_passes_nothing_else(vector, seeded, is_long):
    for _ in range(400 if is_long else 2):
        at = seeded.randrange(len(vector.handed))
        handed = [*vector.handed]
        handed[at] = mutated(handed[at], seeded)
        try:
            appraise(vector.kind, vector.evidence, handed, Policy(), vector.time)
        except Refused:
            continue


BAD = [
    b"", b"{}", b"[]", b'{"tcbInfo": 1, "signature": ""}', b'{"tcbInfo": {"a": 1.5}, "signature": "00"}', b"\x30", b"\x30\x80\0\0",
    b"-----BEGIN CERTIFICATE-----\n" * 140_000, b"-----BEGIN KEY-----\nAAAA\n-----END KEY-----\n", b'{"tcb_info": ' + b"[" * 100_000,
    b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", bytes(5 << 20), '{"tcbInfo": {}, "signature": "\u0660"}'.encode()]


@pytest.mark.parametrize("piece", BAD, ids=lambda piece: repr(piece[:30]))
def test_collateral_that_is_none_is_refused(piece):
    with pytest.raises(Refused):
        appraise("sev-snp", b"", [piece], Policy(), 0)
