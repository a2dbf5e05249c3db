"""What a suite exports is accepted by libraries that we did not write."""

import base64

import pytest

import verifiers

PEM_FILES = ("keys/issuer.pem", "keys/log-receipt.pem")


@pytest.mark.parametrize("verifier", verifiers.ALL, ids=lambda verifier: verifier.__name__)
def test_third_party_libraries_accept_an_export(either, verifier):
    verifier(either.export)


def test_two_fresh_installations_share_no_key_and_no_root(first, second):
    for path in ("keys/issuer.pem", "keys/log-receipt.pem", "keys/log.vkey", "keys/scitt-keys.cbor"):
        assert first.export[path] != second.export[path], path
    assert first.export.root != second.export.root
    assert first.export["receipt/payload.json"] != second.export["receipt/payload.json"]


def test_the_keys_of_an_export_have_one_role_each(either):
    """A statement key, a COSE Receipt key and a checkpoint key are three keys."""
    name, _, rest = either.export["keys/log.vkey"].decode().strip().partition("+")
    # A verifier key is name+id+base64(algorithm, key), where the base64 may hold plus signs too.
    checkpoint_key = base64.b64decode(rest.split("+", 1)[1])[1:]
    keys = {checkpoint_key, *(verifiers.raw_key(either.export[path]) for path in PEM_FILES)}
    assert name == either.export.meta["origin"] and len(keys) == 3
