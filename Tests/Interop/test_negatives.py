"""Tests/Vectors/negatives: the second verifier's Ed25519, and what a third library says of the controls."""

import json
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from second.cose import is_key, is_signature

FOLDER = Path(__file__).parents[1] / "Vectors/negatives"


def cases(name: str) -> list[dict]:
    return json.loads((FOLDER / name).read_text())


def test_the_second_verifier_takes_the_controls_alone():
    for case in cases("ed25519.json"):
        key, message, signature = (bytes.fromhex(case[part]) for part in ("key", "message", "signature"))
        valid = is_key(key) and is_signature(key, signature, message)
        assert valid == (case["result"] == "valid"), case["name"]
        assert case["result"] != "key" or not is_key(key), case["name"]


def test_another_library_takes_the_controls_of_ecdsa():
    hash_of = {"P-256": hashes.SHA256(), "P-384": hashes.SHA384()}
    count = 0
    for case in cases("ecdsa.json"):
        if case["result"] == "valid":
            signature = bytes.fromhex(case["signature"])
            if case["form"] == "fixed":
                half = len(signature) // 2
                signature = encode_dss_signature(*(int.from_bytes(part, "big") for part in (signature[:half], signature[half:])))
            load_der_public_key(bytes.fromhex(case["key"])).verify(
                signature, bytes.fromhex(case["message"]), ec.ECDSA(hash_of[case["curve"]]))
            count += 1
    assert count == 10


def test_another_library_takes_the_signatures_of_the_certificates():
    """So that a path is refused for its one mistake, and not for a signature that was never good."""
    for case in cases("x509.json"):
        if case["result"] == "valid":
            leaf, *others = (x509.load_der_x509_certificate(bytes.fromhex(one)) for one in [case["leaf"], *case["intermediates"]])
            issuer = next(one for one in others if one.subject == leaf.issuer)
            leaf.verify_directly_issued_by(issuer)


def test_the_script_makes_the_same_bytes_again(is_long):
    if is_long:
        sys.path.insert(0, str(FOLDER))
        import generate
        for name, text in generate.files().items():
            assert (FOLDER / name).read_text() == text, name
