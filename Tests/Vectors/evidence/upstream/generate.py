"""Writes signed_text.json: what gateways answer at /v1/signature/{id}, signed by keys of this script, honest and not.

    python3 Tests/Vectors/evidence/upstream/generate.py

The text is "<SHA-256 of the request>:<SHA-256 of the response>", or with "<model>:" in front; the signature is Ed25519 over the
text, or ECDSA on secp256k1 over Keccak-256 of ERC-191's prefix and the text, with the address of the key.
"""

import hashlib
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1] / "negatives"))

import edwards
from weierstrass import SECP256K1, Key

REQUEST = b'{"model":"m","messages":[{"role":"user","content":"Hello?"}]}'
RESPONSE = b'{"choices":[{"message":{"role":"assistant","content":"Hello."}}]}'
MASK = 2**64 - 1


def keccak256(data: bytes) -> bytes:
    """The sponge of FIPS 202 with the padding from before the standard, by its steps one after the other."""
    padded = bytearray(data + b"\1" + bytes(-(len(data) + 1) % 136))
    padded[-1] |= 0x80
    lanes = {(x, y): 0 for x in range(5) for y in range(5)}
    for block in range(0, len(padded), 136):
        for at in range(17):
            lanes[at % 5, at // 5] ^= int.from_bytes(padded[block + 8 * at:block + 8 * at + 8], "little")
        register = 1
        for _ in range(24):
            parity = [lanes[x, 0] ^ lanes[x, 1] ^ lanes[x, 2] ^ lanes[x, 3] ^ lanes[x, 4] for x in range(5)]
            for x, y in lanes:
                lanes[x, y] ^= parity[(x - 1) % 5] ^ rotated(parity[(x + 1) % 5], 1)
            x, y, current = 1, 0, lanes[1, 0]
            for step in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                current, lanes[x, y] = lanes[x, y], rotated(current, (step + 1) * (step + 2) // 2)
            rows = dict(lanes)
            for x, y in lanes:
                lanes[x, y] = rows[x, y] ^ (~rows[(x + 1) % 5, y] & MASK & rows[(x + 2) % 5, y])
            for bit in range(7):
                if register & 1:
                    lanes[0, 0] ^= 1 << (1 << bit) - 1
                register = (register << 1) ^ (0x171 if register & 0x80 else 0)
    return b"".join(lanes[at, 0].to_bytes(8, "little") for at in range(4))


def rotated(word: int, count: int) -> int:
    count %= 64
    return (word << count | word >> (64 - count)) & MASK


def personal(key: Key, text: str) -> bytes:
    """r, s and v, s in its lower half."""
    data = text.encode()
    z = int.from_bytes(keccak256(b"\x19Ethereum Signed Message:\n%d" % len(data) + data), "big")
    n = SECP256K1.n
    k = int.from_bytes(hashlib.sha512(key.scalar.to_bytes(32, "big") + data).digest(), "big") % (n - 1) + 1
    point = SECP256K1.multiply(k, SECP256K1.base)
    r, odd = point[0] % n, point[1] & 1
    s = (z + r * key.scalar) * pow(k, -1, n) % n
    if s > n // 2:
        s, odd = n - s, 1 - odd
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([27 + odd])


def address(key: Key) -> bytes:
    return keccak256(SECP256K1.encode(key.point))[-20:]


def high(signature: bytes) -> bytes:
    """The other s of the same signature."""
    s = SECP256K1.n - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


def cases():
    key, other = Key(SECP256K1, "colophon gateway"), Key(SECP256K1, "colophon stranger")
    edwards_key = edwards.Key(hashlib.sha256(b"colophon gateway").digest())
    hashes = f"{hashlib.sha256(REQUEST).hexdigest()}:{hashlib.sha256(RESPONSE).hexdigest()}"

    def ecdsa(name: str, fails: str, text: str = hashes, by: Key = key, of: Key = key, edit=lambda raw: raw, prefix: str = "0x"):
        answer = {"text": text, "signature": prefix + edit(personal(by, text)).hex(),
                  "signing_address": prefix + address(of).hex(), "signing_algo": "ecdsa"}
        return {"name": name, "fails": fails, "signer": address(key).hex(), "answer": answer}

    def ed25519(name: str, fails: str, text: str = hashes, edit=lambda raw: raw):
        answer = {"text": text, "signature": edit(edwards_key.sign(text.encode())).hex(),
                  "signing_address": edwards_key.public.hex(), "signing_algo": "ed25519"}
        return {"name": name, "fails": fails, "signer": edwards_key.public.hex(), "answer": answer}

    zero = "0" * 64
    for make in (ecdsa, ed25519):
        kind = make.__name__
        yield make(f"{kind}", "")
        yield make(f"{kind} with a model", "", f"Qwen/Qwen3:8b:{hashes}")
        yield make(f"{kind}: another request", "exchange", f"{zero}:{hashes[65:]}")
        yield make(f"{kind}: another response", "exchange", f"{hashes[:64]}:{zero}")
        yield make(f"{kind}: request and response swapped", "exchange", f"{hashes[65:]}:{hashes[:64]}")
        yield make(f"{kind}: a text of something else", "format", "hello")
        yield make(f"{kind}: hashes in capitals", "format", hashes.upper())
        yield make(f"{kind}: one hash", "format", hashes[:64])
        yield make(f"{kind}: an empty model", "format", ":" + hashes)
        yield make(f"{kind}: a byte changed", "signature", edit=lambda raw: raw[:5] + bytes([raw[5] ^ 1]) + raw[6:])
        yield make(f"{kind}: cut", "format", edit=lambda raw: raw[:-1])
    yield ecdsa("no prefix of 0x", "", prefix="")
    yield ecdsa("by a stranger in its own name", "signer", by=other, of=other)
    yield ecdsa("by a stranger in the gateway's name", "signature", by=other)
    yield ecdsa("the other s", "signature", edit=high)
    yield ecdsa("the other v", "signature", edit=lambda raw: raw[:64] + bytes([55 - raw[64]]))
    yield ecdsa("v of 0 or 1", "", edit=lambda raw: raw[:64] + bytes([raw[64] - 27]))
    yield ecdsa("v of 29", "signature", edit=lambda raw: raw[:64] + b"\x1d")
    yield ed25519("s + L", "signature", edit=lambda raw: raw[:32] + (int.from_bytes(raw[32:], "little") + edwards.L).to_bytes(32, "little"))


if __name__ == "__main__":
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    lines = [json.dumps(case, separators=(",", ":")) for case in cases()]
    (FOLDER / "signed_text.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(lines), "cases")
