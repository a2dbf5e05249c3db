"""Documents of a registered collection, by a real encoder: found, answered from, executed again and credited."""

import base64
import hashlib
import json
import time

import pytest
import requests

import mint
from both import edited, failed
from harness import programs
from harness.suite import chat
from recipes import DOCUMENTS
from second.bundle import Bundle

TEXT = "The capital of Freedonia is Zubrowka, a town on the river Drina."
TEXTS = [
    "Bread is baked in a hot oven for about forty minutes.", "A cat sleeps up to sixteen hours a day.",
    "The piano has eighty-eight keys.", "Copper conducts electricity better than iron.", TEXT,
    "Penguins live in the southern hemisphere.", "A marathon is run over forty-two kilometres.",
    "Tea is made from the leaves of a shrub.", "Glass is made of sand, soda and lime.", "Bees dance to show where flowers are.",
    "The moon has no atmosphere to speak of.", "Chess is played on sixty-four squares.", "Salt lowers the freezing point of water.",
    "Oak trees can grow for centuries.", "A violin has four strings.", "Snow is white because it scatters light.",
    "Volcanoes bring molten rock to the surface.", "Paper was first made in China.", "Sharks have no bones.",
    "Wind turns the blades of a mill."]
QUESTION = "What is the capital of Freedonia?"


def metric(suite, name: str) -> float:
    page = requests.get(suite.urls["attribution"] + "/metrics", timeout=10).text
    return next((float(line.split()[1]) for line in page.splitlines() if line.split()[0] == name), 0)


def ask(suite, *documents: dict) -> requests.Response:
    """Until the collections are embedded, as a client does that reads Retry-After."""
    deadline = time.monotonic() + 60
    while True:
        answer = suite.post(chat(QUESTION, documents=list(documents), max_tokens=8))
        if answer.status_code != 503:
            return answer
        assert answer.headers["Retry-After"] and answer.headers["X-Receipt-Id"], answer.headers
        error = answer.json()["error"]
        assert error["code"] == "collection_not_indexed" and "records embedded" in error["message"], error
        assert time.monotonic() < deadline, error
        time.sleep(0.05)


@pytest.fixture(scope="module")
def retrieving(make_suite, tmp_path_factory):
    """A suite with an encoder and the texts that ada registered as `facts`."""
    folder = tmp_path_factory.mktemp("retrieval")
    (folder / "policy.json").write_text(json.dumps(DOCUMENTS))
    (folder / "collections").mkdir()
    records = folder / "collections/records.jsonl"
    records.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    running = make_suite(
        "retrieving", COLOPHON_ATTRIBUTION_POLICY=str(folder / "policy.json"), COLOPHON_ATTRIBUTION_LOG_INTERVAL="100ms",
        COLOPHON_ATTRIBUTION_COLLECTIONS=str(folder / "collections"), COLOPHON_INFERENCE_EMBEDDINGS_MODEL=programs.encoder(),
        COLOPHON_ORCHESTRATOR_CREDIT_BUDGET="5m").start()
    for words in (
            ("contributor", "add", "ada"),
            ("asset", "commit", "facts", "--contributor", "ada", "--licence", "MIT", "--records", str(records)),
            ("asset", "reveal", "facts", "--contributor", "ada")):
        programs.must(programs.colophon(*words, "--data", str(running.data)))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def answered(retrieving):
    answer = ask(retrieving, {"collection": "facts", "count": 1}, {"text": "Sharks swim.", "contributor": "bob"})
    assert answer.status_code == 200, answer.text
    receipt = answer.json()["receipt"]
    retrieving.wait_for_log(receipt["id"])
    return answer, receipt, retrieving.bundle(receipt["id"])


