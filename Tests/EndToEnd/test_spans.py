"""Whose words an answer has, and whose a changed document is: both are found in registered texts, and found again by others."""

import base64
import hashlib
import json
import shutil
import subprocess

import pytest

from harness import programs
from harness.suite import chat

QUESTION = "Tell me how bread is made."
ASKED = {"temperature": 0, "max_tokens": 40}


def policy(table: bytes) -> dict:
    return {"id": "spans/1", "roles": [
        {"role": "texts", "basis_points": 6000, "method": "span/1", "length_min": 8, "rarity_min": 2560,
         "rarity_table": "sha256:" + hashlib.sha256(table).hexdigest(), "shingle": 4, "words": 64, "near_bp": 8000},
        {"role": "documents", "basis_points": 2000, "method": "context-shapley/1", "shingle": 3, "words": 128,
         "near_bp": 5000},
        {"role": "operator", "basis_points": 2000, "method": "operator/1"}]}


@pytest.fixture(scope="module")
def answer(suite) -> str:
    """What the model says at temperature 0, now and then."""
    said = suite.post(chat(QUESTION, **ASKED)).json()["choices"][0]["message"]["content"]
    assert len(said.split()) >= 20, said
    return said


@pytest.fixture(scope="module")
def folder(answer, tmp_path_factory):
    """ada's book has most of the answer in it, in capitals; eve's page less of it, word for word."""
    folder = tmp_path_factory.mktemp("texts")
    texts, words = folder / "texts", answer.split()
    texts.mkdir()
    (texts / "book.txt").write_text("A book about this and that. " + " ".join(words[:-4]).upper() + "\nFinis.")
    (texts / "page.jsonl").write_text(json.dumps({"text": "Somebody wrote: " + " ".join(words[2:14])}) + "\n")
    said = programs.must(programs.colophon(
        "credit", "rarity", "--collections", str(texts), "--out", str(folder / "table")))
    table = (folder / "table").read_bytes()
    assert said.strip() == "sha256:" + hashlib.sha256(table).hexdigest() and len(table) == 2 * 65_535
    (folder / "policy").write_text(json.dumps(policy(table)))
    return folder


@pytest.fixture(scope="module")
def crediting(make_suite, folder):
    running = make_suite(
        "spans", COLOPHON_ATTRIBUTION_POLICY=str(folder / "policy"), COLOPHON_ATTRIBUTION_LOG_INTERVAL="100ms",
        COLOPHON_ATTRIBUTION_COLLECTIONS=str(folder / "texts"),
        COLOPHON_ATTRIBUTION_RARITY_TABLE=str(folder / "table"), COLOPHON_ORCHESTRATOR_CREDIT_BUDGET="5m").start()
    data = ("--data", str(running.data))
    for name, asset, contents in (
            ("ada", "book", (str(folder / "texts/book.txt"),)),
            ("eve", "page", ("--records", str(folder / "texts/page.jsonl")))):
        for words in (
                ("contributor", "add", name),
                ("asset", "commit", asset, "--contributor", name, "--licence", "MIT", *contents),
                ("asset", "reveal", asset, "--contributor", name)):
            programs.must(programs.colophon(*words, *data))
    # Whoever lists the registry has attribution follow the log, and form what it finds spans in.
    programs.must(programs.colophon("asset", "list", *data))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def answered(crediting, answer):
    body = crediting.post(chat(QUESTION, **ASKED)).json()
    assert body["choices"][0]["message"]["content"] == answer, "at temperature 0 it says the same"
    receipt = body["receipt"]["id"]
    crediting.wait_for_log(receipt)
    return receipt, crediting.bundle(receipt)


def audit(crediting, folder, raw: bytes, texts, code: int) -> dict[str, str]:
    (folder / "bundle").write_bytes(raw)
    done = programs.colophon(
        "credit", "verify", str(folder / "bundle"), "--data", str(crediting.data), "--registry", "--collections",
        str(texts), "--rarity-table", str(folder / "table"))
    assert done.returncode == code, (done.stdout, done.stderr)
    return dict(line.split(maxsplit=1) for line in done.stdout.decode().splitlines())


