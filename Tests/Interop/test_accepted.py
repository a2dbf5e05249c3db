"""What a suite exports is accepted by libraries that we did not write."""

import base64
import threading

import aics_tlog
import aics_witness
import pytest
from aics_witness.config import LogConfig
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

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


def test_a_witness_follows_the_log_and_refuses_the_way_back(first, tmp_path, capsys):
    """aics-witness over HTTP: cosigns the old head, then the new one by its consistency proof, never an older one."""
    export, key = first.export, first.export["keys/log.vkey"].decode().strip()
    witness = aics_witness.Witness(
        "witness.example", Ed25519PrivateKey.generate(), aics_witness.WitnessStore(str(tmp_path / "w.db"), create=True),
        [LogConfig.from_strings(export.meta["origin"], [key])])
    server = aics_witness.make_server(witness)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        old_size = aics_tlog.parse_checkpoint(aics_tlog.parse_note(export["old/checkpoint"]).text).size

        def submit(note, path, size):
            return aics_witness.submit_checkpoint(
                server.url, note, lambda old, new: path if old else [], witness_vkey=witness.vkey, old_size=size)

        submit(export["old/checkpoint"], [], 0)
        cosignature = submit(export["log/checkpoint"], export.consistency, old_size)
        cosigned = aics_tlog.parse_note(aics_witness.merge_cosignatures(export["log/checkpoint"], cosignature))
        result = aics_tlog.verify_checkpoint(
            cosigned, aics_tlog.parse_vkey(key), [witness.vkey], 1, expected_origin=export.meta["origin"])
        assert result.ok, result.error
        with pytest.raises(aics_witness.FeederError):
            submit(export["old/checkpoint"], [], 0)
    finally:
        server.shutdown()
