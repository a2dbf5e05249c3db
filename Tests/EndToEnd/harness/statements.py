"""An issuer outside of the suite: signs statements that a storage service registers (FORMAT section 2)."""

import base64
import hashlib
import json
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER = "https://tests.example/issuer"
CONTENT_TYPE = "application/vnd.in-toto+json"


class Issuer:
    def __init__(self, name: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.kid = hashlib.sha256(cbor2.dumps({1: 1, -1: 6, -2: self.public}, canonical=True)).digest()

    def register(self, data: Path) -> None:
        """Writes the registration policy of the storage service in this folder."""
        line = {"iss": ISSUER, "kid": "sha256:" + self.kid.hex(), "kinds": ["contribution"],
                "key": base64.b64encode(self.public).decode()}
        (data / "storage").mkdir(parents=True, exist_ok=True)
        (data / "storage" / "registration.json").write_text(json.dumps([line]))

    def statement(self, subject: str, size: int = 0) -> bytes:
        """A signed `contribution` statement, its predicate padded with `size` characters."""
        payload = json.dumps(
            {"_type": "https://in-toto.io/Statement/v1", "predicate": {"padding": "x" * size},
             "predicateType": "urn:colophon:contribution:v1",
             "subject": [{"digest": {"sha256": hashlib.sha256(subject.encode()).hexdigest()}, "name": subject}]},
            sort_keys=True, separators=(",", ":")).encode()
        claims = {1: ISSUER, 2: subject, 6: 1_700_000_000}
        protected = cbor2.dumps({1: -8, 3: CONTENT_TYPE, 4: self.kid, 15: claims}, canonical=True)
        signed = cbor2.dumps(["Signature1", protected, b"", payload])
        return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, self._key.sign(signed)]))
