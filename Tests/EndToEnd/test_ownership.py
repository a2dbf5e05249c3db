"""Whose a document is: what contributors registered in the log decides who is credited, whatever the asker writes."""

import base64
import json
import sqlite3
import time

import pytest
import requests

from harness import programs
from harness.suite import chat

TEXT = "The capital of Freedonia is Zubrowka."
OTHER = "Bread is baked in an oven."
POLICY = {"id": "documents/1", "roles": [
    {"role": "documents", "basis_points": 10_000, "method": "context-shapley/1"}]}


def metric(suite, name: str) -> float:
    page = requests.get(suite.urls["attribution"] + "/metrics", timeout=10).text
    return next((float(line.split()[1]) for line in page.splitlines() if line.split()[0] == name), -1)


@pytest.fixture(scope="module")
def crediting(make_suite, tmp_path_factory):
    """A suite whose policy credits documents, in which ada registered a text, and then eve the same one. carol committed to
    another, and shows it later."""
    folder = tmp_path_factory.mktemp("registered")
    (folder / "policy.json").write_text(json.dumps(POLICY))
    (folder / "text").write_text(TEXT)
    (folder / "other").write_text(OTHER)
    # The first as a record among others, the second as a file.
    (folder / "records").write_text("".join(json.dumps({"text": text}) + "\n" for text in ("Something else.", TEXT)))
    running = make_suite(
        "ownership", COLOPHON_ATTRIBUTION_POLICY=str(folder / "policy.json"), COLOPHON_ATTRIBUTION_LOG_INTERVAL="100ms",
        COLOPHON_ORCHESTRATOR_CREDIT_BUDGET="5m").start()
    for name, asset, contents in (
            ("ada", "atlas", ("--records", str(folder / "records"))), ("eve", "mine", (str(folder / "text"),))):
        for words in (
                ("contributor", "add", name),
                ("asset", "commit", asset, "--contributor", name, "--licence", "MIT", *contents),
                ("asset", "reveal", asset, "--contributor", name)):
            programs.must(programs.colophon(*words, "--data", str(running.data)))
    for words in (
            ("contributor", "add", "carol"),
            ("asset", "commit", "oven", "--contributor", "carol", "--licence", "MIT", str(folder / "other"))):
        programs.must(programs.colophon(*words, "--data", str(running.data)))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def answered(crediting):
    shown = [{"text": TEXT, "contributor": "eve", "asset": "mine"}, {"text": OTHER, "contributor": "bob"}]
    answer = crediting.post(chat("What is the capital of Freedonia?", documents=shown, max_tokens=8))
    assert answer.status_code == 200, answer.text
    receipt = answer.json()["receipt"]
    crediting.wait_for_log(receipt["id"])
    return receipt, crediting.bundle(receipt["id"])


def audit(crediting, raw: bytes, folder, code: int, *words: str) -> dict[str, str]:
    (folder / "bundle").write_bytes(raw)
    done = programs.colophon("credit", "verify", str(folder / "bundle"), "--data", str(crediting.data), *words)
    assert done.returncode == code, (done.stdout, done.stderr)
    return dict(line.split(maxsplit=1) for line in done.stdout.decode().splitlines())


def test_who_registered_first_is_credited_though_the_copier_is_named(answered, crediting, tmp_path):
    receipt, raw = answered
    paid = {share["contributor"]: int(share["amount_nano"]) for share in receipt["credit"]["shares"]}
    assert paid["ada"] > 0 and "eve" not in paid
    first, second = receipt["credit"]["documents"]
    assert (first["contributor"], first["ownership"]) == ("ada", "registered")
    assert (second["contributor"], second["ownership"]) == ("bob", "claimed")
    statement = crediting.get("/v1/contributors/ada/statement").json()
    [line] = [line for line in statement["lines"] if line["receipt_id"] == receipt["id"]]
    [proof] = line["documents"]
    assert proof["line"]["asset"] == "atlas" and proof["line"]["ownership"] == "registered"
    assert crediting.get("/v1/contributors/eve/statement").json()["lines"] == []
    (tmp_path / "raw").write_bytes(raw)
    (tmp_path / "trust").write_text(json.dumps(crediting.trust))
    checked = programs.colophon("verify", str(tmp_path / "raw"), "--trust", str(tmp_path / "trust"))
    assert checked.returncode == 0 and b"1 of them said to be registered" in checked.stdout, checked.stdout


def test_the_owners_are_found_again_in_the_log(answered, crediting, tmp_path):
    raw = answered[1]
    said = audit(crediting, raw, tmp_path, 0, "--registry")
    assert said["owners"].startswith("equal") and "ada (registered, atlas, committed at " in said["owners"], said
    assert "bob (claimed)" in said["owners"] and said["shares"].startswith("equal")
    assert audit(crediting, raw, tmp_path, 0)["owners"].startswith("closed")
    # What a thief would rather have in the bundle: its own name in the opened scores.
    value = json.loads(raw)
    scores = base64.b64decode(value["openings"]["scores"])
    data = scores[40:].replace(b'"contributor":"ada"', b'"contributor":"eve"')
    assert data != scores[40:]
    value["openings"]["scores"] = base64.b64encode(scores[:40] + data).decode()
    lie = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    said = audit(crediting, lie, tmp_path, 1, "--registry")
    assert "of document 0: stated eve" in said["owners"] and "the log says ada" in said["owners"], said
    assert said["shares"].startswith("differs") and said["scores"].startswith("differs"), said


