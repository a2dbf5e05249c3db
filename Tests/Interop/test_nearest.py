"""Whose records are near to an answer, by a real encoder: credited, found again by others, and checked by both verifiers."""

import base64
import json
import shutil
import time

import pytest
import requests

import mint
from both import edited, failed
from harness import programs
from harness.suite import chat
from harness.until import until
from second.bundle import Bundle

QUESTION = "Tell me how bread is made."
ASKED = {"temperature": 0, "max_tokens": 24}
POLICY = {"id": "nearest/1", "roles": [
    {"role": "records", "basis_points": 7000, "method": "knn-shapley/1", "neighbours": 1, "negatives": "dropped", "shift": 8,
     "near_bp": 8000},
    {"role": "operator", "basis_points": 3000, "method": "operator/1"}]}


@pytest.fixture(scope="module")
def answer(suite) -> str:
    """What the model says at temperature 0, now and then."""
    said = suite.post(chat(QUESTION, **ASKED)).json()["choices"][0]["message"]["content"]
    assert len(said.split()) >= 10, said
    return said


@pytest.fixture(scope="module")
def folder(answer, tmp_path_factory):
    """ada's record says what the answer says, eve's is a copy of it, bob's speaks of something else; carol's nobody registered."""
    folder = tmp_path_factory.mktemp("nearest")
    (folder / "texts").mkdir()
    for name, text in (
            ("ada", f"Said before: {answer}"), ("eve", f"Said before: {answer} Indeed."),
            ("bob", "Sharks have no bones, and swim in all seas."), ("carol", answer)):
        (folder / f"texts/{name}.jsonl").write_text(json.dumps({"text": text}) + "\n")
    (folder / "policy").write_text(json.dumps(POLICY))
    return folder


def embedded(suite) -> float:
    page = requests.get(suite.urls["attribution"] + "/metrics", timeout=10).text
    name = "colophon_attribution_collection_records_embedded"
    return next((float(line.split()[1]) for line in page.splitlines() if line.split()[0] == name), 0)


@pytest.fixture(scope="module")
def crediting(make_suite, folder):
    running = make_suite(
        "nearest", COLOPHON_ATTRIBUTION_POLICY=str(folder / "policy"), COLOPHON_ATTRIBUTION_LOG_INTERVAL="100ms",
        COLOPHON_ATTRIBUTION_COLLECTIONS=str(folder / "texts"), COLOPHON_INFERENCE_EMBEDDINGS_MODEL=programs.encoder(),
        COLOPHON_ORCHESTRATOR_CREDIT_BUDGET="5m").start()
    for name in ("ada", "eve", "bob"):
        for words in (
                ("contributor", "add", name),
                ("asset", "commit", f"{name}s", "--contributor", name, "--licence", "MIT", "--records",
                 str(folder / f"texts/{name}.jsonl")),
                ("asset", "reveal", f"{name}s", "--contributor", name)):
            programs.must(programs.colophon(*words, "--data", str(running.data)))
    until(lambda: embedded(running) >= 3, lambda: "the records are not embedded")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def answered(crediting, answer):
    body = crediting.post(chat(QUESTION, **ASKED))
    assert body.json()["choices"][0]["message"]["content"] == answer, "at temperature 0 it says the same"
    receipt = body.json()["receipt"]["id"]
    crediting.wait_for_log(receipt)
    deadline = time.monotonic() + 60
    # One that was not found in time comes later.
    while (shown := crediting.get(f"/v1/attribution/{receipt}")).status_code == 409:
        assert time.monotonic() < deadline, shown.text
        time.sleep(0.05)
    if credit := body.json()["receipt"].get("credit"):
        assert credit["nearest"]["lines"] == shown.json()["nearest"]["lines"], credit
        assert credit["nearest"]["best"][0]["contributor"] == "ada", credit
    return shown.json(), crediting.bundle(receipt)


def audit(crediting, folder, raw: bytes, texts, code: int) -> dict[str, str]:
    (folder / "bundle").write_bytes(raw)
    done = programs.colophon(
        "credit", "verify", str(folder / "bundle"), "--data", str(crediting.data), "--registry", "--collections",
        str(texts), "--encoder", programs.encoder())
    assert done.returncode == code, (done.stdout, done.stderr)
    return dict(line.split(maxsplit=1) for line in done.stdout.decode().splitlines())


def test_who_registered_what_is_near_is_credited(answered, crediting, both, tmp_path):
    shown, raw = answered
    paid = {share["contributor"]: int(share["amount_nano"]) for share in shown["shares"]}
    assert paid["ada"] > paid.get("bob", 0) and not paid.keys() & {"eve", "carol", "unattributed"}, paid
    assert (shown["nearest"]["method"], shown["nearest"]["classes"], shown["nearest"]["queries"]) == ("knn-shapley/1", 2, 1)
    lines = {proof["line"]["contributor"]: proof["line"] for proof in shown["nearest_proofs"]}
    assert len(lines) == shown["nearest"]["lines"] and int(lines["ada"]["score"]) > 0 and lines["ada"]["asset"] == "adas"
    [earned] = crediting.get("/v1/contributors/ada/statement").json()["lines"]
    assert [proof["line"] for proof in earned["nearest_proofs"]] == [lines["ada"]] and int(earned["amount_nano"]) == paid["ada"]
    (tmp_path / "statement").write_bytes(crediting.get("/v1/contributors/ada/statement").content)
    said = programs.must(programs.colophon("credit", "verify", str(tmp_path / "statement")))
    assert "1 classes of records near to the answer" in said, said
    report = both(raw, crediting.trust)
    assert report.accepted and report.states["attribution"] == "pass", report.table()
    opening = json.loads(Bundle.parse(raw).openings["nearest"].data)
    assert len(opening["queries"][0]) == 2 * 384


def test_it_is_computed_again_and_other_texts_say_where_they_differ(answered, crediting, both, folder, tmp_path):
    raw = answered[1]
    said = audit(crediting, folder, raw, folder / "texts", 0)
    assert all(said[row].startswith("equal") for row in ("shares", "nearest", "distances")), said
    shutil.copytree(folder / "texts", tmp_path / "texts")
    (tmp_path / "texts/ada.jsonl").unlink()
    said = audit(crediting, folder, raw, tmp_path / "texts", 1)
    assert said["distances"].startswith("differs") and "at line 0: stated ada" in said["distances"], said
    assert "are others than those of then" in said["distances"], said
    blob = base64.b64decode(json.loads(raw)["openings"]["nearest"])
    # What a thief would rather have in the bundle: its own name in the lines, or a vector that is near to what it has.
    theft = blob.replace(b'"contributor":"ada"', b'"contributor":"eve"')
    at = blob.index(b'"queries":["') + len(b'"queries":["')
    turned = blob[:at] + (b"00" if blob[at:at + 2] != b"00" else b"01") + blob[at + 2:]
    for lie, rows in ((theft, ("shares", "nearest", "distances")), (turned, ("nearest", "distances"))):
        assert lie != blob
        told = edited(raw, lambda value: value["openings"].update(nearest=mint.b64(lie)))
        said = audit(crediting, folder, told, folder / "texts", 1)
        assert all(said[row].startswith("differs") for row in rows), said
        assert failed(both(told, crediting.trust)) == {"content", "attribution", "custody"}
    closed = edited(raw, lambda value: value["openings"].pop("nearest"))
    said = audit(crediting, folder, closed, folder / "texts", 0)
    assert said["shares"].startswith("closed") and said["nearest"].startswith("closed") and "distances" not in said, said
    assert not failed(both(closed, crediting.trust))
