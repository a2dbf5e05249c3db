"""What a policy says of a platform's firmware: read alike by both verifiers, and refused by both where it says what no policy can."""

import json

import pytest

import mint
from attested import Attested, trusting
from recipes import Recipe
from second.trust import TCB_PARTS, TCB_STATUSES, Trust
from second.values import Refused


def statuses(*names, kind="tdx", kinds=("tdx",)):
    return {"kinds": list(kinds), "tcb_statuses": {kind: list(names)}}


def least(value, kind="sev-snp", kinds=("sev-snp",)):
    return {"kinds": list(kinds), "tcb_minimum": {kind: value}}


GOOD = [
    *(statuses(name) for name in TCB_STATUSES), statuses(*TCB_STATUSES), statuses("UpToDate", "UpToDate"),
    *(least({part: value}) for part in TCB_PARTS for value in (0, 255)), least(dict.fromkeys(TCB_PARTS, 1)),
    {"kinds": [], "tcb_statuses": {}, "tcb_minimum": {}},
    {"kinds": ["sev-snp", "tdx"], "tcb_statuses": {"tdx": ["OutOfDate"]}, "tcb_minimum": {"sev-snp": {"snp": 8}}}]
BAD = [
    statuses("Revoked"), statuses("UpToDate", "Revoked"), statuses("uptodate"), statuses(1), statuses(None), statuses(),
    statuses(*TCB_STATUSES, "UpToDate"), statuses("UpToDate", kinds=[]), statuses("UpToDate", kinds=["sev-snp"]),
    *(statuses("UpToDate", kind=kind, kinds=["tdx", kind]) for kind in ("simulated", "nitro", "sev-snp", "sgx")),
    {"kinds": ["tdx"], "tcb_statuses": ["UpToDate"]}, {"kinds": ["tdx"], "tcb_statuses": {"tdx": "UpToDate"}},
    {"kinds": ["tdx"], "tcb_statuses": {"tdx": {"UpToDate": True}}}, {"kinds": ["tdx"], "tcb_status": {"tdx": ["UpToDate"]}},
    least({}), least([]), least(8), least({"luck": 1}), least({"snp": -1}), least({"snp": 256}), least({"snp": "8"}),
    least({"snp": 8.0}), least({"snp": None}), least({"snp": True}), least({"snp": 8}, kinds=[]),
    least({"snp": 8}, kinds=["tdx"]), {"kinds": ["sev-snp"], "tcb_minimum": {"snp": 8}},
    {"kinds": ["sev-snp"], "tcb_minimum": []},
    *(least({"snp": 8}, kind=kind, kinds=["sev-snp", kind]) for kind in ("simulated", "nitro", "tdx"))]


@pytest.fixture(scope="module")
def bundle():
    return Recipe().mint()


@pytest.mark.parametrize("tee", GOOD, ids=json.dumps)
def test_both_read_a_policy_that_says_which_firmware_is_good_enough(tee, both, bundle):
    report = both(bundle, mint.trust_policy(tee=tee), what=tee)
    assert report.accepted, report.table()


def test_what_is_said_of_hardware_changes_nothing_for_what_is_simulated(both):
    more = {"kinds": ["simulated", "tdx"], "tcb_statuses": {"tdx": ["OutOfDate"]}}
    assert both(Attested().mint(), trusting(**more)).accepted


@pytest.mark.parametrize("tee", BAD, ids=json.dumps)
def test_both_refuse_a_policy_that_says_what_none_can(tee, both, bundle):
    assert both(bundle, mint.trust_policy(tee=tee), what=tee) is None


@pytest.mark.parametrize("tee", BAD, ids=json.dumps)
def test_the_second_says_no_by_itself(tee):
    with pytest.raises(Refused):
        Trust.parse(json.dumps(mint.trust_policy(tee=tee)).encode())