@pytest.mark.parametrize("line", [b"", b"x", b"[]", b'{"text":""}', b'{"text":7}', b'{"text":"' + b"x" * 65_537 + b'"}'])
def test_what_is_no_record_is_refused_by_its_line(crediting, line, tmp_path):
    (tmp_path / "records").write_bytes(b'{"text":"sound"}\n' * bool(line) + line)
    done = programs.colophon(
        "asset", "commit", "no", "--contributor", "ada", "--licence", "MIT", "--records", str(tmp_path / "records"),
        "--data", str(crediting.data))
    assert done.returncode == 65 and (b"line 2 is not" if line else b"no record") in done.stderr, done.stderr


def test_the_log_is_followed_without_anybody_asking(answered, crediting):
    deadline = time.monotonic() + 30
    size = int(json.loads(answered[1])["as_of"])
    while metric(crediting, "colophon_attribution_log_size") < size:
        assert time.monotonic() < deadline, "attribution does not follow the log"
        time.sleep(0.05)
    assert metric(crediting, "colophon_attribution_contributions_total") == 8
    assert metric(crediting, "colophon_attribution_log_refused") == 0


def test_an_older_commitment_that_is_shown_later_wins_a_dispute(answered, crediting, tmp_path):
    receipt, raw = answered
    data = ("--data", str(crediting.data))
    (tmp_path / "bundle").write_bytes(raw)
    paid = {share["contributor"]: int(share["amount_nano"]) for share in receipt["credit"]["shares"]}
    before = programs.colophon("credit", "recompute", str(tmp_path / "bundle"), *data)
    assert json.loads(before.stdout) == receipt["credit"]["shares"] and b"no document changed hands" in before.stderr
    programs.must(programs.colophon("asset", "reveal", "oven", "--contributor", "carol", *data))
    # What was signed stands, and is still what the log said then.
    assert audit(crediting, raw, tmp_path, 0, "--registry")["owners"].startswith("equal")
    again = programs.colophon("credit", "recompute", str(tmp_path / "bundle"), *data)
    assert again.returncode == 0 and b"document 1: bob, now carol (registered, oven" in again.stderr, again.stderr
    shares = {share["contributor"]: int(share["amount_nano"]) for share in json.loads(again.stdout)}
    assert shares == {"carol" if name == "bob" else name: amount for name, amount in paid.items()}
    (tmp_path / "shares").write_bytes(again.stdout)
    opened = json.loads(programs.must(programs.colophon(
        "credit", "dispute", "open", receipt["id"], "--evidence", str(tmp_path / "bundle"), "--json", *data)))
    programs.must(programs.colophon(
        "credit", "dispute", "uphold", opened["id"], "--evidence", str(tmp_path / "shares"), "--shares",
        str(tmp_path / "shares"), *data))
    for name, amount in (("carol", shares.get("carol", 0)), ("bob", 0), ("ada", paid["ada"])):
        balance = json.loads(programs.must(programs.colophon("credit", "balance", name, "--json", *data)))
        assert int(balance["settled_nano"]) == amount and int(balance["held_nano"]) == 0, (name, balance)


def test_a_log_that_is_not_the_one_that_was_followed_is_refused(answered, crediting, tmp_path):
    """As after a restore of storage alone: what attribution saw of the log is not in it."""
    assert crediting.stop() == 0
    rows = crediting.data / "attribution/ledger.sqlite"
    with sqlite3.connect(rows) as database:
        kept = database.execute("SELECT root FROM followed_head").fetchone()[0]
        database.execute("UPDATE followed_head SET root = ?", (bytes(32),))
    database.close()
    crediting.start()
    ready = requests.get(crediting.urls["attribution"] + "/readyz", timeout=10)
    assert ready.status_code == 503 and "does not continue" in ready.text, ready.text
    assert metric(crediting, "colophon_attribution_log_refused") == 1
    answer = crediting.post(chat("What is the capital?", documents=[{"text": TEXT, "contributor": "eve"}], max_tokens=2))
    assert answer.status_code == 200, "an answer needs no registry"
    receipt = answer.json()["receipt"]
    assert receipt["credit"]["method"] is None and receipt["attribution"] == "pending", "a credit does"
    assert b"does not continue" in programs.colophon("asset", "list", "--data", str(crediting.data)).stderr
    assert crediting.stop() == 0
    with sqlite3.connect(rows) as database:
        database.execute("UPDATE followed_head SET root = ?", (kept,))
    database.close()
    crediting.start()
    # The log is back, and so is who owns what in it.
    path, deadline = f"/v1/attribution/{receipt['id']}", time.monotonic() + 60
    while (shown := crediting.get(path)).status_code != 200:
        assert time.monotonic() < deadline, crediting.logs()
        time.sleep(0.1)
    assert int(shown.json()["scores"]["registry"]["size"]) == int(receipt["log"]["index"])
    assert audit(crediting, answered[1], tmp_path, 0, "--registry")["owners"].startswith("equal")
