"""Models, signers and both programs' ways to sign and verify, for the tests of model signatures."""

import json
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from model_signing import hashing, signing, verifying

from harness import programs
from stamp import UNTIL, certificate

SHARD = 10
USES = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
        "crl_sign", "encipher_only", "decipher_only"]
SIGNING = (x509.KeyUsage(**{use: use == "digital_signature" for use in USES}), True)
CODE = (x509.ExtendedKeyUsage([Purpose.CODE_SIGNING]), False)
AUTHORITY = (x509.BasicConstraints(True, None), True)


@dataclass
class Signer:
    """Files of a key, its public half, its certificate, and the certificates on the way to the root."""

    key: Path
    public: Path
    certificate: Path
    issuer: Path
    root: Path


def mint(folder: Path, curve=ec.SECP256R1, extensions=(SIGNING, CODE), until=UNTIL) -> Signer:
    folder.mkdir()
    root_key, middle_key, key = (ec.generate_private_key(each()) for each in (ec.SECP384R1, ec.SECP256R1, curve))
    made = {
        "root": certificate("Root", root_key, "Root", root_key, AUTHORITY),
        "issuer": certificate("Issuer", middle_key, "Root", root_key, AUTHORITY),
        "certificate": certificate("Signer", key, "Issuer", middle_key, *extensions, until=until)}
    pem = serialization.Encoding.PEM
    for name, value in made.items():
        (folder / name).write_bytes(value.public_bytes(pem))
    (folder / "key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / "public").write_bytes(key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    return Signer(*(folder / name for name in ("key", "public", "certificate", "issuer", "root")))


def write(folder: Path) -> Path:
    """Files of less than a shard, of several, and of some to the byte."""
    for name, size in (("a/b", 25), ("a-b", 3), ("weights.bin", 30), ("é.bin", 10)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(bytes(range(size)))
    return folder


def config(method: str, hashed: str) -> hashing.Config:
    name = "blake2" if hashed == "blake2b" else hashed
    if method == "shards":
        return hashing.Config().use_shard_serialization(hashing_algorithm=name, shard_size=SHARD)
    return hashing.Config().use_file_serialization(hashing_algorithm=name)


def they_sign(model: Path, signature: Path, signer: Signer, form: tuple[str, str], certified: bool) -> None:
    made = signing.Config()
    if certified:
        made.use_certificate_signer(
            private_key=signer.key, signing_certificate=signer.certificate, certificate_chain=[signer.issuer])
    else:
        made.use_elliptic_key_signer(private_key=signer.key)
    made.set_hashing_config(config(*form)).sign(model, signature)


def they_verify(model: Path, signature: Path, signer: Signer, form: tuple[str, str] | None, certified: bool) -> None:
    """Without a form the package guesses it from the signature."""
    made = verifying.Config()
    if certified:
        made.use_certificate_verifier(certificate_chain=[signer.root])
    else:
        made.use_elliptic_key_verifier(public_key=signer.public)
    if form:
        made.set_hashing_config(config(*form))
    made.verify(model, signature)


def sign(model: Path, signature: Path, signer: Signer, form: tuple[str, str], certified: bool):
    more = ["--hash-type", form[1]] + (["--shard-size", str(SHARD)] if form[0] == "shards" else [])
    if certified:
        more += ["--signing-certificate", str(signer.certificate), "--certificate-chain", str(signer.issuer)]
    return programs.colophon(
        "model", "sign", str(model), "--private-key", str(signer.key), "--signature", str(signature), *more)


def verify(model: Path, signature: Path, signer: Signer, certified: bool, *more: str):
    trust = ["--certificate-chain", str(signer.root)] if certified else ["--public-key", str(signer.public)]
    return programs.colophon("model", "verify-signature", str(model), "--signature", str(signature), *trust, *more)


def serialization_of(signature: Path) -> dict:
    return json.loads(b64decode(json.loads(signature.read_text())["dsseEnvelope"]["payload"]))["predicate"]["serialization"]
