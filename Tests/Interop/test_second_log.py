"""The proofs in the log: trees of other sizes, and other spellings that the log itself would have signed."""

import json
from typing import Any

import pytest

import mint
from both import edited, failed
from mint import INDEX, KEYS, ORIGIN, SIZE, b64
from recipes import RECEIPT_ID, Recipe
from second import cbor, merkle
from second.values import sha256


def test_inclusion_in_trees_of_many_sizes(both, seeded, is_long, monkeypatch):
    pairs = [(size, index) for size in range(1, 70) for index in range(size)]
    for size, index in seeded.sample(pairs, 400 if is_long else 4):
        monkeypatch.setattr(mint, "SIZE", size)
        monkeypatch.setattr(mint, "INDEX", index)
        bundle = Recipe().mint()
        assert both(bundle, mint.trust_policy(), what=(size, index)).accepted, (size, index)
        lines = json.loads(bundle)["log"]["tlog_proof"].split("\n")
        path = lines[2:lines.index("")]
        for other in ([*path, b64(bytes(32))], path[:-1], path[1:] + path[:1]):
            changed = "\n".join([*lines[:2], *other, *lines[lines.index(""):]])
            report = both(edited(bundle, lambda v: v["log"].update(tlog_proof=changed)), mint.trust_policy())
            assert report.accepted == (other == path), (size, index)


def test_the_tree_is_that_of_RFC_9162():
    """The example tree of seven leaves in RFC 9162 section 2.1.5, its root built by hand."""
    d = [bytes([at]) for at in range(7)]
    a, b, c, e, f, g = (merkle.leaf(entry) for entry in d[:6])
    left = merkle.node(merkle.node(a, b), merkle.node(c, e))
    root = merkle.node(left, merkle.node(merkle.node(f, g), merkle.leaf(d[6])))
    assert mint.tree([merkle.leaf(entry) for entry in d]) == root
    assert merkle.root_of_path(d[6], 6, 7, [merkle.node(f, g), left]) == root
    assert merkle.leaf(b"") == sha256(b"\0") and merkle.node(b"a", b"b") == sha256(b"\1ab")


def cose_receipt(bundle: bytes, protected: dict[Any, Any], unprotected: dict[Any, Any], attached: bool = False) -> bytes:
    """The bundle with a COSE Receipt of these headers; `...` takes one away."""
    root = mint.base64.b64decode(json.loads(bundle)["log"]["tlog_proof"].split("\n\n")[1].split("\n")[2])
    key = KEYS["cose"]
    headers = {1: -8, 4: key.kid, 15: {1: mint.LOG_ISS, 2: RECEIPT_ID, 6: mint.IAT}, 395: 1} | protected
    raw = mint.sign1(key, {label: value for label, value in headers.items() if value is not ...}, unprotected, root, attached)
    return edited(bundle, lambda value: value["log"].update(cose_receipt=b64(raw)))


def proofs(bundle: bytes, size: int = SIZE, index: int = INDEX, **changes: Any) -> dict[Any, Any]:
    lines = json.loads(bundle)["log"]["tlog_proof"].split("\n")
    path = [mint.base64.b64decode(line) for line in lines[2:lines.index("")]]
    return {396: {-1: [cbor.encode([size, index, changes.get("path", path)])]}}


