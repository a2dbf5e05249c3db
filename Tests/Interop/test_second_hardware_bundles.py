"""Bundles with hardware evidence that was minted for them: the two verifiers say the same of `tee`, of what is honest and of each lie."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from attested import BEGAN
from attested_hardware import AttestedHardware, trusting
from both import failed
from issuer import FROM, NOW, TO, Form, Issuer
from minted_hardware import SNP, TDX, Nitro

HONEST = {
    "nitro": Nitro(), "sev-snp": SNP(), "tdx": TDX(), "tdx 5": TDX(version=5), "tdx in a longer buffer": TDX(behind=b"\0\1"),
    "a provider's key": SNP(name="SEV-VLEK", flags=1 << 2, extensions={"4": b""}),
    "Turin": SNP(family=0x1a, chip=b"\xc5" * 8 + bytes(56), tcb=bytes([3, 4, 0, 24, 0, 0, 0, 0xdb]),
                 current=bytes([3, 4, 0, 24, 0, 0, 0, 0xdb]), extensions={"2": b"\x16\x08Turin-A0", "3.9": b"\2\1\3", "4": b"\xc5" * 8}),
    "a first report": SNP(version=2, family=0),
}


@pytest.mark.parametrize("name", HONEST)
def test_hardware_evidence_passes_under_its_root(name, both):
    hardware = HONEST[name]
    report = both(AttestedHardware(hardware=hardware).mint(), trusting(hardware))
    assert report.accepted and report.states["tee"] == "pass", report.table()
    if name == hardware.kind:
        # Nobody's root but the vendor's.
        assert failed(both(AttestedHardware(hardware=hardware).mint(), trusting(hardware, roots={}))) == {"tee"}


@pytest.mark.parametrize(("hardware", "listed"), [
    (Nitro(), {"pcr0": ["01" * 48, "00"], "pcr2": ["03" * 48]}),
    (SNP(), {"measurement": ["05" * 48], "policy": ["0x30000"], "vmpl": ["0"], "guest_svn": ["7", "0"]}),
    (TDX(), {"mr_td": ["ab" * 48], "fmspc": ["010203040506"]})],
    ids=lambda value: getattr(value, "kind", ""))
def test_measurements_are_those_that_the_policy_lists(hardware, listed, both):
    bundle = AttestedHardware(hardware=hardware).mint()
    assert both(bundle, trusting(hardware, measurements={hardware.kind: listed})).accepted
    others = [listed | {name: ["1"]} for name in listed]
    for other in ({name: ["00" * 48] for name in listed}, listed | {"fmspc": ["010203040507"]}, *others):
        assert failed(both(bundle, trusting(hardware, measurements={hardware.kind: other}))) == {"tee"}


LIES: dict[str, AttestedHardware] = {
    "nitro: a debug enclave": AttestedHardware(hardware=Nitro(changed={"pcrs": {0: bytes(48), 1: b"\1" * 48, 2: b"\1" * 48}})),
    "nitro: no PCR 2": AttestedHardware(hardware=Nitro(changed={"pcrs": {0: b"\1" * 48, 1: b"\1" * 48}})),
    "nitro: no user data": AttestedHardware(hardware=Nitro(changed={"user_data": None})),
    "nitro: made before its certificate": AttestedHardware(hardware=Nitro(changed={"timestamp": int(FROM.timestamp()) * 1000 - 1})),
    "nitro: an empty bundle": AttestedHardware(hardware=Nitro(changed={"cabundle": []})),
    "snp: a guest that may be debugged": AttestedHardware(hardware=SNP(policy=0x30000 | 1 << 19)),
    "snp: another chip": AttestedHardware(hardware=SNP(chip=b"\xc4" * 64)),
    "snp: another processor": AttestedHardware(hardware=SNP(family=0x1a)),
    "snp: the other kind of key": AttestedHardware(hardware=SNP(flags=1 << 2)),
    "snp: a newer TCB than the key's": AttestedHardware(hardware=SNP(tcb=bytes([5, 0, 0, 0, 0, 0, 24, 0xdb]))),
    "snp: a newer TCB than runs": AttestedHardware(hardware=SNP(current=bytes([4, 0, 0, 0, 0, 0, 23, 0xdb]))),
    "snp: a VLEK that names a chip": AttestedHardware(hardware=SNP(name="SEV-VLEK", flags=1 << 2)),
    "snp: no intermediate": AttestedHardware(
        hardware=SNP(), handed=lambda pieces: [b"-----BEGIN" + pieces[0].split(b"-----BEGIN")[2]]),
    "tdx: a domain under debug": AttestedHardware(hardware=TDX(attributes=b"\x80".ljust(8, b"\0"))),
    "tdx: an older platform": AttestedHardware(hardware=TDX(components=b"\2" + b"\3" * 15)),
    "tdx: a platform of no level": AttestedHardware(hardware=TDX(components=b"\3" * 15 + b"\1")),
    "tdx: an older module": AttestedHardware(hardware=TDX(svn=bytes([5, 1, 3]).ljust(16, b"\0"))),
    "tdx: a module of no list": AttestedHardware(hardware=TDX(svn=bytes([6, 2, 3]).ljust(16, b"\0"))),
    "tdx: an older component": AttestedHardware(hardware=TDX(svn=bytes([6, 1, 2]).ljust(16, b"\0"))),
    "tdx: an older quoting enclave": AttestedHardware(hardware=TDX(enclave_svn=7)),
    "tdx: a quoting enclave of no level": AttestedHardware(hardware=TDX(enclave_svn=5)),
    "tdx: another key is vouched for": AttestedHardware(hardware=TDX(bound=bytes(64))),
    "tdx: a level that needs hardening": AttestedHardware(hardware=TDX(status="SWHardeningNeeded")),
    "tdx: a status of nobody's": AttestedHardware(hardware=TDX(status="Perfect")),
    "tdx: Intel's word of yesterday": AttestedHardware(hardware=TDX(until="2025-09-04T15:33:19Z")),
    "tdx: Intel's word of yesterday, and no lists": AttestedHardware(
        hardware=TDX(until="2025-09-04T15:33:19Z"), handed=lambda pieces: [pieces[0], *pieces[3:]]),
    "tdx: TCB info of a third kind": AttestedHardware(hardware=TDX(edit=lambda info, _: info.update(id="XTD"))),
    "tdx: a revoked platform": AttestedHardware(hardware=TDX(revoked=(9,))),
    "tdx: Intel's words with one more space": AttestedHardware(
        hardware=TDX(), handed=lambda pieces: [piece.replace(b'{"id": "TDX"', b'{ "id": "TDX"') for piece in pieces]),
    "tdx: one list of two": AttestedHardware(hardware=TDX(), handed=lambda pieces: pieces[:2] + pieces[3:]),
    "collateral that is none": AttestedHardware(hardware=SNP(), handed=lambda pieces: [*pieces, b"\x30\x82"]),
    "nothing of its kind": AttestedHardware(hardware=SNP(), envelope=lambda raw: raw[:-1]),
} | {f"{hardware.kind}: other report data": AttestedHardware(hardware=hardware, bound=lambda data: data[:-1] + b"\0" if data[-1] else
                                                            data[:-1] + b"\1") for hardware in (Nitro(), SNP(), TDX())}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_about_hardware_is_refused_by_its_check(name, both):
    report = both(LIES[name].mint(), trusting(LIES[name].hardware), what=name)
    assert failed(report) == {"tee"} and not report.accepted, report.table()


LACKING = {
    "no certificate": AttestedHardware(hardware=SNP(), handed=lambda pieces: []),
    "no lists": AttestedHardware(hardware=TDX(), handed=lambda pieces: [pieces[0], *pieces[3:]]),
    "no TCB info": AttestedHardware(hardware=TDX(), handed=lambda pieces: [*pieces[:3], pieces[4]]),
    "no identity": AttestedHardware(hardware=TDX(), handed=lambda pieces: pieces[:4]),
    "no signer of Intel's": AttestedHardware(hardware=TDX(), handed=lambda pieces: pieces[1:]),
}


@pytest.mark.parametrize("name", LACKING)
def test_what_lacks_collateral_is_not_checked(name, both):
    report = both(LACKING[name].mint(), trusting(LACKING[name].hardware), what=name)
    assert report.states["tee"] == "not_checked" and not failed(report) and not report.accepted, report.table()


AUTHORITY, SECOND = Form(is_authority=True), timedelta(seconds=1)
PATHS: dict[str, tuple[list[Form], bool]] = {
    "a certificate that ends now": ([AUTHORITY, Form(ends=NOW)], True),
    "a certificate that has ended": ([AUTHORITY, Form(ends=NOW - SECOND)], False),
    "a certificate that begins now": ([AUTHORITY, Form(begins=NOW)], True),
    "an issuer that is to begin": ([Form(is_authority=True, begins=NOW + SECOND), Form()], False),
    "signed by the root": ([Form()], True),
    "an issuer that is no authority": ([Form(may_certify=True), Form()], False),
    "an issuer that may not sign certificates": ([Form(is_authority=True, may_certify=False), Form()], False),
    "at the end of its length": ([Form(is_authority=True, path_length=0), Form()], True),
    "above the length": ([Form(is_authority=True, path_length=0), AUTHORITY, Form()], False),
    "another issuer's name": ([AUTHORITY, Form(issuer_name="test.other")], False),
    "a critical extension of no meaning": ([AUTHORITY, Form(critical="1.2.3.4")], False),
    "an issuer with one": ([Form(is_authority=True, critical="1.2.3.4"), Form()], False),
}


@pytest.mark.parametrize("name", PATHS)
def test_paths_of_certificates_at_the_time_when_the_execution_began(name, both):
    assert BEGAN // 1000 == NOW.timestamp() and FROM < NOW < TO
    forms, is_good = PATHS[name]
    hardware = Nitro(forms=forms)
    report = both(AttestedHardware(hardware=hardware).mint(), trusting(hardware), what=name)
    assert report.accepted is is_good and failed(report) == (set() if is_good else {"tee"}), report.table()


@pytest.mark.parametrize(("curve", "is_good"), [(ec.SECP521R1(), True), (ec.SECP224R1(), False)], ids=["P-521", "P-224"])
def test_an_authority_has_a_key_on_one_of_three_curves(curve, is_good, both):
    hardware = SNP()
    hardware.middle = hardware.root.issue("SEV-Test", Form(is_authority=True), ec.generate_private_key(curve))
    hardware.signer = hardware.middle.issue(hardware.name, Form(extensions=hardware.values), hardware.signer.key)
    report = both(AttestedHardware(hardware=hardware).mint(), trusting(hardware))
    assert failed(report) == (set() if is_good else {"tee"}), report.table()


def test_certificates_that_all_issue_each_other_end_in_a_refusal(both):
    hardware, knot = SNP(), Issuer.root("knot", ec.SECP384R1())
    many = b"".join(knot.issue("knot", Form(serial=serial, is_authority=True), knot.key).pem for serial in range(1, 28))
    signer = knot.issue("SEV-VCEK", Form(extensions=hardware.values))
    hardware.signer = signer
    report = both(AttestedHardware(hardware=hardware, handed=lambda pieces: [signer.pem + many]).mint(), trusting(hardware))
    assert failed(report) == {"tee"}, report.table()


def test_lists_of_revocations_count_when_they_are_current_and_their_issuers_own(both):
    hardware = TDX()
    forger = Issuer(hardware.middle.certificate, ec.generate_private_key(ec.SECP256R1()))
    yesterday, root = NOW - timedelta(days=1), hardware.root.revoke()
    for lists, is_good in (
            ([hardware.middle.revoke(8)], True), ([hardware.middle.revoke(9)], False), ([forger.revoke()], False),
            # The root, by its own list.
            ([hardware.middle.revoke(), hardware.root.revoke(1, begins=NOW)], False),
            ([hardware.middle.revoke(), hardware.root.revoke(1, begins=NOW + SECOND)], False),
            ([hardware.middle.revoke(ends=NOW)], True), ([hardware.middle.revoke(ends=NOW - SECOND)], False),
            ([hardware.middle.revoke(begins=NOW + SECOND)], False),
            # The newest of those that are current, wherever it stands.
            ([hardware.middle.revoke(9), hardware.middle.revoke(begins=yesterday)], True),
            ([hardware.middle.revoke(9, begins=yesterday), hardware.middle.revoke()], False),
            # A later one where it names a certificate, and its issuer signed it: the time is the executor's claim.
            ([hardware.middle.revoke(), hardware.middle.revoke(9, begins=NOW + SECOND)], False),
            ([hardware.middle.revoke(), hardware.middle.revoke(8, begins=NOW + SECOND)], True),
            ([hardware.middle.revoke(), forger.revoke(9, begins=NOW + SECOND)], True)):
        attested = AttestedHardware(hardware=hardware, handed=lambda pieces: [pieces[0], root, *lists, *pieces[3:]])
        report = both(attested.mint(), trusting(hardware), what=str(lists))
        assert failed(report) == (set() if is_good else {"tee"}), report.table()


def of_oid(dotted: str, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), value)


def test_a_list_that_an_extension_limits_or_widens_says_nothing_good_of_its_issuers_certificates(both):
    hardware, stranger = TDX(), Issuer.root("stranger", ec.SECP256R1())
    changes = x509.DeltaCRLIndicator(1)
    people = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    others = x509.CertificateIssuer([x509.DirectoryName(stranger.certificate.subject)])
    later = NOW + SECOND
    root, middle = hardware.root.revoke(), hardware.middle.revoke(8)
    for lists, is_good in (
            # One of nobody in the path changes nothing.
            ([root, middle, stranger.revoke(9, extension=True, of_entries=True)], True),
            ([root, hardware.middle.revoke(8, extension=False, of_entries=False)], True),
            ([root, hardware.middle.revoke(8, extension=True)], False), ([hardware.root.revoke(extension=True), middle], False),
            ([root, hardware.middle.revoke(8, of_entries=True)], False),
            ([root, hardware.middle.revoke(8, extension=False, meaning=changes)], False),
            ([root, hardware.middle.revoke(8, extension=False, meaning=people)], False),
            ([hardware.root.revoke(8, extension=True, meaning=people), middle], False),
            ([root, hardware.middle.revoke(8, of_entries=False, meaning=others)], False),
            ([root, hardware.middle.revoke(9, of_entries=False, meaning=x509.CRLReason(x509.ReasonFlags.remove_from_crl))], False),
            # Those of entries in a list of its own, and the other way round.
            ([root, hardware.middle.revoke(8, extension=False, meaning=others)], False),
            ([root, hardware.middle.revoke(8, of_entries=False, meaning=of_oid("2.5.29.27", b"\2\1\1"))], False),
            ([root, hardware.middle.revoke(8, of_entries=False, meaning=of_oid("2.5.29.28", b"\x30\3\x81\1\xff"))], False),
            # It names a key, and its issuer's certificate does not say which it has (where it does: test_second_hardware_certified).
            ([root, hardware.middle.revoke(8, extension=False, meaning=x509.AuthorityKeyIdentifier(b"other", None, None))], True),
            # Later ones count for what they may say.
            ([root, middle, hardware.middle.revoke(8, extension=True, begins=later)], False),
            ([root, middle, hardware.middle.revoke(8, extension=False, meaning=changes, begins=later)], False),
            ([root, middle, hardware.middle.revoke(8, extension=False, begins=later)], True),
            # Nor does one that is older than the newest.
            ([root, middle, hardware.middle.revoke(extension=True, begins=FROM - SECOND)], True)):
        attested = AttestedHardware(hardware=hardware, handed=lambda pieces: [pieces[0], *lists, *pieces[3:]])
        report = both(attested.mint(), trusting(hardware), what=str(lists))
        assert failed(report) == (set() if is_good else {"tee"}), report.table()


@pytest.mark.parametrize("hardware", [Nitro(), SNP(), TDX()], ids=lambda value: value.kind)
def test_one_changed_bit_of_the_evidence_is_refused(hardware, both, seeded, is_long):
    raw = hardware.evidence(bytes(64))
    # The PEM of a quote may have another line break.
    end = raw.index(b"-----BEGIN") if b"-----BEGIN" in raw else len(raw)
    for at in seeded.sample(range(end), 200 if is_long else 2):
        bit = 1 << seeded.randrange(8)
        bundle = AttestedHardware(hardware=hardware, envelope=lambda data: data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]).mint()
        both(bundle, trusting(hardware), what=f"byte {at}")
