"""Writes aci.json: receipts of Attested Confidential Inference, `aci/1`, honest and not.

    python3 Tests/Vectors/evidence/upstream/generate_aci.py

The first two are the published ones (github.com/Dstack-TEE/private-ai-gateway, spec/test-vectors.md and its wire fixtures; Apache
License 2.0), whose key has the seed 02 02 ...: this script makes the same bytes, which it holds against the published signatures.
"""

import hashlib
import json
from pathlib import Path

from generate import REQUEST, RESPONSE, edwards

FOLDER = Path(__file__).parent
KEY = edwards.Key(b"\2" * 32)
ASKED, ANSWERED = b'{"messages":[{"content":"hi","role":"user"}],"model":"demo-model"}', b'{"choices":[],"id":"chatcmpl-123"}'
PUBLISHED = {
    "plain": "d5b005e093bde3b577faf270b7184b09e169cacb0ecb206b103bd2581f997db0"
             "3da616175454b063323a23ac1dc68f1ce506c2a6eba8aa0561d5e724f0b80c03",
    "rewritten": "67d70836aab49d523c09338bdc4a947730630efaa6ec0c8992cd9ea78e88411e"
                 "31a7a4c8b885c937659421856c22c5754e69930037afbc0a1c00c74d9a8c5c0c"}
SESSION = "95ad1cb4dd25445808c2e9d116caf420b05703730b506395e8fc1ca6faeae28f"
VERIFIED = {"type": "upstream.verified", "result": "verified", "required": True, "model_id": "demo-model", "session_id": SESSION}
FAILED = {"type": "upstream.verified", "result": "failed", "required": False, "model_id": "demo-model", "reason": "no TEE"}


def hashed(kind: str, body: bytes) -> dict:
    return {"type": kind, "body_hash": "sha256:" + hashlib.sha256(body).hexdigest()}


def log(request: bytes, response: bytes, forwarded: dict | None = None, upstream: dict | None = None) -> list[dict]:
    middle = [forwarded or hashed("request.forwarded", request), VERIFIED if upstream is None else upstream]
    return [hashed("request.received", request), *(one for one in middle if one), hashed("response.returned", response)]


def document(events: list, **changes) -> dict:
    return {
        "api_version": "aci/1", "receipt_id": "rcpt-0001", "chat_id": "chatcmpl-123", "model": "demo-model",
        "workload_keyset_digest": "sha256:53a5cd44b30dcc51999754c719f2628a041f174ecbf9662a6f8e898a10cd9371",
        "endpoint": "/v1/chat/completions", "method": "POST", "served_at": 1750000000, "event_log": events,
        "key_id": "receipt-1"} | changes