def test_who_registered_the_words_is_credited(answered, answer, crediting, tmp_path):
    receipt, raw = answered
    shown = crediting.get(f"/v1/attribution/{receipt}").json()
    paid = {share["contributor"]: int(share["amount_nano"]) for share in shown["shares"]}
    assert paid["ada"] > 0 and "eve" not in paid and paid["unattributed"] > 0, paid
    count = len(answer.split())
    assert shown["spans"]["tokens"] == count and shown["spans"]["spans"] == 1
    [proof] = shown["span_proofs"]
    line = proof["line"]
    assert (line["start"], line["length"], line["contributor"], line["asset"]) == (0, count - 4, "ada", "book")
    [earned] = crediting.get("/v1/contributors/ada/statement").json()["lines"]
    assert earned["span_proofs"] == [proof] and int(earned["amount_nano"]) == paid["ada"]
    (tmp_path / "raw").write_bytes(raw)
    (tmp_path / "trust").write_text(json.dumps(crediting.trust))
    checked = programs.colophon("verify", str(tmp_path / "raw"), "--trust", str(tmp_path / "trust"))
    said = f"{count - 4} of {count} words said to stand in registered texts"
    assert checked.returncode == 0 and said.encode() in checked.stdout, checked.stdout
    (tmp_path / "statement").write_bytes(crediting.get("/v1/contributors/ada/statement").content)
    assert f"{count - 4} words in 1 spans" in programs.must(
        programs.colophon("credit", "verify", str(tmp_path / "statement")))


def test_the_spans_are_found_again_and_other_texts_say_where_they_differ(answered, crediting, folder, tmp_path):
    raw = answered[1]
    said = audit(crediting, folder, raw, folder / "texts", 0)
    assert said["spans"].startswith("equal") and said["matches"].startswith("equal"), said
    assert said["shares"].startswith("equal")
    shutil.copytree(folder / "texts", tmp_path / "texts")
    book = tmp_path / "texts/book.txt"
    book.write_text(book.read_text().replace("BREAD", "CAKE", 1) + ".")
    said = audit(crediting, folder, raw, tmp_path / "texts", 1)
    assert said["matches"].startswith("differs") and "at line 0: stated words 0 to" in said["matches"], said
    assert "eve" in said["matches"] and "are others than those of then" in said["matches"], said
    # What a thief would rather have in the bundle: its own name in the opened spans.
    value = json.loads(raw)
    opened = base64.b64decode(value["openings"]["spans"])
    data = opened[40:].replace(b'"contributor":"ada"', b'"contributor":"eve"')
    assert data != opened[40:]
    value["openings"]["spans"] = base64.b64encode(opened[:40] + data).decode()
    lie = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    said = audit(crediting, folder, lie, folder / "texts", 1)
    assert all(said[row].startswith("differs") for row in ("shares", "spans", "matches")), said
    del value["openings"]["spans"]
    closed = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    said = audit(crediting, folder, closed, folder / "texts", 0)
    assert said["shares"].startswith("closed") and said["spans"].startswith("closed") and "matches" not in said, said


def test_a_near_copy_in_the_prompt_is_credited_to_who_registered_the_text(crediting, folder, tmp_path):
    words = (folder / "texts/book.txt").read_text().split()
    # eve gives ada's book with other words in one place, and something that is like nothing.
    copied = " ".join(words[:10] + ["stolen", "words"] + words[10:])
    shown = [{"text": copied, "contributor": "eve", "asset": "page"},
             {"text": "Trains leave from the station at noon, at three and at six.", "contributor": "bob"}]
    receipt = crediting.post(chat(QUESTION, documents=shown, max_tokens=8)).json()["receipt"]
    first, second = receipt["credit"]["documents"]
    assert (first["contributor"], first["ownership"]) == ("ada", "registered")
    assert (second["contributor"], second["ownership"]) == ("bob", "claimed")
    assert "eve" not in {share["contributor"] for share in receipt["credit"]["shares"]}
    crediting.wait_for_log(receipt["id"])
    raw = crediting.bundle(receipt["id"])
    (tmp_path / "raw").write_bytes(raw)
    (tmp_path / "trust").write_text(json.dumps(crediting.trust))
    checked = programs.colophon("verify", str(tmp_path / "raw"), "--trust", str(tmp_path / "trust"))
    assert checked.returncode == 0 and b"1 of them said to be registered" in checked.stdout, checked.stdout
    said = audit(crediting, folder, raw, folder / "texts", 0)
    assert said["owners"].startswith("equal") and "ada (registered, book" in said["owners"], said
    # Without the texts nobody can say what is near.
    (tmp_path / "none").mkdir()
    (tmp_path / "none/other.txt").write_text("Nothing of the kind.")
    said = audit(crediting, folder, raw, tmp_path / "none", 1)
    assert said["owners"].startswith("differs") and "texts" in said["owners"], said


def test_another_table_than_the_policy_names_stops_the_start(folder, tmp_path):
    table = bytearray((folder / "table").read_bytes())
    table[7] ^= 1
    (tmp_path / "table").write_bytes(table)
    words = ("--policy", str(folder / "policy"), "--collections", str(folder / "texts"), "--data", str(tmp_path / "data"))
    for given in ((), ("--rarity-table", str(tmp_path / "table"))):
        done = subprocess.run(
            [programs.service_program("attribution"), *words, *given], capture_output=True, timeout=60,
            env=programs.environment())
        assert done.returncode != 0 and b"rarity-table" in done.stderr, (done.stdout, done.stderr)
