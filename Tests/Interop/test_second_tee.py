"""Evidence of trusted hardware: the two verifiers say the same of what is honest, and of each lie."""

import base64
import json

import pytest

import mint
from attested import BEGAN, ROOT, Attested, trusting
from both import edited, failed
from mint import KEYS, b64, digest
from recipes import Recipe

OTHER = "sha256:" + "0" * 64


def test_simulated_evidence_passes_where_its_root_is_named_and_says_what_it_is(both):
    report = both(Attested().mint(), trusting())
    assert report.accepted and report.states["tee"] == "pass", report.table()
    assert report.checks["tee"][1].startswith("simulated, no trusted hardware")
    measured = trusting(measurements={"simulated": {"measurement": ["00" * 32, "07" * 32]}})
    assert both(Attested().mint(), measured).accepted
    # The first and the last millisecond and second of what it stands for.
    assert both(Attested(epoch=(BEGAN, BEGAN + 1)).mint(), trusting()).accepted


STATES = {
    "no evidence": (Recipe().mint, trusting(), "not_offered"),
    "a policy that says nothing": (Attested().mint, mint.trust_policy(required=["tee"]), "not_checked"),
    "not in the bundle": (
        lambda: edited(Attested().mint(), lambda bundle: bundle.pop("evidence")), trusting(), "not_checked"),
    "nothing executed": (Recipe(outcome="refused").mint, trusting(), "not_offered"),
}


@pytest.mark.parametrize("name", STATES)
def test_what_is_required_and_not_there_is_refused_without_a_failure(name, both):
    make, trust, state = STATES[name]
    report = both(make(), trust)
    assert report.states["tee"] == state and not failed(report), report.table()
    assert not report.accepted and set(report.required_unmet) == {"tee"}
    assert both(make(), trust | {"required": []}).accepted


def stated(**changes) -> Attested:
    return Attested(statement=lambda value: value.update(changes))


def documented(**changes) -> Attested:
    return Attested(document=lambda value: value.update(changes))


def result(**changes) -> dict:
    """What verification may say of it: an attestation result as any verifier writes one."""
    vector = {"instance-identity": 2, "configuration": 2, "executables": 0, "hardware": 32}
    return {
        "eat_profile": "tag:ietf.org,2026:rats/ear#04", "iat": BEGAN // 1000,
        "ear_verifier_id": {"developer": "urn:example", "build": "1"},
        "submods": {"simulated": {"ear_status": "warning", "ear_trustworthiness_vector": vector}}} | changes


def judged(attested: Attested, ear: dict, evidence: str | None = None) -> bytes:
    """A bundle whose verdict appraises its evidence."""
    stated = {"evidence": evidence or digest(attested.made()), "ear": ear}
    return attested.mint(Recipe(edits={"verdict": lambda draft: draft.predicate.update(appraisal=stated)}))


@pytest.mark.parametrize("status", ["none", "affirming", "warning", "contraindicated"])
def test_what_verification_makes_of_evidence_is_told_and_decides_nothing(status, both):
    ear = result()
    ear["submods"]["simulated"]["ear_status"] = status
    report = both(judged(Attested(), ear), trusting())
    assert report.accepted and report.states["tee"] == "pass", report.table()
    # Who says nothing of evidence has no more by it.
    report = both(judged(Attested(), ear), mint.trust_policy())
    assert report.accepted and report.states["tee"] == "not_checked", report.table()


def test_a_verdict_on_other_evidence_than_the_execution_names_fails_binding(both):
    assert failed(both(judged(Attested(), result(), OTHER), trusting())) == {"binding"}
    unnamed = Recipe(edits={"verdict": lambda draft: draft.predicate.update(appraisal={"evidence": OTHER, "ear": result()})})
    assert failed(both(unnamed.mint(), mint.trust_policy())) == {"binding"}


def vector(**changes) -> dict:
    module = result()["submods"]["simulated"]
    return {"simulated": module | {"ear_trustworthiness_vector": module["ear_trustworthiness_vector"] | changes}}


