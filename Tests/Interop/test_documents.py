"""Documents in the prompt of a running suite: the prompt, the scores and the shares, recomputed by others than who made them."""

import base64
import json

import pytest

import mint
from both import edited
from harness import programs
from harness.suite import chat
from recipes import DOCUMENTS
from second import credit, documents, request
from second.bundle import Bundle
from second.merkle import root_of_path
from second.jcs import canonical

SHOWN = [
    {"id": "r", "title": "Rivers", "text": "The capital of Freedonia is Zubrowka.", "contributor": "ada", "asset": "atlas"},
    {"text": "Bread is baked in an oven.", "contributor": "bob"}]


@pytest.fixture(scope="module")
def crediting(make_suite, tmp_path_factory):
    """A suite whose policy credits documents."""
    policy = tmp_path_factory.mktemp("policy") / "policy.json"
    policy.write_text(json.dumps(DOCUMENTS))
    running = make_suite(
        "crediting", COLOPHON_ATTRIBUTION_POLICY=str(policy), COLOPHON_ORCHESTRATOR_CREDIT_BUDGET="5m").start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def answered(crediting):
    answer = crediting.post(chat("What is the capital of Freedonia?", documents=SHOWN, max_tokens=8))
    assert answer.status_code == 200, answer.text
    receipt = answer.json()["receipt"]
    crediting.wait_for_log(receipt["id"])
    return answer, receipt, crediting.bundle(receipt["id"])


def test_both_verifiers_recompute_what_documents_earned(answered, crediting, both):
    answer, receipt, raw = answered
    report = both(raw, crediting.trust, answer.content)
    assert report.accepted and report.states["attribution"] == report.states["reexecution"] == "pass", report.table()
    bundle = Bundle.parse(raw)
    found = documents.scores(bundle.openings["scores"], request.read(bundle.openings["request"].data).sources)
    shown = receipt["credit"]
    assert [item["score"] for item in shown["documents"]] == [line["score"] for line in found.lines]
    assert int(found.lines[0]["score"]) > int(found.lines[1]["score"]), "the one that has the answer did more"
    stated = bundle.predicate("attribution")
    due = credit.shares(stated, DOCUMENTS, bundle.predicate("model"), found.weights)
    assert shown["shares"] == stated["shares"] == due
    closed = edited(raw, lambda value: value["openings"].pop("scores"))
    assert both(closed, crediting.trust).states["attribution"] == "not_checked"


def test_the_command_line_recomputes_all_of_it(answered, crediting, tmp_path):
    raw = answered[2]
    def audit(data: bytes, code: int) -> str:
        (tmp_path / "bundle").write_bytes(data)
        done = programs.colophon("credit", "verify", str(tmp_path / "bundle"), "--model", programs.model())
        assert done.returncode == code, (done.stdout, done.stderr)
        return done.stdout.decode()

    said = audit(raw, 0)
    assert said.count("equal") == 3 and "4 sets of documents" in said, said
    salt = Bundle.parse(raw).openings["scores"].salt
    lie = salt + (32).to_bytes(8, "big") + b"".join(v.to_bytes(8, "big", signed=True) for v in (-9, -4, -6, -1))
    said = audit(edited(raw, lambda value: value["openings"].update(scores=mint.b64(lie))), 1)
    assert "shares    differs  at line 0" in said and "values    differs  at set 0" in said, said
    assert "not opened" in audit(edited(raw, lambda value: value["openings"].pop("scores")), 0)


def test_other_policies_take_the_scores_from_the_bundle(answered, tmp_path):
    (tmp_path / "bundle").write_bytes(answered[2])
    (tmp_path / "policy").write_text(json.dumps(DOCUMENTS))
    said = programs.must(programs.colophon(
        "credit", "simulate", str(tmp_path / "bundle"), "--policy", str(tmp_path / "policy")))
    rows = [line.split() for line in said.split("\n\n")[1].splitlines()[1:-1]]
    paid = {share["contributor"]: share["amount_nano"] for share in answered[1]["credit"]["shares"]}
    assert {row[0]: row[1] for row in rows if row[1] != "0"} == paid


def test_a_contributor_proves_its_own_lines(answered, crediting, tmp_path):
    receipt = answered[1]
    statement = crediting.get("/v1/contributors/ada/statement").json()
    line = statement["lines"][0]
    assert line["receipt_id"] == receipt["id"] and line["log_index"] == receipt["log"]["index"]
    assert int(statement["pending_nano"]) + int(statement["settled_nano"]) >= int(line["amount_nano"]) > 0
    [proof] = line["documents"]
    assert proof["line"]["contributor"] == "ada" and proof["line"]["asset"] == "atlas"
    stated = Bundle.parse(answered[2]).predicate("attribution")["scores"]
    path = [bytes.fromhex(part.removeprefix("sha256:")) for part in proof["path"]]
    entry = bytes.fromhex(proof["salt"]) + canonical(proof["line"])
    root = root_of_path(entry, proof["line"]["document"], proof["size"], path)
    assert "sha256:" + root.hex() == stated["root"]
    file = tmp_path / "statement.json"
    file.write_text(json.dumps(statement))
    assert programs.colophon("credit", "verify", str(file)).returncode == 0
    file.write_text(json.dumps(statement).replace(proof["line"]["score"], proof["line"]["score"] + "0"))
    assert programs.colophon("credit", "verify", str(file)).returncode == 1
    shown = crediting.get(f"/v1/attribution/{receipt['id']}").json()
    assert shown["scores"] == stated and len(shown["documents"]) == 2 and shown["shares"] == receipt["credit"]["shares"]
    assert base64.b64decode(shown["statement"]) == base64.b64decode(line["attribution"])
    assert crediting.get(f"/v1/contributors/ada/statement?after={statement['next']}").json()["lines"] == []


def test_a_stream_carries_the_credit_and_is_verified(crediting, both):
    body = chat("What is baked?", documents=SHOWN[::-1], max_tokens=4, stream=True)
    events = [line[6:] for line in crediting.post(body).text.split("\n\n") if line.startswith("data: {")]
    receipt = next(value for value in map(json.loads, events) if "receipt" in value)["receipt"]
    assert receipt["credit"]["method"] == "context-shapley/1"
    crediting.wait_for_log(receipt["id"])
    assert both(crediting.bundle(receipt["id"]), crediting.trust).accepted


@pytest.mark.parametrize(("shown", "param"), [
    ([{"text": "x"}] * 257, "documents"), ([{"text": "x" * 65_537}], "documents[0].text"),
    ([{"text": "x", "url": "y"}], "documents[0].url"), ("x", "documents")])
def test_what_is_no_document_is_refused_by_its_place(crediting, shown, param):
    answer = crediting.post(chat("x", documents=shown))
    assert answer.status_code == 400 and answer.json()["error"]["param"] == param, answer.text


def test_documents_above_the_context_are_refused(crediting):
    answer = crediting.post(chat("x", documents=[{"text": "word " * 9000}]))
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "context_length_exceeded", answer.text
