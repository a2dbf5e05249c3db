"""`colophon key`: what a suite states of its keys, how one ends, and what a verifier makes of it."""

import json
import shutil

from harness.log import LogCopy
from harness.programs import colophon, must
from harness.suite import Suite, chat

SERVICES = {
    "operator": ["key", "model"], "inference": ["execution", "key"], "verification": ["draw", "key", "reveal", "verdict"],
    "storage": ["custody", "key", "tombstone"], "attribution": ["attribution", "key", "policy"],
    "orchestrator": ["epoch", "key", "receipt"],
}


def listed(suite: Suite, status: int = 0) -> dict:
    found = colophon("key", "list", "--json", "--data", str(suite.data))
    assert found.returncode == status, found.stderr
    return json.loads(found.stdout)


def kid(suite: Suite, kind: str) -> str:
    """The thumbprint of the newest key that is stated for a kind."""
    return [key for key in listed(suite)["keys"] if kind in key["kinds"]][-1]["key"]


def test_a_suite_states_each_key_once_and_a_retired_one_is_good_up_to_its_end(make_suite, tmp_path):
    suite = make_suite("keys").start()
    early = suite.post(chat("Name a colour.", max_tokens=4)).json()["receipt"]["id"]
    suite.wait_for_log(early)
    stated = listed(suite)
    assert sorted(key["kinds"] for key in stated["keys"]) == sorted(SERVICES.values())
    assert all("to_index" not in key and int(key["from_index"]) == 1 for key in stated["keys"])
    assert {key["key"] for key in stated["keys"]} == {issuer["kid"] for issuer in suite.trust["issuers"]}
    assert "nothing to state" in must(colophon("key", "register", "--data", str(suite.data)))

    # Started again, it states nothing that the log has, not even when it has forgotten what it stated.
    suite.stop()
    shutil.rmtree(suite.data / "up/keys")
    suite.start()
    assert listed(suite)["keys"] == stated["keys"]
    refusals(suite, tmp_path)

    # The end: the log admits nothing more by the key, and the suite does not start with it.
    old = kid(suite, "execution")
    suite.stop()
    said = must(colophon("key", "retire", "inference", "--data", str(suite.data)))
    newest = int(said.partition("ends with entry ")[2].partition(",")[0])
    assert f"{old} ends with entry {newest}, as entry {newest + 1} of the log states" in said
    assert f"{old} ends with entry {newest}" in must(colophon("key", "retire", old, "--data", str(suite.data)))
    assert colophon("key", "retire", old, "--to-index", "1", "--data", str(suite.data)).returncode == 65
    assert old not in (suite.data / "storage/registration.json").read_text()
    try:
        suite.start()
        raise AssertionError("it started with a key that was retired")
    except RuntimeError as error:
        assert "was retired: remove" in str(error) and "execution.key" in str(error), error
    (suite.data / "inference/keys/execution.key").unlink()
    suite.start()
    late = suite.post(chat("Name a colour.", max_tokens=4)).json()["receipt"]["id"]
    suite.wait_for_log(late)
    found = listed(suite)
    assert [key["to_index"] for key in found["keys"] if key["key"] == old] == [str(newest)]
    new, = found["strangers"]
    # Whoever adds the new key by hand sees whose place it takes.
    lines = json.loads((suite.data / "storage/registration.json").read_bytes())
    line, = (line for line in lines if line["kid"] == new["key"])
    wide = tmp_path / "wide.json"
    wide.write_text(json.dumps(suite.trust | {"issuers": suite.trust["issuers"] + [
        {name: line[name] for name in ("iss", "kid", "key", "kinds")} | {"alg": "EdDSA", "from_index": "0"}]}))
    policy = json.loads(must(colophon("key", "trust", "--trust", str(wide), "--data", str(suite.data))))
    added, = (issuer for issuer in policy["issuers"] if issuer["kid"] == new["key"])
    assert newest < int(added["from_index"]) <= int(new["index"]) and "to_index" not in added
    shown = must(colophon("key", "list", "--trust", str(wide), "--data", str(suite.data)))
    assert f"in the place of {old}" in shown
    strict = tmp_path / "added.json"
    strict.write_text(json.dumps(policy))
    assert verified(suite, late, strict, tmp_path).returncode == 0

    # A verifier that follows the log: the old key up to its end, and no key that its owner did not add.
    narrowed = tmp_path / "narrowed.json"
    must(colophon("key", "trust", "--output", str(narrowed), "--data", str(suite.data)))
    policy = json.loads(narrowed.read_bytes())
    assert [i.get("to_index") for i in policy["issuers"] if i["kid"] == old] == [str(newest)]
    assert {i["kid"] for i in policy["issuers"]} == {i["kid"] for i in suite.trust["issuers"]}
    assert verified(suite, early, narrowed, tmp_path).returncode == 0
    refused = verified(suite, late, narrowed, tmp_path)
    assert refused.returncode == 1 and b"no key of the policy has its kid" in refused.stdout, refused.stdout
    # Earlier than the receipt, had the key been stolen then.
    for issuer in policy["issuers"]:
        if issuer["kid"] == old:
            issuer["to_index"] = "2"
    narrowed.write_text(json.dumps(policy))
    refused = verified(suite, early, narrowed, tmp_path)
    assert refused.returncode == 1 and b"is not good at log index" in refused.stdout, refused.stdout
    # The orchestrator's key, by its thumbprint, while the suite runs: its receipts are admitted no more.
    must(colophon("key", "retire", kid(suite, "receipt"), "--data", str(suite.data)))
    assert suite.post(chat("Name a colour.", max_tokens=4)).status_code != 200
    # A statement that is erased may have ended a key.
    digest = LogCopy(suite).entries[-1].hex()
    must(colophon("blob", "erase", f"sha256:{digest}", "--reason", "a test", "--data", str(suite.data)))
    found = colophon("key", "list", "--data", str(suite.data))
    assert found.returncode == 65 and b"may end a key" in found.stderr, found.stderr
    suite.end()


def verified(suite: Suite, receipt: str, trust, folder):
    bundle = folder / "bundle.json"
    bundle.write_bytes(suite.bundle(receipt))
    return colophon("verify", str(bundle), "--trust", str(trust))


def refusals(suite: Suite, folder) -> None:
    """What cannot be retired or believed."""
    data = ["--data", str(suite.data)]
    operator = kid(suite, "model")
    for arguments, status, word in [
        (["retire", "operator"], 64, b"neither"), (["retire", operator], 64, b"cannot end itself"),
        (["retire", "nobody"], 64, b"neither"), (["retire", "sha256:" + "0" * 64], 66, b"nothing is known"),
        (["retire", "inference", "--to-index", "99999"], 64, b"beyond the newest entry"),
        (["retire", "verification", "--to-index", "0"], 64, b"before the key began"),
    ]:
        found = colophon("key", *arguments, *data)
        assert found.returncode == status and word in found.stderr, (arguments, found.stderr)
    # A verifier whose policy lists no key for `key` believes no statement of one.
    policy = suite.trust
    for issuer in policy["issuers"]:
        issuer["kinds"].remove("key")
    strict = folder / "strict.json"
    strict.write_text(json.dumps(policy))
    for command in ("list", "trust"):
        found = colophon("key", command, "--trust", str(strict), *data)
        assert found.returncode == 65 and b"does not list for it" in found.stderr, found.stderr
    must(colophon("key", "trust", "--despite", "--trust", str(strict), *data))