def canonical(value) -> bytes:
    """JCS of what holds integers and ASCII names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def receipt(value: dict, key=KEY, **changes) -> dict:
    return value | {"signature": key.sign(canonical(value)).hex()} | changes


def cases():
    rewritten = {"type": "request.forwarded", "body_hash": "sha256:53673868c473a4a9fef61e9d62708f6c30c32839c84136de6b245c9d48a21ac1"}
    for name, made in (("plain", receipt(document(log(ASKED, ANSWERED)))),
                       ("rewritten", receipt(document(log(ASKED, ANSWERED, rewritten))))):
        assert made["signature"] == PUBLISHED[name], name
        yield f"published: {name}", "exchange", made
    events = log(REQUEST, RESPONSE)
    ours = document(events)
    yield "ours", "", receipt(ours)
    yield "by a gateway that runs the model", "", receipt(document([events[0], events[1], events[3]]))
    yield "refused, not forwarded", "upstream", receipt(document([events[0], FAILED | {"required": True}, events[3]]))
    yield "forwarded to nobody verified", "upstream", receipt(document(log(REQUEST, RESPONSE, upstream=FAILED)))
    yield "failed first, then verified", "", receipt(document([*events[:2], FAILED, *events[2:]]))
    yield "verified first, then failed", "upstream", receipt(document([*events[:3], FAILED, events[3]]))
    yield "an event of its own", "", receipt(document([*events, {"type": "route.chosen", "weight": 3, "why": "é \u2028"}]))
    yield "no model", "", receipt(ours | {"model": None, "chat_id": None})
    yield "a member of its own", "", receipt(ours | {"extra": {"a": [1, -2, True, None]}})
    yield "another request", "exchange", receipt(document(log(ASKED, RESPONSE)))
    yield "another response", "exchange", receipt(document(log(REQUEST, ANSWERED)))
    yield "made later than now", "validity", receipt(ours | {"served_at": 1_900_000_000})
    yield "by a stranger", "signature", receipt(ours, key=edwards.Key(b"\3" * 32))
    good = bytes.fromhex(receipt(ours)["signature"])
    yield "a byte of the signature changed", "signature", receipt(ours, signature=(good[:-1] + bytes([good[-1] ^ 1])).hex())
    s = int.from_bytes(good[32:], "little") + edwards.L
    yield "s + L", "signature", receipt(ours, signature=(good[:32] + s.to_bytes(32, "little")).hex())
    for name, changes in (
        ("another receipt id", {"receipt_id": "rcpt-0002"}), ("another key id", {"key_id": "receipt-2"}),
        ("another model", {"model": "other"}), ("another keyset", {"workload_keyset_digest": "sha256:" + "0" * 64}),
        ("another time", {"served_at": 1750000001}), ("a member more", {"extra": 1}),
    ):
        yield f"{name}, signed without", "signature", receipt(ours, **changes)
    for name, changes in (
        ("another version", {"api_version": "aci/2"}), ("no receipt id", {"receipt_id": None}), ("an empty key id", {"key_id": ""}),
        ("a model that is a number", {"model": 1}), ("a keyset in capitals", {"workload_keyset_digest": "sha256:" + "A" * 64}),
        ("a keyset by another hash", {"workload_keyset_digest": "sha512:" + "0" * 64}), ("a time below zero", {"served_at": -1}),
        ("a time as text", {"served_at": "1750000000"}), ("a number that is no integer", {"extra": 1.5}),
        ("no endpoint", {"endpoint": None}), ("no method", {"method": 7}), ("no events", {"event_log": []}),
        ("events that are none", {"event_log": {}}), ("an event without a type", {"event_log": [*events, {"a": 1}]}),
        ("too many events", {"event_log": [*events, *({"type": "x"} for _ in range(61))]}),
        ("not received first", {"event_log": [events[1], events[0], *events[2:]]}),
        ("received twice", {"event_log": [events[0], *events]}), ("returned twice", {"event_log": [*events, events[3]]}),
        ("forwarded twice", {"event_log": [*events[:2], *events[1:]]}), ("never returned", {"event_log": events[:3]}),
        ("a body hash in capitals", {"event_log": [events[0], *events[1:3], events[3] | {"body_hash": events[3]["body_hash"].upper()}]}),
        ("no body hash", {"event_log": [events[0], *events[1:3], {"type": "response.returned"}]}),
        ("a result of its own", {"event_log": log(REQUEST, RESPONSE, upstream=VERIFIED | {"result": "maybe"})}),
        ("not said whether required", {"event_log": log(REQUEST, RESPONSE, upstream=VERIFIED | {"required": 1})}),
        ("verified in no session", {"event_log": log(REQUEST, RESPONSE, upstream=VERIFIED | {"session_id": "sha256:" + SESSION})}),
    ):
        yield name, "format", receipt(ours | changes)
    yield "no signature", "format", ours
    yield "a signature in capitals", "format", receipt(ours, signature=good.hex().upper())
    yield "a short signature", "format", receipt(ours, signature=good.hex()[:-2])
    yield "no document", "format", []


if __name__ == "__main__":
    lines = [json.dumps({"name": name, "fails": fails, "signer": KEY.public.hex(), "document": json.dumps(made)}, separators=(",", ":"))
             for name, fails, made in cases()]
    (FOLDER / "aci.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(lines), "cases")
