"""Model signatures of OpenSSF (version 1): the model-signing package verifies ours, ours verifies its, and both refuse the
same changes."""

import json
import os
import shutil
import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from model_signing import hashing, signing, verifying

from harness import programs

CURVES = {"P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1"}


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module", params=CURVES)
def key(request, tmp_path_factory) -> Path:
    """The private key; the public one is beside it, with the suffix .pub."""
    path = tmp_path_factory.mktemp("keys") / request.param
    openssl("ecparam", "-name", CURVES[request.param], "-genkey", "-noout", "-out", path)
    openssl("pkey", "-in", path, "-pubout", "-out", public(path))
    return path


def public(key: Path) -> Path:
    return key.with_suffix(".pub")


@pytest.fixture
def model(tmp_path) -> Path:
    """Names whose order by parts is not that by bytes."""
    folder = tmp_path / "model"
    for name in ("a/b", "a-b", "a/b.c/d", "config.json", "weights/é.safetensors", ".git/HEAD", ".gitignore"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def sign(model: Path, key: Path, signature: Path | None = None):
    more = ["--signature", str(signature)] if signature else []
    return programs.colophon("model", "sign", str(model), "--private-key", str(key), *more)


def verify(model: Path, key: Path, signature: Path | None = None):
    more = ["--signature", str(signature)] if signature else []
    return programs.colophon("model", "verify-signature", str(model), "--public-key", str(public(key)), *more)


def they_sign(model: Path, key: Path, signature: Path, links: bool = False, ignored: tuple[str, ...] = ()) -> None:
    config = hashing.Config().set_allow_symlinks(links).set_ignored_paths(paths=ignored)
    signing.Config().set_hashing_config(config).use_elliptic_key_signer(private_key=key).sign(model, signature)


def they_verify(model: Path, key: Path, signature: Path) -> None:
    verifying.Config().use_elliptic_key_verifier(public_key=public(key)).verify(model, signature)


def test_they_verify_ours(model, key, tmp_path):
    for signature in (None, tmp_path / "elsewhere.sig"):
        programs.must(sign(model, key, signature))
        programs.must(verify(model, key, signature))
        they_verify(model, key, signature or model / "model.sig")


def test_we_verify_theirs_and_make_the_same_root(model, key, tmp_path):
    theirs, ours = tmp_path / "theirs.sig", tmp_path / "ours.sig"
    they_sign(model, key, theirs)
    programs.must(verify(model, key, theirs))
    programs.must(sign(model, key, ours))
    roots = [statement(path)["subject"] for path in (theirs, ours)]
    assert roots[0] == roots[1]
    inside = model / "model.sig"
    they_sign(model, key, inside, ignored=("model.sig", "weights"))
    (model / "weights/more").write_text("what the signature ignores")
    programs.must(verify(model, key))


def statement(signature: Path) -> dict:
    return json.loads(b64decode(json.loads(signature.read_text())["dsseEnvelope"]["payload"]))


def test_one_file_is_a_model_too(key, tmp_path):
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF")
    programs.must(sign(file, key))
    they_verify(file, key, tmp_path / "model.gguf.sig")
    they_sign(file, key, tmp_path / "theirs.sig")
    programs.must(verify(file, key, tmp_path / "theirs.sig"))
    file.write_bytes(b"GGUf")
    assert verify(file, key).returncode == 1


CHANGES = {
    "a changed file": lambda folder: (folder / "a/b").write_text("x"),
    "a missing file": lambda folder: (folder / "a-b").unlink(),
    "a file more": lambda folder: (folder / "new").write_text(""),
    "a renamed file": lambda folder: (folder / "a-b").rename(folder / "a_b"),
    "two files swapped": lambda folder: [(folder / "a/b").write_text("a-b"), (folder / "a-b").write_text("a/b")],
}


@pytest.mark.parametrize("change", CHANGES)
def test_both_refuse_what_was_changed(change, model, key, tmp_path):
    signature = tmp_path / "sig"
    programs.must(sign(model, key, signature))
    CHANGES[change](model)
    refused = verify(model, key, signature)
    assert refused.returncode == 1 and b"error: " in refused.stderr
    with pytest.raises(ValueError):
        they_verify(model, key, signature)


def test_links_are_refused_and_followed_only_where_the_signature_says_so(model, key, tmp_path):
    (tmp_path / "outside").write_text("outside")
    (model / "link").symlink_to(tmp_path / "outside")
    assert sign(model, key).returncode == 65
    signature = tmp_path / "sig"
    they_sign(model, key, signature, links=True)
    programs.must(verify(model, key, signature))
    (tmp_path / "outside").write_text("changed")
    assert verify(model, key, signature).returncode == 1
    (model / "link").unlink()
    os.mkfifo(model / "link")
    assert verify(model, key, signature).returncode == 65


def test_every_damaged_part_of_a_signature_is_refused(model, key, tmp_path, seeded):
    signature = tmp_path / "sig"
    programs.must(sign(model, key, signature))
    good = json.loads(signature.read_text())
    envelope = good["dsseEnvelope"]

    def flipped(encoded: str) -> str:
        raw = bytearray(b64decode(encoded))
        raw[seeded.randrange(len(raw))] ^= 1 << seeded.randrange(8)
        return b64encode(raw).decode()

    other = key.parent / "other"
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", other)
    openssl("pkey", "-in", other, "-pubout", "-out", public(other))
    changed = [
        good | {"dsseEnvelope": envelope | {"payload": flipped(envelope["payload"])}},
        good | {"dsseEnvelope": envelope | {"signatures": [{"sig": flipped(envelope["signatures"][0]["sig"]), "keyid": ""}]}},
        good | {"dsseEnvelope": envelope | {"payloadType": "text/plain"}}, good | {"dsseEnvelope": envelope | {"signatures": []}},
        good | {"mediaType": "application/json"}, good | {"verificationMaterial": {"publicKey": {"hint": "0" * 64}}},
    ]
    bad = tmp_path / "bad"
    for value in changed:
        bad.write_text(json.dumps(value))
        assert verify(model, key, bad).returncode == 1, value
        with pytest.raises(Exception):
            they_verify(model, key, bad)
    good["verificationMaterial"]["publicKey"] = {}
    bad.write_text(json.dumps(good))
    programs.must(verify(model, key, bad))
    assert verify(model, other, bad).returncode == 1


def test_keys_and_models_that_are_none_are_named(model, key, tmp_path):
    programs.must(sign(model, key))
    edwards = tmp_path / "edwards"
    openssl("genpkey", "-algorithm", "ed25519", "-out", edwards)
    locked = tmp_path / "locked"
    openssl("pkey", "-in", key, "-aes256", "-passout", "pass:x", "-out", locked)
    for path, word in ((edwards, b"none of P-256"), (locked, b"decrypt it"), (model / "a/b", b"holds none"), (public(key), b"none")):
        refused = sign(model, path)
        assert refused.returncode == 65 and word in refused.stderr, refused
    shutil.copy(edwards, public(edwards))
    assert verify(model, edwards).returncode == 65
    assert sign(tmp_path / "nothing", key).returncode in (64, 66)
    assert verify(model, key, tmp_path / "nothing").returncode == 66
