"""Where ours asks more of a model signature than the model-signing package, and what ours says of what it does not judge."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

import signedmodel
from harness import programs
from signedmodel import SIGNING, mint, sign, they_sign, they_verify, verify
from stamp import FROM

FILES = ("files", "sha256")


@pytest.fixture
def model(tmp_path) -> Path:
    return signedmodel.write(tmp_path / "model")


def test_an_expired_certificate_needs_a_time(model, tmp_path):
    signer, signature = mint(tmp_path / "signer", until=FROM + timedelta(days=1)), tmp_path / "sig"
    they_sign(model, signature, signer, FILES, certified=True)
    # The package takes the beginning of the certificate's validity for the time.
    they_verify(model, signature, signer, None, certified=True)
    refused = verify(model, signature, signer, True)
    assert refused.returncode == 1 and b"is valid from" in refused.stderr
    programs.must(verify(model, signature, signer, True, "--at", "2025-01-02T00:00:00Z"))
    for moment in ("2025-01-02T00:00:01Z", "2024-12-31T23:59:59Z"):
        assert verify(model, signature, signer, True, "--at", moment).returncode == 1
    for moment in ("yesterday", "1735689600"):
        assert verify(model, signature, signer, True, "--at", moment).returncode == 64


def test_the_certificate_of_a_web_server_does_not_sign(model, tmp_path):
    server = (x509.ExtendedKeyUsage([Purpose.SERVER_AUTH]), False)
    signer, signature = mint(tmp_path / "signer", extensions=(SIGNING, server)), tmp_path / "sig"
    they_sign(model, signature, signer, FILES, certified=True)
    they_verify(model, signature, signer, None, certified=True)
    assert b"may not sign" in verify(model, signature, signer, True).stderr
    refused = sign(model, tmp_path / "ours", signer, FILES, certified=True)
    assert refused.returncode == 65 and b"may not sign" in refused.stderr and not (tmp_path / "ours").exists()


def test_shards_say_nothing_of_empty_files(model, tmp_path):
    signer, signature, form = mint(tmp_path / "signer"), tmp_path / "sig", ("shards", "sha256")
    (model / "empty").touch()
    refused = sign(model, signature, signer, form, certified=False)
    assert refused.returncode == 65 and b"empty is empty" in refused.stderr
    they_sign(model, signature, signer, form, certified=False)
    said = programs.must(verify(model, signature, signer, False))
    assert "not covered: 1 empty files" in said
    (model / "empty").write_bytes(b"x")
    assert b"empty:0:1 is not in the signature" in verify(model, signature, signer, False).stderr


def test_blake3_and_sigstore_are_refused_by_name(model, tmp_path):
    signer, signature = mint(tmp_path / "signer"), tmp_path / "sig"
    they_sign(model, signature, signer, ("files", "blake3"), certified=False)
    refused = verify(model, signature, signer, False)
    assert refused.returncode == 1 and b"'blake3'" in refused.stderr and b"model-signing package" in refused.stderr
    bundle = json.loads(signature.read_text())
    bundle["verificationMaterial"] = {"certificate": {"rawBytes": "AAAA"}, "tlogEntries": [{"logIndex": "1"}]}
    signature.write_text(json.dumps(bundle))
    for certified in (False, True):
        refused = verify(model, signature, signer, certified)
        assert refused.returncode == 1 and b"identity of Sigstore" in refused.stderr


def test_options_that_contradict_each_other_are_named(model, tmp_path):
    signer, signature = mint(tmp_path / "signer"), tmp_path / "sig"
    programs.must(sign(model, signature, signer, FILES, certified=False))
    command = ("model", "verify-signature", str(model), "--signature", str(signature))
    key, root = ("--public-key", str(signer.public)), ("--certificate-chain", str(signer.root))
    for more in ((), key + root, (*key, "--at", "2026-06-01T00:00:00Z")):
        assert programs.colophon(*command, *more).returncode == 64
    assert programs.colophon(*command, "--certificate-chain", str(signer.public)).returncode == 65
    assert programs.colophon(*command, "--certificate-chain", str(tmp_path / "none")).returncode == 66
    command = ("model", "sign", str(model), "--private-key", str(signer.key), "--signature", str(tmp_path / "ours"))
    chain = ("--certificate-chain", str(signer.issuer))
    both = tmp_path / "both"
    both.write_bytes(signer.certificate.read_bytes() + signer.issuer.read_bytes())
    for more, status in (
        (chain, 64), (("--shard-size", "0"), 64), (("--shard-size", str(1 << 53)), 64), (("--hash-type", "blake3"), 64),
        (("--signing-certificate", str(both)), 65), (("--signing-certificate", str(signer.issuer)), 65),
    ):
        refused = programs.colophon(*command, *more)
        assert refused.returncode == status, refused
    assert not (tmp_path / "ours").exists()
