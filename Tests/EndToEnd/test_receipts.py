"""What a client received is what its receipt commits to, recomputed here with hashlib."""

import hashlib
import json
import secrets
from pathlib import Path

import pytest
import requests

from harness import programs
from harness.evidence import Bundle, commitment, stream_chain
from harness.log import LogCopy
from harness.suite import chat


def received_events(suite, body: dict) -> tuple[str, list[bytes]]:
    """A stream as its raw `data:` bytes, and the receipt id of the header."""
    with requests.post(suite.url + "/v1/chat/completions", json=body, stream=True, timeout=120) as answer:
        assert answer.status_code == 200, answer.text
        events = [event for event in answer.raw.read().split(b"\n\n") if event]
        assert all(event.startswith(b"data: ") for event in events), events
        return answer.headers["X-Receipt-Id"], [event.removeprefix(b"data: ") for event in events]


@pytest.fixture(scope="module")
def question() -> str:
    return f"Write a short line about {secrets.token_hex(6)}."


def test_a_whole_answer_opens_its_commitments(suite, question):
    body = json.dumps(chat(question), indent=1).encode()
    answer = suite.post(body)
    receipt_id = answer.json()["receipt"]["id"]
    bundle = Bundle(suite.bundle(receipt_id))
    execution, receipt = (bundle.statements[kind].predicate for kind in ("execution", "receipt"))

    salt, data = bundle.opening("request")
    assert data == body, "the request is committed byte for byte"
    assert execution["commitments"]["request"] == receipt["request"] == commitment("request", salt, data)

    salt, data = bundle.opening("content")
    choice, shown = json.loads(data)["choices"][0], answer.json()["choices"][0]
    assert (choice["text"], choice["finish_reason"]) == (shown["message"]["content"], shown["finish_reason"])
    assert execution["commitments"]["content"] == commitment("content", salt, data)

    salt, data = bundle.opening("wire")
    wire, _, rest = answer.content.rpartition(b',"receipt":')
    assert data == wire + b"}" and rest, "the wire commitment is of the body without its last member"
    assert receipt["delivery"] == {"mode": "body", "wire": commitment("wire", salt, data)}

    salt, data = bundle.opening("message/0")
    assert json.loads(data) == {"role": "user", "content": question} and data in body
    assert execution["commitments"]["messages"] == [commitment("message", salt, data)]


def test_a_stream_opens_its_chain(suite, question):
    receipt_id, events = received_events(suite, chat(question, stream=True))
    assert events[-1] == b"[DONE]"
    finishing = json.loads(events[-2])
    assert finishing["choices"][0]["finish_reason"] and finishing["receipt"]["id"] == receipt_id
    before = events[:-2]
    bundle = Bundle(suite.bundle(receipt_id))
    delivery = bundle.statements["receipt"].predicate["delivery"]
    salt, data = bundle.opening("stream")
    assert data == b"".join(len(chunk).to_bytes(8, "big") + chunk for chunk in before)
    chain = stream_chain(salt, receipt_id, before)
    assert delivery == {"mode": "stream", "chunks": str(len(before)), "chain": chain}
    text = "".join(json.loads(chunk)["choices"][0]["delta"].get("content", "") for chunk in before)
    assert json.loads(bundle.opening("content")[1])["choices"][0]["text"] == text


@pytest.mark.parametrize("stream", [False, True])
def test_a_bundle_verifies_offline_with_every_offered_check(suite, question, stream, tmp_path):
    asked = chat(question, stream=stream)
    if stream:
        receipt_id, events = received_events(suite, asked)
        chunks = (json.loads(event) for event in events[:-2])
        copy = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks).encode()
    else:
        answer = suite.post(asked)
        receipt_id, copy = answer.json()["receipt"]["id"], answer.content
    (tmp_path / "asked").write_text(json.dumps(asked, indent=1, sort_keys=True))
    (tmp_path / "bundle.json").write_bytes(suite.bundle(receipt_id))
    (tmp_path / "copy").write_bytes(copy)
    result = programs.colophon(
        "verify", str(tmp_path / "bundle.json"), "--trust", str(suite.data / "trust.json"), "--json",
        "--request", str(tmp_path / "asked"), "--response", str(tmp_path / "copy"), "--require", "content",
        "--require", "reexecution")
    report = json.loads(programs.must(result))
    states = {check["name"]: check["state"] for check in report["checks"]}
    offered = {"signatures", "binding", "content", "inclusion", "model", "reexecution", "attribution", "custody"}
    assert report["accepted"] and {name for name, state in states.items() if state == "pass"} == offered
    assert {state for name, state in states.items() if name not in offered} == {"not_offered"}


