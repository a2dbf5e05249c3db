"""Whom the policy believes, and for what: role confusion, wrong kinds, wrong intervals, keys that have ended."""

import copy
import json
from typing import Any

import pytest

import mint
from both import failed, part
from mint import INDEX, KEYS, b64
from recipes import Recipe
from second.values import digest_text, sha256

VKEYS = [KEYS[f"witness{at}"].vkey(4, f"witness{at}") for at in (1, 2)]


def policy(edit: Any, **changes: Any) -> dict[str, Any]:
    value = copy.deepcopy(mint.trust_policy(**changes))
    edit(value, {issuer["iss"].rpartition("/")[2]: issuer for issuer in value["issuers"]})
    return value


def give(issuer: dict[str, Any], key: mint.Key) -> None:
    issuer.update(key=b64(key.raw), kid=digest_text(key.kid))


CONFUSED = {
    "an issuer twice": lambda v, i: v["issuers"].append(i["inference"]),
    "one key under two names": lambda v, i: v["issuers"].append(i["inference"] | {"iss": "x", "kinds": ["key"]}),
    "executor and custodian": lambda v, i: i["inference"]["kinds"].append("custody"),
    "verifier and orchestrator": lambda v, i: i["verification"]["kinds"].append("receipt"),
    "operator and attribution": lambda v, i: i["operator"]["kinds"].append("attribution"),
    "the log as an issuer": lambda v, i: give(i["verification"], KEYS["checkpoint"]),
    "the receipt key as an issuer": lambda v, i: give(i["verification"], KEYS["cose"]),
    "one key for checkpoint and receipts": lambda v, i: v.update(receipt_log_key=b64(KEYS["checkpoint"].raw)),
    "a witness as an issuer": lambda v, i: (v.update(witnesses=VKEYS[:1]), give(i["verification"], KEYS["witness1"])),
    "no issuer of a kind": lambda v, i: v["issuers"].remove(i["storage"]),
    "a key for another kind": lambda v, i: i["storage"].update(kinds=["key"]),
    "a key of another iss": lambda v, i: i["storage"].update(iss="https://example.org/other"),
    "a policy key that may not": lambda v, i: i["attribution"].update(kinds=["attribution"])}


@pytest.mark.parametrize("name", CONFUSED)
def test_confused_roles_fail_the_signatures(name, both):
    assert "signatures" in failed(both(Recipe().mint(), policy(CONFUSED[name])))


CONTRADICTIONS = {
    "a kid of another key": lambda v, i: i["storage"].update(kid=digest_text(bytes(32))),
    "an interval that ends first": lambda v, i: i["storage"].update(from_index="9", to_index="8"),
    "a quorum of nobody": lambda v, i: v.update(quorum=1),
    "a quorum below 0": lambda v, i: v.update(quorum=-1),
    "a witness twice": lambda v, i: v.update(witnesses=VKEYS[:1] * 2),
    "the log as a witness": lambda v, i: v.update(witnesses=[KEYS["checkpoint"].vkey(4, "w")]),
    "a log key of the witnesses' type": lambda v, i: v.update(checkpoint_vkey=KEYS["checkpoint"].vkey(4, mint.ORIGIN)),
    "a witness key of the log's type": lambda v, i: v.update(witnesses=[KEYS["witness1"].vkey(1, "witness1")]),
    "a check that is none": lambda v, i: v.update(required=["everything"]),
    "a kind that is none": lambda v, i: i["storage"].update(kinds=["anything"]),
    "another algorithm": lambda v, i: i["storage"].update(alg="ES256"),
    "a short key": lambda v, i: i["storage"].update(key=b64(bytes(31))),
    "a key of order 1": lambda v, i: v.update(receipt_log_key=b64(b"\1" + bytes(31))),
    "a key of order 4": lambda v, i: v.update(receipt_log_key=b64(bytes(32))),
    "a key that is not canonical": lambda v, i: v.update(receipt_log_key=b64(b"\xee" + b"\xff" * 30 + b"\x7f")),
    "an unknown member": lambda v, i: v.update(more=[]),
    "a missing member": lambda v, i: v.pop("profiles"),
    "a float": lambda v, i: v.update(quorum=0.5),
    "an integer for a decimal": lambda v, i: i["storage"].update(from_index=0)}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_policy_that_contradicts_itself_is_refused(name, both):
    assert both(Recipe().mint(), policy(CONTRADICTIONS[name])) is None


@pytest.mark.parametrize("service", mint.ISSUERS)
@pytest.mark.parametrize("first, last, holds", [
    (INDEX, INDEX, True), (0, INDEX - 1, False), (INDEX + 1, INDEX + 1, False)])
def test_a_key_is_good_for_an_interval_of_the_log(service, first, last, holds, both):
    """A manifest or a policy has an index of its own: for it only the end counts, and a listed digest overrules it."""
    bundle = Recipe().mint()
    bounded = policy(lambda v, i: i[service].update(from_index=str(first), to_index=str(last)))
    elsewhere = service == "operator" and last >= INDEX
    report = both(bundle, bounded)
    assert (failed(report) == set()) == (holds or elsewhere), report.table()
    if service == "operator" and last < INDEX:
        manifest = json.loads(mint.cbor.decode(part(bundle, "statements", "model"), "model").value[2])
        listed = {"signers": [], "digests": ["sha256:" + manifest["subject"][0]["digest"]["sha256"]]}
        assert both(bundle, bounded | {"manifests": listed}).accepted


def test_what_the_policy_lists_is_what_counts(both):
    bundle = Recipe().mint()
    named = digest_text(sha256(part(bundle, "statements", "policy")))
    other = "sha256:" + "1" * 64
    for changes, fails in (
        ({"attribution_policies": [named]}, set()), ({"attribution_policies": [other]}, {"attribution"}),
        ({"profiles": []}, {"model"}), ({"manifests": {"signers": [], "digests": []}}, {"model"}),
        ({"manifests": {"signers": [other], "digests": [other]}}, {"model"}),
        ({"origin": "log.example/other"}, {"inclusion"}), ({"receipt_log_key": b64(KEYS["stranger"].raw)}, {"inclusion"}),
        ({"checkpoint_vkey": KEYS["stranger"].vkey(1, mint.ORIGIN)}, {"inclusion"})):
        assert failed(both(bundle, mint.trust_policy(**changes), what=changes)) == fails
    for changes in ({"witnesses": VKEYS, "quorum": 1}, {"witnesses": VKEYS, "quorum": 0}):
        # A cosignature by a witness that this policy does not name is a line that nothing authenticates.
        report = both(Recipe(cosigners=["witness3"]).mint(), mint.trust_policy(**changes), what=changes)
        assert failed(report) == {"inclusion"}
