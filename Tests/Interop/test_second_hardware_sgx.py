"""Quotes of enclaves under a root of the tests: both appraisers say the same of every check, and what was foreseen."""

from datetime import timedelta

import pytest

from appraised import Appraised, Minted, second
from hardware_vector import seconds
from issuer import FROM, NOW, TO, Form
from minted_hardware import SGX, TDX
from second.hardware.sheet import Result

SECOND = timedelta(seconds=1)
IDENTITY = {"quoting_enclave_identity": "fail", "tcb": "not_checked"}
LIST = {"tcb_info": "fail", "tcb": "not_checked"}
STALE = IDENTITY | LIST
UNROOTED = {"chain": "fail"} | dict.fromkeys(
    ("validity", "revocation", "quoting_enclave_identity", "tcb_info", "tcb"), "not_checked")


@pytest.fixture(scope="module")
def appraised(tmp_path_factory) -> Appraised:
    return Appraised(tmp_path_factory.mktemp("sgx"))


def minted(hardware: TDX, root: TDX | None = None, kind: str | None = None) -> Minted:
    root_pem = (root or hardware).root.pem.decode()
    return Minted(kind or hardware.kind, hardware.evidence(bytes(64)), hardware.collateral(), root_pem)


def open_of(found: Result) -> dict[str, str]:
    """What did not pass of what is required."""
    return {name: state for name, state in found.states.items() if name in found.required and state != "pass"}


CASES: dict[str, tuple[TDX, dict[str, str]]] = {
    "honest": (SGX(), {}), "by a list of version 2": (SGX(listed=2), {}),
    "in a longer buffer": (SGX(behind=b"\0\1"), {}),
    "every flag but debug": (SGX(attributes=b"\xfd" + b"\xff" * 15), {}),
    "an enclave under debug": (SGX(attributes=b"\2".ljust(16, b"\0")), {"debug": "fail"}),
    "an enclave under debug that is initialised": (SGX(attributes=b"\7".ljust(16, b"\0")), {"debug": "fail"}),
    "an older platform": (SGX(components=b"\3" * 15 + b"\2"), {"tcb": "fail"}),
    "an older platform by a list of version 2": (SGX(components=b"\2" + b"\3" * 15, listed=2), {"tcb": "fail"}),
    "a platform of no level": (SGX(components=b"\3" * 7 + b"\1" + b"\3" * 8), {"tcb": "fail"}),
    "a level that needs hardening": (SGX(status="SWHardeningNeeded"), {"tcb": "fail"}),
    "a revoked level": (SGX(status="Revoked"), {"tcb": "fail"}),
    "a status of nobody's": (SGX(status="Perfect"), LIST),
    "an older quoting enclave": (SGX(enclave_svn=7), {"tcb": "fail"}),
    "a quoting enclave of no level": (SGX(enclave_svn=5), IDENTITY),
    "a quoting enclave under debug": (SGX(enclave_attributes=b"\x13".ljust(16, b"\0")), IDENTITY),
    "the quoting enclave of trust domains": (SGX(product=2), IDENTITY),
    # As Intel would write it for this platform.
    "the identity of that for trust domains": (
        SGX(edit=lambda _, identity: identity.update(TDX().identity())),
        {"quoting_enclave_identity": "not_checked", "tcb": "not_checked"}),
    "that identity under the other name": (
        SGX(edit=lambda _, identity: identity.update(TDX().identity(), id="QE")), IDENTITY),
    "the TCB info of trust domains": (SGX(edit=lambda info, _: info.update(TDX().info())), LIST),
    "a TCB info of trust domains by its id alone": (SGX(edit=lambda info, _: info.update(id="TDX")), LIST),
    "the TCB info of another family": (SGX(edit=lambda info, _: info.update(fmspc="020203040506")), LIST),
    "a list of 15 versions": (SGX(edit=lambda info, _: info["tcbLevels"][1]["tcb"]["sgxtcbcomponents"].pop()), LIST),
    "a revoked platform": (SGX(revoked=(9,)), {"revocation": "fail"}),
    "another key is vouched for": (SGX(bound=bytes(64)), {"quoting_enclave": "fail"}),
    "Intel's word of yesterday": (SGX(until="2025-09-04T15:33:19Z"), STALE),
    # Of version 2 the list names no kind, and is of enclaves alone.
    "a trust domain by a list of version 2": (
        TDX(edit=lambda info, _: (info.clear(), info.update(SGX(listed=2).info()))), LIST),
    "a trust domain by a list of enclaves": (TDX(edit=lambda info, _: info.update(SGX().info())), LIST),
}