MALFORMED = {
    "another profile": result(eat_profile="tag:ietf.org,2026:rats/ear#03"), "a time before 1970": result(iat=-1),
    "a time in words": result(iat=str(BEGAN)), "no verifier": result(ear_verifier_id={}),
    "a verifier without a name": result(ear_verifier_id={"developer": "", "build": "1"}),
    "a long build": result(ear_verifier_id={"developer": "x", "build": "1" * 257}),
    "a member more": result(nonce="x"), "no kind": result(submods={}),
    "two kinds": result(submods=result()["submods"] | {"tdx": result()["submods"]["simulated"]}),
    "a kind that no execution names": result(submods={"sgx": result()["submods"]["simulated"]}),
    "a status of its own": result(submods={"simulated": result()["submods"]["simulated"] | {"ear_status": "fine"}}),
    "a claim too high": result(submods=vector(hardware=128)), "a claim too low": result(submods=vector(hardware=-129)),
    "a claim in words": result(submods=vector(hardware="2")), "a claim more": result(submods=vector(runtime=2)),
    "a module's member more": result(submods={"simulated": result()["submods"]["simulated"] | {"more": 1}}),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_an_attestation_result_of_another_shape_is_no_verdict(name, both):
    report = both(judged(Attested(), MALFORMED[name]), trusting(), what=name)
    assert not report.accepted, report.table()


LIES: dict[str, tuple[Attested, dict, set[str]]] = {
    "no root named": (Attested(), trusting(roots={}), {"tee"}),
    "another root named": (Attested(), trusting(roots={"simulated": [b64(KEYS["stranger"].raw)]}), {"tee"}),
    "another root signed": (Attested(root=KEYS["stranger"]), trusting(), {"tee"}),
    "a root named as another signed": (Attested(root=KEYS["stranger"], headers={4: ROOT.kid}), trusting(), {"tee"}),
    "another kind accepted": (Attested(), trusting(kinds=["tdx"], roots={}), {"tee"}),
    "no kind accepted": (Attested(), trusting(kinds=[], roots={}), {"tee"}),
    "debug": (stated(debug=True), trusting(), {"tee"}),
    "not yet": (stated(not_before_unix_s=str(BEGAN // 1000 + 1), not_after_unix_s=str(BEGAN)), trusting(), {"tee"}),
    "not any more": (stated(not_before_unix_s="1", not_after_unix_s=str(BEGAN // 1000 - 1)), trusting(), {"tee"}),
    "ends before it begins": (stated(not_before_unix_s=str(BEGAN)), trusting(), {"tee"}),
    "another measurement": (
        Attested(), trusting(measurements={"simulated": {"measurement": ["08" * 32]}}), {"tee"}),
    "a measurement that it has not": (Attested(), trusting(measurements={"simulated": {"mr_td": ["07" * 32]}}), {"tee"}),
    "other report data": (stated(report_data="00" * 64), trusting(), {"tee"}),
    "short report data": (stated(report_data="00" * 32), trusting(), {"tee"}),
    "another type of statement": (stated(type="urn:colophon:simulated-evidence:v2"), trusting(), {"tee"}),
    "a member more": (stated(hardware=True), trusting(), {"tee"}),
    "no flag": (stated(debug="false"), trusting(), {"tee"}),
    "a header more": (Attested(headers={15: {1: "x", 2: "y", 6: 1}}), trusting(), {"tee"}),
    "another content type": (Attested(headers={3: "application/vnd.in-toto+json"}), trusting(), {"tee"}),
    "another algorithm": (Attested(headers={1: -7}), trusting(), {"tee"}),
    "bytes behind it": (Attested(envelope=lambda raw: raw + b"\0"), trusting(), {"tee"}),
    "in hexadecimal": (Attested(envelope=lambda raw: raw.hex().encode()), trusting(), {"tee"}),
    "in base64": (Attested(envelope=base64.b64encode), trusting(), {"tee"}),
    "no evidence in it": (documented(evidence=""), trusting(), {"tee"}),
    "another key": (documented(key=digest(b"another")), trusting(), {"tee"}),
    "another nonce": (documented(nonce="00" * 32), trusting(), {"tee"}),
    "a nonce in capitals": (Attested(document=lambda value: value.update(nonce=value["nonce"].upper())), trusting(), {"tee"}),
    "for somebody who asked": (Attested(document=lambda value: (value.update(nonce="0a" * 32), value.pop("epoch"))),
                               trusting(), {"tee"}),
    "an epoch's nonce without one": (Attested(document=lambda value: value.pop("epoch")), trusting(), {"tee"}),
    "another epoch than the nonce's": (
        documented(epoch={"from_unix_ms": str(BEGAN - 1000), "to_unix_ms": str(BEGAN + 1001)}), trusting(), {"tee"}),
    "an epoch that is over": (Attested(epoch=(BEGAN - 1000, BEGAN)), trusting(), {"tee"}),
    "an epoch to come": (Attested(epoch=(BEGAN + 1, BEGAN + 2)), trusting(), {"tee"}),
    "an empty epoch": (Attested(epoch=(BEGAN, BEGAN)), trusting(), {"tee"}),
    "another type of document": (documented(type="urn:colophon:evidence:v2"), trusting(), {"tee"}),
    "a kind of its own": (documented(kind="sgx"), trusting(), {"tee"}),
    "another document type's member": (documented(more="x"), trusting(), {"tee"}),
    "collateral beside simulated evidence": (documented(collateral=["AAAA"]), trusting(), {"tee"}),
    "not named": (Attested(named=False), trusting(), {"binding"}),
    "not kept": (Attested(kept=False), trusting(), {"custody"}),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_about_evidence_is_refused_by_its_check(name, both):
    attested, trust, checks = LIES[name]
    report = both(attested.mint(), trust, what=name)
    assert failed(report) == checks and not report.accepted, report.table()


def test_evidence_of_another_execution_fails_binding_and_tee(both):
    other = Attested(epoch=(BEGAN - 5, BEGAN + 5)).made()
    report = both(edited(Attested().mint(), lambda bundle: bundle.update(evidence=b64(other))), trusting())
    assert failed(report) == {"binding", "tee", "custody"}, report.table()


def test_one_changed_bit_of_simulated_evidence_is_refused_though_everything_else_was_made_for_it(both, seeded, is_long):
    size = len(Attested().simulated(bytes(64)))
    for at in range(size) if is_long else seeded.sample(range(size), 24):
        def flip(raw: bytes, at: int = at) -> bytes:
            return raw[:at] + bytes([raw[at] ^ 1 << seeded.randrange(8)]) + raw[at + 1:]

        report = both(Attested(envelope=flip).mint(), trusting(), what=f"byte {at}")
        assert failed(report) == {"tee"}, (at, report.table())


def test_one_changed_byte_of_the_document_is_refused(both, seeded, is_long):
    bundle = Attested().mint()
    data = base64.b64decode(json.loads(bundle)["evidence"])
    for at in range(len(data)) if is_long else seeded.sample(range(len(data)), 16):
        changed = data[:at] + bytes([data[at] ^ 1 << seeded.randrange(8)]) + data[at + 1:]
        report = both(edited(bundle, lambda value: value.update(evidence=b64(changed))), trusting(), what=f"byte {at}")
        assert failed(report) == {"binding", "tee", "custody"}, (at, report.table())


POLICIES = [
    {}, {"kinds": ["sgx"]}, {"kinds": [1]}, {"kinds": "tdx"}, {"kinds": [], "roots": []}, {"kinds": [], "more": 1},
    {"kinds": ["tdx"], "roots": {"tdx": []}}, {"kinds": ["tdx"], "roots": {"tdx": ["AAAA"]}},
    {"kinds": ["simulated"], "roots": {"simulated": ["AAAA"]}}, {"kinds": ["simulated"], "roots": {"simulated": [1]}},
    {"kinds": ["simulated"], "roots": {"simulated": [b64(bytes(32))]}},
    {"kinds": ["tdx"], "measurements": {"tdx": {}}}, {"kinds": ["tdx"], "measurements": {"tdx": {"mr_td": []}}},
    {"kinds": ["tdx"], "measurements": {"tdx": {"mr_td": ["AB"]}}}, {"kinds": [], "measurements": {"tdx": {"mr_td": ["ab"]}}},
]


@pytest.mark.parametrize("tee", POLICIES, ids=json.dumps)
def test_a_policy_with_a_mistake_about_evidence_is_refused_by_both(tee, both):
    assert both(Attested().mint(), mint.trust_policy(tee=tee)) is None


@pytest.mark.parametrize(("value", "is_read"), [
    ("", True), ("00ff", True), ("7", True), ("0", True), ("18446744073709551615", True), ("99999999999999999999", True),
    ("0x30000", True), ("0xffffffffffffffff", True), ("0x0", True), ("07", True), ("007", False), ("+7", False), ("-0", False),
    ("18446744073709551616", True), ("184467440737095516150", False), ("0x", False), ("0x030000", False), ("0xA", False),
    ("0x10000000000000000", False), ("a", False), ("7 ", False), ("1" * 5001, False), ("UpToDate", False), (7, False)], ids=repr)
def test_what_a_policy_lists_is_spelt_as_a_claim_can_be(value, is_read, both):
    """Bytes, or a number: anything else would be equal to no claim, and its owner expects it to be."""
    tee = {"kinds": ["tdx"], "measurements": {"tdx": {"mr_td": [value]}}}
    assert (both(Recipe().mint(), mint.trust_policy(tee=tee)) is not None) == is_read
