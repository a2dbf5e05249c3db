"""Writes air.json: Attested Inference Receipts, version 1 (draft-tsyrulnikov-rats-attested-inference-receipt-01), honest and not.

    python3 Tests/Vectors/evidence/upstream/generate_air.py

The claims of the first two are those of the draft's published vectors (github.com/cyntrisec/air-v1, vectors/valid, (c) 2026
Cyntrisec, CC BY 4.0), whose key has the seed 2a 2a ...: this script makes the same bytes, which it holds against the published
signatures.
"""

import hashlib
import json
import sys
from pathlib import Path

from generate import REQUEST, RESPONSE, edwards

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[2] / "Interop"))
from second.cbor import encode
KEY = edwards.Key(b"\x2a" * 32)
PUBLISHED = {
    "nitro": "31161eb04d05ce9a2329a84f046a035a9453d968fbf5346eb31a88216735122c"
             "8abc059fee86f54fa8221a11989f0b2d1f08b8f2abf12410b2b42868e732aa01",
    "tdx": "da9697770b22450d3a61234e84e330e3829e4c5a51bc6f897964a83de1c86cd2"
           "ae1049a050681ec37f33f7fc380a0463ca45bbb51b8beb75ea57f80b66442b03"}


def receipt(claims, protected=None, unprotected=None, key=KEY, tag: bytes = b"\xd2", payload: bytes | None = None) -> bytes:
    header = encode({1: -8, 3: 61} if protected is None else protected)
    payload = encode(claims) if payload is None else payload
    signature = key.sign(encode(["Signature1", header, b"", payload]))
    return tag + encode([header, unprotected or {}, payload, signature])


def measurements(kind: str, *values: bytes) -> dict:
    return {"measurement_type": kind} | {f"pcr{at}": value for at, value in enumerate(values)}


NITRO = {
    1: "cyntrisec.com", 6: 1740500000, 7: bytes(range(1, 17)), 265: "https://spec.cyntrisec.com/air/v1",
    -65537: "minilm-l6-v2", -65538: "1.0.0", -65539: b"\xaa" * 32, -65540: b"\xbb" * 32, -65541: b"\xcc" * 32,
    -65542: b"\xdd" * 32, -65543: measurements("nitro-pcr", b"\1" * 48, b"\2" * 48, b"\3" * 48),
    -65544: "policy-2026.02", -65545: 42, -65546: 116, -65547: 512, -65548: "production"}
TDX = NITRO | {
    6: 1740500100, 7: bytes(range(0x11, 0x21)), 10: bytes.fromhex("deadbeefcafebabe"), -65537: "llama-7b", -65538: "2.0.0",
    -65539: b"\x55" * 32, -65540: b"\x66" * 32, -65541: b"\x77" * 32, -65542: b"\x88" * 32,
    -65543: measurements("tdx-mrtd-rtmr", b"\x10" * 48, b"\x20" * 48, b"\x30" * 48), -65544: "policy-2026.03", -65545: 1,
    -65546: 2500, -65547: 8192}
OURS = NITRO | {-65540: hashlib.sha256(REQUEST).digest(), -65541: hashlib.sha256(RESPONSE).digest()}


def without(key: int) -> dict:
    return {name: value for name, value in OURS.items() if name != key}


def cases():
    for name, claims in (("nitro", NITRO), ("tdx", TDX)):
        made = receipt(claims)
        assert made[-64:].hex() == PUBLISHED[name], name
        # Nobody has what these hashes are of.
        yield f"published: {name}", "exchange", made
    yield "ours", "", receipt(OURS)
    yield "with a nonce", "", receipt(OURS | {10: bytes(64)})
    yield "a scheme of hashing", "", receipt(OURS | {-65549: "sha256-manifest"})
    yield "pcr8", "", receipt(OURS | {-65543: OURS[-65543] | {"pcr8": b"\4" * 48}})
    for key in OURS:
        yield f"without claim {key}", "format", receipt(without(key))
    for name, key, value in (
        ("another profile", 265, "https://spec.cyntrisec.com/air/v2"), ("a nonce of 7 bytes", 10, bytes(7)),
        ("a nonce of 65 bytes", 10, bytes(65)), ("an unknown claim", -65550, 1), ("a cti of 15 bytes", 7, bytes(15)),
        ("a time below zero", 6, -1), ("a time as text", 6, "1740500000"), ("a model hash of zero", -65539, bytes(32)),
        ("a model hash of 31 bytes", -65539, b"\xaa" * 31), ("an unknown scheme of hashing", -65549, "sha256-luck"),
        ("a request hash of 48 bytes", -65540, bytes(48)), ("an empty model", -65537, ""), ("no issuer", 1, 1),
        ("measurements of 32 bytes", -65543, measurements("nitro-pcr", b"\1" * 32, b"\2" * 48, b"\3" * 48)),
        ("measurements of two", -65543, measurements("nitro-pcr", b"\1" * 48, b"\2" * 48)),
        ("measurements of four", -65543, measurements("nitro-pcr", *[b"\1" * 48] * 4)),
        ("measurements of another platform", -65543, measurements("sev-snp", *[b"\1" * 48] * 3)),
        ("a pcr8 of TDX", -65543, measurements("tdx-mrtd-rtmr", *[b"\1" * 48] * 3) | {"pcr8": b"\1" * 48}),
        ("measurements that are no map", -65543, [1]),
    ):
        yield name, "format", receipt(OURS | {key: value})
    yield "another request", "exchange", receipt(OURS | {-65540: b"\xbb" * 32})
    yield "another response", "exchange", receipt(OURS | {-65541: b"\xbb" * 32})
    yield "issued later than now", "validity", receipt(OURS | {6: 1_900_000_000})
    yield "in debug mode", "debug", receipt(OURS | {-65548: "debug"})
    yield "by a stranger", "signature", receipt(OURS, key=edwards.Key(b"\x2b" * 32))
    good = receipt(OURS)
    yield "a byte of the signature changed", "signature", good[:-1] + bytes([good[-1] ^ 1])
    s = int.from_bytes(good[-32:], "little") + edwards.L
    yield "s + L", "signature", good[:-32] + s.to_bytes(32, "little")
    yield "ES256", "format", receipt(OURS, protected={1: -7, 3: 61})
    yield "another content type", "format", receipt(OURS, protected={1: -8, 3: 60})
    yield "no content type", "format", receipt(OURS, protected={1: -8})
    yield "a kid", "format", receipt(OURS, protected={1: -8, 3: 61, 4: b"x"})
    yield "an unprotected kid", "format", receipt(OURS, unprotected={4: b"x"})
    yield "no tag", "format", receipt(OURS, tag=b"")
    yield "another tag", "format", receipt(OURS, tag=b"\xd1")
    yield "a payload that is no map", "format", receipt(None, payload=encode([1]))
    yield "a payload that is not deterministic", "format", receipt(None, payload=b"\xb8" + encode(OURS)[:1].replace(b"\xb0", b"\x10") + encode(OURS)[1:])
    yield "a byte more", "format", good + b"\0"
    yield "cut", "format", good[:-1]


if __name__ == "__main__":
    lines = [json.dumps({"name": name, "fails": fails, "signer": KEY.public.hex(), "receipt": made.hex()}, separators=(",", ":"))
             for name, fails, made in cases()]
    (FOLDER / "air.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(lines), "cases")