def test_the_record_that_has_the_answer_is_found_and_credited(answered, retrieving, both):
    answer, receipt, raw = answered
    first, second = receipt["credit"]["documents"]
    assert (first["contributor"], first["asset"], first["ownership"]) == ("ada", "facts", "registered"), first
    assert first["record"] == "sha256:" + hashlib.sha256(TEXT.encode()).hexdigest()
    assert second["contributor"] == "bob" and "asset" not in second and "record" not in second
    assert int(first["score"]) > int(second["score"])
    paid = {share["contributor"]: int(share["amount_nano"]) for share in receipt["credit"]["shares"]}
    assert paid["ada"] > paid.get("bob", 0)
    report = both(raw, retrieving.trust, answer.content)
    assert report.accepted and report.states["reexecution"] == report.states["attribution"] == "pass", report.table()
    opening = Bundle.parse(raw).openings["retrieved"]
    assert json.loads(opening.data) == [{"asset": "facts", "contributor": "ada", "item": 0, "text": TEXT}]


def test_the_answer_is_executed_again_with_what_was_retrieved(answered, retrieving, tmp_path):
    raw = answered[2]
    (tmp_path / "bundle").write_bytes(raw)
    (tmp_path / "trust").write_text(json.dumps(retrieving.trust))
    words = ["verify", str(tmp_path / "bundle"), "--trust", str(tmp_path / "trust"), "--model", programs.model()]
    assert programs.colophon(*words).returncode == 0
    audit = programs.colophon(
        "credit", "verify", str(tmp_path / "bundle"), "--model", programs.model(), "--registry", "--data",
        str(retrieving.data))
    assert audit.returncode == 0 and audit.stdout.count(b"equal") == 4, (audit.stdout, audit.stderr)
    # The online check executes it once more; what was not retrieved for it gives another prompt.
    checked = retrieving.post(raw, "/v1/verify").json()
    assert checked["accepted"], checked


def test_another_text_in_its_place_is_refused(answered, retrieving, both):
    raw = answered[2]
    blob = base64.b64decode(json.loads(raw)["openings"]["retrieved"])
    lie = blob.replace(b"Zubrowka", b"Sylvania")
    assert lie != blob
    report = both(edited(raw, lambda value: value["openings"].update(retrieved=mint.b64(lie))), retrieving.trust)
    assert failed(report) == {"content", "attribution", "custody"}
    closed = both(edited(raw, lambda value: value["openings"].pop("retrieved")), retrieving.trust)
    assert not failed(closed) and closed.states["content"] == "not_checked"


def test_a_collection_that_nobody_registered_ends_in_a_receipt(answered, retrieving):
    answer = retrieving.post(chat(QUESTION, documents=[{"collection": "nothing"}]))
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["code"]) == (404, "invalid_request_error", "collection_not_found")
    assert error["param"] == "documents[0].collection" and "nothing" in error["message"]
    receipt = retrieving.wait_for_log(answer.headers["X-Receipt-Id"])
    assert receipt["outcome"] == "refused", receipt


def test_without_an_encoder_collections_are_refused(suite):
    answer = suite.post(chat(QUESTION, documents=[{"collection": "facts"}]))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "collections_not_offered") and "facts" in error["message"], error
    assert answer.headers["X-Receipt-Id"]


def test_behind_a_restart_nothing_is_embedded_again(answered, retrieving):
    assert metric(retrieving, "colophon_attribution_vectors_made_total") == len(TEXTS)
    assert metric(retrieving, "colophon_attribution_collection_records_embedded") == len(TEXTS)
    assert retrieving.stop() == 0
    retrieving.start()
    answer = ask(retrieving, {"collection": "facts", "count": 2})
    assert answer.status_code == 200, answer.text
    found = answer.json()["receipt"]["credit"]["documents"]
    assert found[0]["record"] == "sha256:" + hashlib.sha256(TEXT.encode()).hexdigest() and len(found) == 2
    assert metric(retrieving, "colophon_attribution_vectors_made_total") == 0
    assert metric(retrieving, "colophon_attribution_retrievals_total") == 1
