"""Model signatures of OpenSSF in all their forms, both ways between the model-signing package and ours: by a key and under a
certificate, over files and shards, by SHA-256 and BLAKE2b."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

import signedmodel
from harness import programs
from signedmodel import Signer, mint, serialization_of, sign, they_sign, they_verify, verify

FORMS = [(method, hashed) for method in ("files", "shards") for hashed in ("sha256", "blake2b")]


@pytest.fixture(scope="module", params=[ec.SECP256R1, ec.SECP384R1])
def signer(request, tmp_path_factory) -> Signer:
    return mint(tmp_path_factory.mktemp("signer") / "files", request.param)


@pytest.fixture
def model(tmp_path) -> Path:
    return signedmodel.write(tmp_path / "model")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a byte of a shard": lambda folder: (folder / "weights.bin").write_bytes(bytes([*range(15), 0, *range(16, 30)])),
    "a byte more": lambda folder: (folder / "a/b").write_bytes(bytes(range(26))),
    "a byte less": lambda folder: (folder / "a/b").write_bytes(bytes(range(24))),
    "a shard more": lambda folder: (folder / "weights.bin").write_bytes(bytes(range(40))),
    "a shard less": lambda folder: (folder / "weights.bin").write_bytes(bytes(range(20))),
    "a file more": lambda folder: (folder / "new").write_bytes(b"new"),
    "a file less": lambda folder: (folder / "a-b").unlink(),
}


@pytest.mark.parametrize("certified", [False, True], ids=["key", "certificate"])
@pytest.mark.parametrize("form", FORMS, ids="-".join)
def test_each_reads_the_other(form, certified, model, signer, tmp_path):
    theirs, ours = tmp_path / "theirs.sig", tmp_path / "ours.sig"
    they_sign(model, theirs, signer, form, certified)
    said = programs.must(verify(model, theirs, signer, certified))
    assert f"4 {form[0]} as signed" in said or f"8 {form[0]} as signed" in said
    assert ("by CN=Signer" in said) == certified
    programs.must(sign(model, ours, signer, form, certified))
    programs.must(verify(model, ours, signer, certified))
    they_verify(model, ours, signer, form, certified)
    assert {**serialization_of(theirs), "ignore_paths": []} == {**serialization_of(ours), "ignore_paths": []}
    if form[1] == "sha256":
        they_verify(model, ours, signer, None, certified)


@pytest.mark.parametrize("change", CHANGES)
def test_both_refuse_what_was_changed_in_shards(change, model, signer, tmp_path):
    form, signature = ("shards", "blake2b"), tmp_path / "sig"
    programs.must(sign(model, signature, signer, form, certified=True))
    CHANGES[change](model)
    refused = verify(model, signature, signer, True)
    assert refused.returncode == 1 and b"error: " in refused.stderr
    with pytest.raises(ValueError):
        they_verify(model, signature, signer, form, certified=True)


def test_the_packages_own_command_verifies_ours(model, signer, tmp_path):
    signature = tmp_path / "sig"
    programs.must(sign(model, signature, signer, ("files", "sha256"), certified=True))
    subprocess.run(
        [sys.executable, "-m", "model_signing", "verify", "certificate", str(model), "--signature", str(signature),
         "--certificate_chain", str(signer.root)], check=True, capture_output=True, timeout=60)


def test_another_root_is_refused_by_both(model, signer, tmp_path):
    other, signature = mint(tmp_path / "other"), tmp_path / "sig"
    they_sign(model, signature, signer, ("files", "sha256"), certified=True)
    other.public = signer.public
    refused = verify(model, signature, other, True)
    assert refused.returncode == 1 and b"are not believed" in refused.stderr
    with pytest.raises(Exception):
        they_verify(model, signature, other, None, certified=True)
    assert b"give the roots" in verify(model, signature, signer, False).stderr
