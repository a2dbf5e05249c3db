"""Makes signatures.json: OpenSSF model signatures by the model-signing package, with the certificates of a small authority of
ours. Keys and ECDSA are random, so each run gives other bytes of the same kind.

    .build/test-venv/bin/python Tests/Vectors/modelsigning/generate.py
"""

import json
import pathlib
import tempfile
from base64 import b64encode
from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from model_signing import hashing, signing, verifying

# In the order of the standard; shards say nothing of an empty file.
MODEL = {"a/b": bytes(range(25)), "a-b": b"a-b", "empty": b"", "weights.bin": bytes(range(100, 130))}
SHARD = 10
START, END = datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2027, 1, 1, tzinfo=timezone.utc)
AT = datetime(2026, 6, 1, tzinfo=timezone.utc)
USES = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
        "crl_sign", "encipher_only", "decipher_only"]


class Party:
    """A key with the certificate that `issuer` made for it; a root without one."""

    def __init__(self, name, issuer=None, key=None, authority=False, uses=(), purposes=(), end=END):
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        signer = issuer or self
        builder = (
            x509.CertificateBuilder().subject_name(self.name).issuer_name(signer.name).public_key(self.key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(START).not_valid_after(end)
            .add_extension(x509.BasicConstraints(authority, None), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), False))
        if uses:
            builder = builder.add_extension(x509.KeyUsage(**{use: use in uses for use in USES}), True)
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), False)
        self.certificate = builder.sign(signer.key, hashes.SHA256())

    def private(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def public(self):
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def text(self):
        return b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()


def authority(name, issuer=None):
    return Party(name, issuer, authority=True, uses=("key_cert_sign", "crl_sign"), end=END.replace(year=2046))


def parties():
    root, other = authority("Root"), authority("Another root")
    middle, elsewhere = authority("Issuer", root), authority("Issuer", other)
    signature, code = ("digital_signature",), (Purpose.CODE_SIGNING,)
    signer = Party("Signer", middle, uses=signature, purposes=code)
    wide, widest = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP521R1())
    return {
        "root": root, "otherRoot": other, "issuer": middle, "otherIssuer": elsewhere, "signer": signer,
        "signer384": Party("Signer", middle, key=wide, uses=signature, purposes=code),
        "signer521": Party("Signer", middle, key=widest, uses=signature, purposes=code),
        "otherSigner": Party("Signer", elsewhere, key=signer.key, uses=signature, purposes=code),
        "underSigner": Party("Below the signer", signer, key=signer.key, uses=signature, purposes=code),
        "onlyUsage": Party("Usage", middle, key=signer.key, uses=signature),
        "onlyPurpose": Party("Purpose", middle, key=signer.key, purposes=code),
        "nothingStated": Party("Nothing", middle, key=signer.key),
        "server": Party("Server", middle, key=signer.key, uses=signature, purposes=(Purpose.SERVER_AUTH,)),
        "anyPurpose": Party("Any", middle, key=signer.key, uses=signature, purposes=(Purpose.ANY_EXTENDED_KEY_USAGE,)),
        "agreement": Party("Agreement", middle, key=signer.key, uses=("key_agreement",), purposes=code),
    }


def config(method, name):
    if method == "shards":
        return hashing.Config().use_shard_serialization(hashing_algorithm=name, shard_size=SHARD)
    return hashing.Config().use_file_serialization(hashing_algorithm=name)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, data in MODEL.items():
            path = folder / "model" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        made = parties()
        for name, party in made.items():
            (folder / f"{name}.key").write_bytes(party.private())
            (folder / f"{name}.pem").write_bytes(party.pem())
        (folder / "signer.pub").write_bytes(made["signer"].public())
        signatures = {}

        def sign(name, hashed, signer, verifier):
            path = folder / "model.sig"
            signer(signing.Config()).set_hashing_config(hashed).sign(folder / "model", path)
            verifier(verifying.Config()).set_hashing_config(hashed).verify(folder / "model", path)
            signatures[name] = path.read_text()
            path.unlink()

        def certified(party):
            return (
                lambda it: it.use_certificate_signer(
                    private_key=folder / f"{party}.key", signing_certificate=folder / f"{party}.pem",
                    certificate_chain=[folder / "issuer.pem", folder / "root.pem"]),
                lambda it: it.use_certificate_verifier(certificate_chain=[folder / "root.pem"]))

        keyed = (
            lambda it: it.use_elliptic_key_signer(private_key=folder / "signer.key"),
            lambda it: it.use_elliptic_key_verifier(public_key=folder / "signer.pub"))
        for method in ("files", "shards"):
            for hashed in ("sha256", "blake2"):
                label = f"{method}-{'blake2b' if hashed == 'blake2' else hashed}"
                sign(f"key-{label}", config(method, hashed), *keyed)
                sign(f"certificate-{label}", config(method, hashed), *certified("signer"))
        sign("key-files-blake3", config("files", "blake3"), *keyed)
        sign("certificate384-files-sha256", config("files", "sha256"), *certified("signer384"))
        sign("certificate521-files-sha256", config("files", "sha256"), *certified("signer521"))
        whole = {
            "model": {name: b64encode(data).decode() for name, data in MODEL.items()}, "shardSize": SHARD,
            "at": int(AT.timestamp()), "notBefore": int(START.timestamp()), "notAfter": int(END.timestamp()),
            "privateKey": made["signer"].private().decode(), "publicKey": made["signer"].public().decode(),
            "certificates": {name: party.text() for name, party in made.items()}, "signatures": signatures}
        pathlib.Path(__file__).with_name("signatures.json").write_text(json.dumps(whole, indent=1) + "\n")


main()
