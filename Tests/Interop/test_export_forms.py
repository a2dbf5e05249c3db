"""What an export has besides the log and the receipt, and what it says of what it leaves out."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from model_signing import verifying

import verifiers
from export import Export, Refused
from harness import programs
from harness.suite import chat

MODEL_FILES = ["model/files/manifest.cose", "model/files/model.gguf", "model/key.pub", "model/model.sig"]


def run(exported, folder: Path, *options: str) -> subprocess.CompletedProcess:
    return programs.colophon(
        "export", str(folder), "--receipt", exported.receipt_id, "--data", str(exported.suite.data), *options)

@contextmanager
def away(path: Path):
    """The file or folder has another name for a while."""
    other = path.with_name(path.name + ".away")
    path.rename(other)
    try:
        yield other
    finally:
        other.rename(path)


@pytest.fixture(scope="module")
def whole(first, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "export"
    done = run(first, folder)
    programs.must(done)
    assert b"left out" not in done.stderr
    return folder


def model_folder(first) -> Path:
    (found,) = [path.parent for path in (first.suite.data / "inference/models").glob("*/manifest.cose")]
    return found


def they_verify(folder: Path) -> None:
    config = verifying.Config().use_elliptic_key_verifier(public_key=folder / "model/key.pub")
    config.verify(folder / "model/files", folder / "model/model.sig")


def test_the_model_that_answered_is_there_and_the_model_signing_package_verifies_it(first, whole):
    they_verify(whole)
    programs.must(programs.colophon(
        "model", "verify-signature", str(whole / "model/files"), "--public-key", str(whole / "model/key.pub"),
        "--signature", str(whole / "model/model.sig")))
    # The exported weights are those that execute the answer again.
    bundle = whole.parent / "bundle.json"
    bundle.write_bytes(first.suite.bundle(first.receipt_id))
    programs.must(programs.colophon(
        "verify", str(bundle), "--trust", str(first.suite.data / "trust.json"), "--model",
        str(whole / "model/files/model.gguf")))
    # One key of the operator's for both, and it stays.
    key = first.suite.data / "operator/keys/p256.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    assert (whole / "model/key.pub").read_bytes() == (whole / "keys/issuer_es256.pem").read_bytes()
    assert (whole / "keys/issuer_es256.pem").read_bytes() == first.export["keys/issuer_es256.pem"]


def test_changed_model_files_are_refused(whole, tmp_path):
    manifest = whole / "model/files/manifest.cose"
    data = manifest.read_bytes()
    for changed in (data[:-1], data[:40] + bytes([data[40] ^ 1]) + data[41:]):
        manifest.write_bytes(changed)
        with pytest.raises(Exception):
            they_verify(whole)
    manifest.write_bytes(data)
    extra = whole / "model/files/extra"
    extra.write_bytes(b"x")
    with pytest.raises(Exception):
        they_verify(whole)
    extra.unlink()
    they_verify(whole)


def test_the_rest_is_the_same_without_the_model(first, whole):
    assert not [path for path in first.export.files if path.startswith("model/")]
    theirs = Export({path: data for path, data in Export.read(whole).files.items() if path not in MODEL_FILES})
    same = ("receipt/hash_envelope.cose", "receipt/statement.dsse.json", "receipt/statement.cose")
    assert [theirs[path] for path in same] == [first.export[path] for path in same]
    assert not [path for path in theirs.files if path.startswith("model/")]


def test_what_needs_a_key_that_is_elsewhere_is_left_out_by_name(first, tmp_path):
    with away(first.suite.data / "orchestrator/keys/receipt.key"):
        done = run(first, tmp_path / "export", "--without-model")
    programs.must(done)
    assert b"left out: receipt/statement.dsse.json, receipt/hash_envelope.cose: the key" in done.stderr
    names = set(Export.read(tmp_path / "export").files)
    assert not names & {"receipt/statement.dsse.json", "receipt/hash_envelope.cose"}
    assert {"receipt/statement_es256.cose", "receipt/statement.cose", "keys/issuer.pem"} <= names
    assert not (first.suite.data / "orchestrator/keys/receipt.key.away").exists()


def test_a_model_that_is_elsewhere_is_left_out_by_name(first, tmp_path):
    with away(model_folder(first) / "manifest.cose"):
        done = run(first, tmp_path / "export")
    programs.must(done)
    assert b"left out: model: no model under" in done.stderr and b"sha256:" in done.stderr
    assert not (tmp_path / "export/model").exists()


def test_a_request_that_was_never_executed_has_no_model(first, tmp_path):
    answer = first.suite.post(chat("\u0004"))
    receipt = answer.headers["X-Receipt-Id"]
    first.suite.wait_for_log(receipt)
    done = programs.colophon("export", str(tmp_path / "export"), "--receipt", receipt, "--data", str(first.suite.data))
    programs.must(done)
    assert b"left out: model: the request of this receipt was never executed" in done.stderr
    assert not (tmp_path / "export/model").exists()
    verifiers.dsse(Export.read(tmp_path / "export"))


def test_weights_that_are_not_those_of_the_manifest_are_not_signed(first, tmp_path):
    weights = model_folder(first) / "model.gguf"
    with away(weights):
        weights.write_bytes(b"others")
        try:
            done = run(first, tmp_path / "export")
        finally:
            weights.unlink()
    assert done.returncode == 65 and b"is not what the manifest of" in done.stderr
    assert not any((tmp_path / "export").iterdir())
    programs.must(run(first, tmp_path / "export", "--without-model"))


def test_a_key_that_others_may_read_signs_nothing(first, tmp_path):
    key = first.suite.data / "operator/keys/p256.pem"
    os.chmod(key, 0o644)
    try:
        done = run(first, tmp_path / "export", "--without-model")
    finally:
        os.chmod(key, 0o600)
    assert done.returncode != 0 and b"p256.pem" in done.stderr
    assert not (tmp_path / "export").exists()


def test_a_hash_envelope_is_no_statement(first):
    """One key signs three forms: none of them reads as another."""
    envelope = first.export["receipt/hash_envelope.cose"]
    with pytest.raises(Refused):
        verifiers.statement(Export(first.export.files | {"receipt/statement.cose": envelope}))