def test_a_cose_receipt_has_one_form(both):
    bundle = Recipe().mint()
    good = proofs(bundle)
    for seconds in (mint.IAT, 0, (1 << 63) - 1):
        honest = cose_receipt(bundle, {15: {1: mint.LOG_ISS, 2: RECEIPT_ID, 6: seconds}}, good)
        assert both(honest, mint.trust_policy(), what=seconds).accepted
    other = [
        ({1: -7}, good), ({4: KEYS["checkpoint"].kid}, good), ({4: ...}, good), ({395: 2}, good), ({395: ...}, good),
        ({3: "text/plain"}, good), ({15: ...}, good), ({15: {1: mint.LOG_ISS, 2: "other", 6: 1}}, good),
        ({15: {1: mint.LOG_ISS, 2: RECEIPT_ID, 6: -1}}, good), ({15: {1: mint.LOG_ISS, 2: RECEIPT_ID, 6: 1 << 63}}, good),
        ({15: {1: mint.LOG_ISS, 2: RECEIPT_ID, 3: "aud", 6: 1}}, good), ({16: 1}, good), ({}, {}), ({}, {395: good[396]}),
        ({}, good | {397: 1}), ({}, {396: {-1: good[396][-1] * 2}}), ({}, {396: {-1: good[396][-1], -2: []}}),
        ({}, {396: {-2: good[396][-1]}}), ({}, proofs(bundle, size=SIZE + 1)), ({}, proofs(bundle, index=INDEX - 1)),
        ({}, proofs(bundle, size=INDEX)), ({}, proofs(bundle, path=[])), ({}, proofs(bundle, path=[bytes(31)] * 4)),
        ({}, {396: {-1: [good[396][-1][0] + b"\0"]}})]
    for protected, unprotected in other:
        changed = cose_receipt(bundle, protected, unprotected)
        assert failed(both(changed, mint.trust_policy(), what=(protected, unprotected))) == {"inclusion"}
    assert failed(both(cose_receipt(bundle, {}, good, attached=True), mint.trust_policy())) == {"inclusion"}


def noted(bundle: bytes, text: str, key: str = "checkpoint", more: str = "") -> bytes:
    """The bundle with another text in its checkpoint, signed by a key of the log's name, and more lines behind."""
    top = json.loads(bundle)["log"]["tlog_proof"].split("\n\n")[0]
    proof = top + "\n\n" + text + "\n" + KEYS[key].note_line(text) + more
    return edited(bundle, lambda value: value["log"].update(tlog_proof=proof))


def test_a_checkpoint_has_one_form(both):
    bundle = Recipe().mint()
    text = json.loads(bundle)["log"]["tlog_proof"].split("\n\n")[1] + "\n"
    assert both(noted(bundle, text), mint.trust_policy()).accepted
    origin, size, root = text.split("\n")[:3]
    line, cosigned = KEYS["checkpoint"].note_line(text), KEYS["witness1"].cosignature_line(text, 5)
    other = [
        (text + "extension\n", ""), (f"{origin}\n0{size}\n{root}\n", ""), (f"{origin}\n+{size}\n{root}\n", ""),
        (f"{origin}\n{size}\n{root[:-2]}=\n", ""), (f"{origin} \n{size}\n{root}\n", ""), (f"other\n{size}\n{root}\n", ""),
        (f"{origin}\n{SIZE + 1}\n{root}\n", ""), (f"{origin}\n{size}\n{b64(bytes(32))}\n", ""), (text, line), (text, cosigned),
        (text, line[:-1]), (text, "\n"), (text, "junk\n"), (text.replace("\n", "\r\n"), ""), (text, line.replace(ORIGIN, "x"))]
    for changed, more in other:
        report = both(noted(bundle, changed, more=more), mint.trust_policy(), what=(changed, more))
        assert failed(report) == {"inclusion"}
    assert failed(both(noted(bundle, text, "stranger"), mint.trust_policy())) == {"inclusion"}


@pytest.mark.parametrize("seconds", [mint.IAT, 2**63 - 1, 2**63])
def test_a_cosignature_of_an_odd_time(seconds, both):
    bundle = Recipe().mint()
    text = json.loads(bundle)["log"]["tlog_proof"].split("\n\n")[1] + "\n"
    changed = noted(bundle, text, more=KEYS["witness1"].cosignature_line(text, seconds))
    trust = mint.trust_policy(witnesses=[KEYS["witness1"].vkey(4, "witness1")], quorum=1)
    assert both(changed, trust).accepted == (seconds < 2**63)


def test_a_proof_has_one_form(both):
    bundle = Recipe().mint()
    proof = json.loads(bundle)["log"]["tlog_proof"]
    for changed in (
        proof.replace("@v1", "@v2"), proof.replace("index ", "extra AA==\nindex "), proof.replace("index 5", "index 05"),
        proof.replace("index 5", "index  5"), proof.replace("index 5", "index 4"), proof.replace("index 5\n", ""), proof[:-1],
        proof + "\n", proof.replace("\n", "\r\n"), proof.replace("=\n", "\n", 1), "\n" + proof, "", proof.split("\n\n")[0]):
        report = both(edited(bundle, lambda value: value["log"].update(tlog_proof=changed)), mint.trust_policy())
        assert failed(report) == {"inclusion"}, changed