def test_the_command_line_asks_and_shows_a_receipt(suite, question, tmp_path):
    bundle, *mine = (str(tmp_path / name) for name in ("bundle.json", "asked.json", "answer.txt"))
    own = ("--request", mine[0], "--response", mine[1])
    shown = programs.must(
        programs.colophon("ask", question, "--url", suite.url, "--max-tokens", "16", "--bundle", bundle, *own))
    trust = ("--trust", str(suite.data / "trust.json"))
    assert "my request is what was asked" in programs.must(programs.colophon("verify", bundle, *trust, *own))
    for copy in map(Path, mine):
        kept = copy.read_bytes()
        copy.write_bytes(kept.replace(kept[-9:-1], b"?"))
        refused = programs.colophon("verify", bundle, *trust, *own)
        assert refused.returncode == 1 and b"content" in refused.stdout, refused
        copy.write_bytes(kept)
    receipt_id = json.loads((tmp_path / "bundle.json").read_bytes())["receipt_id"]
    assert receipt_id in shown and receipt_id in programs.must(programs.colophon("receipt", "show", bundle))
    by_id = programs.must(programs.colophon("receipt", "show", receipt_id, "--url", suite.url))
    assert receipt_id in by_id
    keys = programs.must(programs.colophon("keys", "--data", str(suite.data)))
    assert all(issuer["kid"] in keys for issuer in suite.trust["issuers"])


def test_no_statement_and_no_log_file_holds_the_question(suite):
    """FORMAT section 1: no digest of content is unsalted, and no text is logged."""
    secret = "quokka" + secrets.token_hex(8)
    body = json.dumps(chat(secret, max_tokens=4)).encode()
    answer = suite.post(body)
    bundle = Bundle(suite.bundle(answer.json()["receipt"]["id"]))
    text = answer.json()["choices"][0]["message"]["content"]
    unsalted = {hashlib.sha256(data).hexdigest() for data in (secret.encode(), body, text.encode(), answer.content)}
    for statement in bundle.statements.values():
        payload = json.dumps(statement.payload)
        assert secret not in payload and not any(digest in payload for digest in unsalted)
    for file in (suite.data / "logs").glob("*.jsonl"):
        assert secret not in file.read_text(errors="replace"), file


def test_a_client_that_leaves_gets_a_cancelled_receipt(suite):
    """The stream is signed at what had been sent."""
    body = chat("Tell a very long story about the sea.", max_tokens=400, stream=True)
    with requests.post(suite.url + "/v1/chat/completions", json=body, stream=True, timeout=60) as answer:
        receipt_id = answer.headers["X-Receipt-Id"]
        next(answer.iter_content(64))
    view = suite.wait_for_log(receipt_id)
    assert view["outcome"] == "cancelled" and view["streamed"]
    receipt = Bundle(suite.bundle(receipt_id)).statements["receipt"].predicate
    assert receipt["outcome"] == "cancelled" and int(receipt["delivery"]["chunks"]) >= 1


def test_a_refused_request_has_a_receipt_without_an_execution(suite):
    """U+0004 has no token in this vocabulary: refused after acceptance, by name, and never dropped."""
    answer = suite.post(chat("end of \u0004 transmission"))
    assert answer.status_code == 400 and "0x04" in answer.json()["error"]["message"], answer.text
    view = suite.wait_for_log(answer.headers["X-Receipt-Id"])
    assert view["outcome"] == "refused" and set(view["statements"]) == {"receipt"}


def test_sequence_numbers_have_no_gap(suite):
    """FORMAT section 3: a missing receipt of a key is visible."""
    ids = [suite.post(chat("Count.", max_tokens=1)).json()["receipt"]["id"] for _ in range(3)]
    numbers = [int(suite.wait_for_log(receipt_id)["sequence"]) for receipt_id in ids]
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_the_log_that_anybody_reads_is_clean(suite):
    """Every tile and entry bundle, read over REST and audited by aics-tlog, holds this receipt's statement once."""
    digest = suite.post(chat("Name a tree.", max_tokens=4)).json()["receipt"]["statement_digest"]
    entries = LogCopy(suite).entries
    assert entries.count(bytes.fromhex(digest.removeprefix("sha256:"))) == 1


def test_the_server_verifies_a_bundle_for_those_who_ask(suite):
    bundle = suite.bundle(suite.post(chat("Name a bird.", max_tokens=4)).json()["receipt"]["id"])
    media_type = {"Content-Type": "application/vnd.colophon.bundle+json"}
    good = suite.post(bundle, "/v1/verify", headers=media_type)
    assert good.status_code == 200 and good.json()["accepted"], good.text
    bad = suite.post(bundle.replace(b'"as_of":"', b'"as_of":"9', 1), "/v1/verify", headers=media_type)
    assert not bad.json().get("accepted"), bad.text
