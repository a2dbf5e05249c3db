"""`--require` of `colophon verify` and of the second verifier: the same spellings, numbers and exit statuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mint
from both import REQUIRE_REFUSED, failed
from recipes import Recipe
from second.trust import CHECKS

WITNESSES = ["witness1", "witness2", "witness3"]
COSIGNED = 2
"""Of the three that the policy lists; its quorum is one."""
PASSED = {
    "one": ["content"], "two": ["content,inclusion"], "given again": ["content", "inclusion,content"],
    "hyphen": ["re-execution"], "none": ["reexecution"], "both": ["re-execution,reexecution"],
    "the issue's": ["re-execution,witnesses=2"], "its parts": ["re-execution", "witnesses=2"], "name": ["witnesses"],
    "below": ["witnesses=1"], "sign": ["witnesses=+2"], "zeros": ["witnesses=0002"],
    "twice": ["witnesses=2,witnesses=1"]}
UNMET = {
    "number": (["re-execution,witnesses=3"], ["witnesses"]),
    "the greater": (["witnesses=3,witnesses=1"], ["witnesses"]),
    "again": (["witnesses=3", "content"], ["witnesses"]), "check": (["re-execution,tee"], ["tee"]),
    "all": (["tee,proof", "witnesses=3"], ["witnesses", "tee", "proof"])}
REFUSED = [
    "", "content,", ",content", "content, time", "content time", "luck", "Content", "re-exec", "Re-execution",
    "re_execution", "re--execution", "-reexecution", "in-clusion", "re-execution=1", "witnesses=", "witnesses=0",
    "witnesses=-1", "witnesses=x", "witnesses= 2", "witnesses=2=2", "witnesses=2.0", "witnesses=1_0",
    "witnesses=\u0662", "witnesses=4", "witnesses=9223372036854775808", "re-execution,witnesses=2,luck"]


@pytest.fixture(scope="module")
def bundle() -> bytes:
    return Recipe(cosigners=WITNESSES[:COSIGNED]).mint()


def policy(**changes):
    return mint.trust_policy(witnesses=[mint.KEYS[name].vkey(4, name) for name in WITNESSES], quorum=1, **changes)


@pytest.mark.parametrize("name", PASSED)
def test_what_passes_may_be_required_in_any_spelling(name, bundle, both):
    report = both(bundle, policy(), require=PASSED[name], what=name)
    assert report.accepted and not report.required_unmet, report.table()


@pytest.mark.parametrize("name", UNMET)
def test_what_is_missing_is_refused_and_named_alike(name, bundle, both):
    names, unmet = UNMET[name]
    report = both(bundle, policy(), require=names, what=name)
    assert not report.accepted and not failed(report) and report.required_unmet == unmet, report.table()


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_is_required_by_its_name(check, bundle, both):
    report = both(bundle, policy(), require=[check], what=check)
    assert report.accepted == (report.states[check] == "pass")


@pytest.mark.parametrize("names", REFUSED)
def test_both_refuse_what_is_no_check_and_no_number(names, bundle, both):
    assert both(bundle, policy(), require=[names], what=names) is None


def test_a_policy_spells_a_check_in_one_way(bundle, both):
    """The other spelling is of the command line alone."""
    assert both(bundle, policy(required=["reexecution"])).accepted
    assert both(bundle, policy(required=["re-execution"])) is None


@pytest.mark.parametrize(("names", "status"), [
    (["re-execution,witnesses=2", "time"], 0), (["re-execution,witnesses=3"], 1), (["witnesses=4"], REQUIRE_REFUSED),
    (["content", "re-exec"], REQUIRE_REFUSED)])
def test_the_second_as_a_program_ends_with_the_same_status(names, status, bundle, both, tmp_path):
    (tmp_path / "bundle.json").write_bytes(bundle)
    (tmp_path / "trust.json").write_bytes(mint.as_json(policy()))
    command = [sys.executable, "-m", "second", str(tmp_path / "bundle.json"), "--trust", str(tmp_path / "trust.json")]
    done = subprocess.run(
        [*command, "--json", *(f"--require={name}" for name in names)], capture_output=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)}, timeout=60)
    assert done.returncode == status == both.first(bundle, mint.as_json(policy()), require=names)[0], done
    assert (json.loads(done.stdout)["accepted"] == (status == 0)) if status < 64 else b"--require: " in done.stderr
