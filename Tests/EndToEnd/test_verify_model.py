"""`colophon verify --model`: an auditor who has the weights needs nobody's verdict."""

import json

import pytest

from harness import programs
from harness.suite import chat


@pytest.fixture(scope="module")
def held(suite, tmp_path_factory):
    """A bundle with its trust policy, as an auditor holds them."""
    folder = tmp_path_factory.mktemp("held")
    receipt = suite.post(chat("Name a colour.", max_tokens=12, temperature=0.9, seed=5)).json()["receipt"]
    (folder / "bundle.json").write_bytes(suite.bundle(receipt["id"]))
    (folder / "trust.json").write_text(json.dumps(suite.trust))
    return folder


def reexecution(folder, bundle: str, model: str) -> tuple[int, dict]:
    result = programs.colophon(
        "verify", str(folder / bundle), "--trust", str(folder / "trust.json"), "--model", model, "--json")
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    return result.returncode, checks["reexecution"]


def test_the_published_weights_give_the_answer_again(held):
    status, check = reexecution(held, "bundle.json", programs.model())
    assert (status, check["state"]) == (0, "pass"), check
    assert "executed again here" in check["detail"]


def test_other_weights_are_named_and_do_not_pass(held):
    weights = bytearray(open(programs.model(), "rb").read())
    weights[-1] ^= 1
    (held / "other.gguf").write_bytes(weights)
    status, check = reexecution(held, "bundle.json", str(held / "other.gguf"))
    assert (status, check["state"]) == (1, "not_checked"), check


def test_a_bundle_without_openings_is_not_checked(held):
    bundle = json.loads((held / "bundle.json").read_bytes())
    bundle["openings"] = {}
    bare = json.dumps(bundle, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    (held / "bare.json").write_text(bare)
    status, check = reexecution(held, "bare.json", programs.model())
    assert (status, check["state"]) == (1, "not_checked"), check