@pytest.mark.parametrize("name", CASES)
def test_each_check_of_an_enclave_s_quote_comes_to_what_was_foreseen(name, appraised):
    hardware, expected = CASES[name]
    found = appraised(minted(hardware))
    assert open_of(found) == expected and found.accepted == (not expected), found.checks


@pytest.mark.parametrize("changed", [{"tee": 0x81}, *({"version": other} for other in (2, 4, 5, 6))], ids=str)
def test_an_enclave_s_quote_has_one_version_and_one_type(changed, appraised):
    found = appraised(minted(SGX(**changed)))
    assert found.states["format"] == "fail" and not found.accepted, found.checks


def test_nobody_s_root_but_the_policy_s_counts_and_no_other_kind_of_quote(appraised):
    enclave, domain = SGX(), TDX()
    assert open_of(appraised(minted(enclave, root=SGX()))) == UNROOTED
    # The vendor's.
    vendors = Minted("sgx", enclave.evidence(bytes(64)), enclave.collateral(), "")
    assert open_of(appraised(vendors)) == UNROOTED
    for hardware, kind in ((enclave, "tdx"), (domain, "sgx")):
        assert appraised(minted(hardware, kind=kind)).states["format"] == "fail"
    # A platform's certificate that the authority of another signed, under the same names.
    enclave.platform = SGX().platform
    found = appraised(minted(enclave))
    assert open_of(found) == UNROOTED and found.states["quoting_enclave"] == "pass"


def test_one_platform_quotes_enclaves_and_trust_domains_and_each_finds_its_own_answers(appraised):
    enclave, domain = SGX(), TDX()
    for part in ("root", "middle", "signer", "platform"):
        setattr(domain, part, getattr(enclave, part))
    theirs = domain.collateral()[3:]
    root = enclave.root.pem.decode()
    for hardware in (enclave, domain):
        for handed in (enclave.collateral() + theirs, [*theirs, *enclave.collateral()]):
            assert appraised(Minted(hardware.kind, hardware.evidence(bytes(64)), handed, root)).accepted


def test_a_status_passes_where_the_policy_lists_it(appraised):
    for status, hardware in (("SWHardeningNeeded", SGX(status="SWHardeningNeeded")), ("OutOfDate", SGX(enclave_svn=7)),
                             ("OutOfDate", SGX(components=b"\3" * 15 + b"\2"))):
        assert appraised(minted(hardware), tcb_statuses=[status]).accepted
        assert open_of(appraised(minted(hardware), tcb_statuses=["ConfigurationNeeded"])) == {"tcb": "fail"}


def test_one_second_outside_of_what_is_valid_is_refused(appraised):
    evidence = minted(SGX())
    issued, until = (seconds(f"2025-{day}T00:00:00Z") for day in ("09-01", "10-01"))
    for time, expected in ((issued - 1, STALE), (issued, {}), (until, {}), (until + 1, STALE)):
        assert open_of(appraised(evidence, time=time)) == expected, time
    first, last = (int(time.timestamp()) for time in (FROM, TO))
    for time, state in ((first - 1, "fail"), (first, "pass"), (last, "pass"), (last + 1, "fail"), (0, "fail")):
        found = appraised(evidence, time=time)
        assert found.states["validity"] == state and not found.accepted, time
    # A platform whose own certificate ends now, and one whose has ended.
    for ends, is_good in ((NOW, True), (NOW - SECOND, False)):
        hardware = SGX()
        extensions = {item.oid.dotted_string: item.value.value for item in hardware.platform.certificate.extensions
                      if item.oid.dotted_string.startswith("1.2.840.113741")}
        hardware.platform = hardware.middle.issue("Test PCK", Form(serial=9, ends=ends, extensions=extensions))
        assert open_of(appraised(minted(hardware))) == ({} if is_good else {"validity": "fail"})


# Header and report, signature, key, the quoting enclave's report with its signature, what that binds.
REGIONS = (
    (0, 432, "signature"), (436, 500, "signature"), (500, 564, "quoting_enclave"), (564, 1012, "quoting_enclave"),
    (1014, 1028, "quoting_enclave"))


@pytest.mark.parametrize(("start", "end", "name"), REGIONS)
def test_one_changed_bit_is_refused_by_its_check(start, end, name, appraised, seeded, is_long):
    evidence = minted(SGX())
    places = seeded.sample(range(start, end), end - start if is_long else 1)
    for number, at in enumerate(places):
        changed = bytearray(evidence.evidence)
        changed[at] ^= 1 << seeded.randrange(8)
        found = (appraised if number < 40 else second)(evidence, bytes(changed))
        assert "fail" in (found.states["format"], found.states[name]) and not found.accepted, at
