"""Hostile requests to the public API: each gets a clear error, and the service answers the next request."""

import gzip
import json
import socket
from urllib.parse import urlparse

import pytest
import requests

from harness.suite import chat, send_raw

GOOD = chat("Say one word.", max_tokens=2)
# The head of a request, for those that no client library would send.
POST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture(autouse=True)
def still_answers(suite):
    yield
    assert suite.post(GOOD).status_code == 200
    assert suite.get("/healthz").status_code == 200


def message(content: str) -> bytes:
    return b'{"model":"smollm2","max_tokens":2,"messages":[{"role":"user","content":%s}]}' % content.encode()


BODIES = {
    "empty": (400, b""),
    "malformed": (400, b'{"model": "smollm2", "messages": ['),
    "trailing bytes": (400, json.dumps(GOOD).encode() + b"x"),
    "not an object": (400, b"[]"),
    "duplicate keys": (400, b'{"model":"smollm2","model":"smollm2","messages":[{"role":"user","content":"x"}]}'),
    "duplicate keys within a message": (
        400, b'{"model":"smollm2","messages":[{"role":"user","content":"x","content":"y"}]}'),
    "lone surrogate": (400, message(r'"\ud800"')),
    "swapped surrogates": (400, message(r'"\udc00\ud800"')),
    "not UTF-8": (400, message('"x"').replace(b"x", b"\xff")),
    "overlong UTF-8": (400, message('"x"').replace(b"x", b"\xc0\x80")),
    "byte order mark": (400, b"\xef\xbb\xbf" + json.dumps(GOOD).encode()),
    "a control character": (400, message('"\x01"')),
    "deep nesting": (400, b"[" * 200_000),
    "deep nesting within": (400, message('{"a":' * 50_000 + "1" + "}" * 50_000)),
    "a number that is none": (400, json.dumps(GOOD).encode().replace(b'"max_tokens": 2', b'"max_tokens": NaN')),
    "a huge number": (400, json.dumps(GOOD).encode().replace(b'"max_tokens": 2', b'"max_tokens": 1e999')),
    "too many messages": (400, json.dumps(GOOD | {"messages": GOOD["messages"] * 2000}).encode()),
    "unknown model": (404, json.dumps(GOOD | {"model": "../../etc/passwd"}).encode()),
    "oversized": (413, message('"' + "x" * (5 << 20) + '"')),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_a_clear_error(suite, name):
    status, body = BODIES[name]
    answer = suite.post(body)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["message"] and error["type"] == "invalid_request_error" and error["code"]
    assert answer.headers["X-Request-Id"] and "X-Receipt-Id" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": ""},
        {"Content-Encoding": "br"},
    ],
    ids=str,
)
def test_a_wrong_media_type_is_415(suite, headers):
    answer = suite.post(GOOD, headers=headers)
    assert answer.status_code == 415 and answer.json()["error"]["message"]


def test_a_gzip_bomb_is_not_inflated(suite):
    bomb = gzip.compress(b"[" * (256 << 20), 9)
    answer = suite.post(bomb, headers={"Content-Encoding": "gzip"})
    assert answer.status_code in (413, 415), answer.text


@pytest.mark.parametrize("character", ["\u0004", "\u0006", "\u0013", "\u0014", "\u0016", "\u001d"])
def test_a_byte_that_the_vocabulary_lacks_is_named(suite, character):
    """Refused after acceptance, so with a receipt; never dropped in silence."""
    answer = suite.post(chat(f"a{character}b"))
    assert answer.status_code == 400
    assert f"0x{ord(character):02x}" in answer.json()["error"]["message"]
    assert suite.wait_for_log(answer.headers["X-Receipt-Id"])["outcome"] == "refused"


@pytest.mark.parametrize("content_length", ["-5", "abc", "99999999999999999999", "5, 6", "0x10", "+3"])
def test_a_nonsense_content_length_is_refused(suite, content_length):
    answer = send_raw(suite.url, POST + f"Content-Length: {content_length}\r\n\r\n{{}}".encode())
    assert answer.startswith(b"HTTP/1.1 400"), answer[:200]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n", b"\0\0\0\0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
    ids=["TLS", "version", "zeros", "chunk size", "huge header"],
)
def test_what_is_no_http_is_refused(suite, request_bytes):
    answer = send_raw(suite.url, request_bytes)
    assert answer == b"" or answer.split(b" ")[1][:1] == b"4", answer[:200]


def test_a_body_that_stops_short_does_not_hold_the_service(suite):
    """The client promises more than it sends and leaves."""
    address = urlparse(suite.url)
    for _ in range(8):
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            connection.sendall(POST + b"Content-Length: 1000\r\n\r\n{")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/receipts/none", "/v1/receipts/" + "a" * 500, "/v1/receipts/0192e4a0-7c00-7000-8000-000000000001/bundle",
        "/tile/9/000", "/tile/0/..%2f..%2ftoken", "/tile/entries/999/999", "/tile/0/000.p/0", "/tile/0/000.p/256",
        "/no/such/path", "/v1/models/..%2f..%2ftoken", "/v1/receipts/%00",
    ],
)
def test_what_is_not_there_is_404_or_400(suite, path):
    answer = suite.get(path)
    assert answer.status_code in (400, 404), answer.text
    assert suite.token not in answer.text and answer.json()["error"]["message"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_405(suite, method):
    answer = requests.request(method, suite.url + "/v1/chat/completions", timeout=20)
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST"


def test_a_hostile_bundle_is_refused_by_the_server(suite):
    media_type = {"Content-Type": "application/vnd.colophon.bundle+json"}
    for body in (b"", b"{}", b"[" * 100_000, b'{"media_type":1}', b"\xff" * 1000):
        answer = suite.post(body, "/v1/verify", headers=media_type)
        assert answer.status_code < 500 and not answer.json().get("accepted"), answer.text
