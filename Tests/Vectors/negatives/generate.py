"""Writes ed25519.json, ecdsa.json and x509.json: signatures and certificates that nobody may accept, each beside controls
that everybody must. The same bytes on every run.

    python3 Tests/Vectors/negatives/generate.py
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ecdsa_cases
import ed25519_cases
import x509_cases
from weierstrass import P256, P384

FOLDER = Path(__file__).parent


def ed25519() -> Iterator[dict[str, Any]]:
    for name, key, message, signature, result in ed25519_cases.cases():
        yield {"name": name, "key": key.hex(), "message": message.hex(), "signature": signature.hex(), "result": result}


def ecdsa() -> Iterator[dict[str, Any]]:
    for curve in (P256, P384):
        for name, key, message, form, signature, result in ecdsa_cases.cases(curve):
            yield {"name": name, "curve": curve.name, "key": key.hex(), "message": message.hex(), "form": form,
                   "signature": signature.hex(), "result": result}


def x509() -> Iterator[dict[str, Any]]:
    for name, leaf, others, roots, at, result in x509_cases.cases():
        yield {"name": name, "leaf": leaf.hex(), "intermediates": [one.hex() for one in others],
               "roots": [one.hex() for one in roots], "at": at, "result": result}


def files() -> dict[str, str]:
    made = {}
    for kind in (ed25519, ecdsa, x509):
        lines = [json.dumps(case, separators=(",", ":")) for case in kind()]
        made[kind.__name__ + ".json"] = "[\n" + ",\n".join(lines) + "\n]\n"
    return made


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text)
        print(name, text.count('"name"'), "cases")
