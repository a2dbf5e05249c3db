"""A log in memory, made with hashlib and aics-tlog alone: it grows, and forks when a test wants it to."""

import base64
import hashlib

import aics_tlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class TestLog:
    __test__ = False

    def __init__(self, origin: str = "log.example/test", key: Ed25519PrivateKey | None = None) -> None:
        self.origin = origin
        self.key = key or Ed25519PrivateKey.generate()
        self.leaves: list[bytes] = []

    @property
    def vkey(self) -> str:
        return verifier_key(self.origin, 0x01, self.key)

    @property
    def cosigner_vkey(self) -> str:
        """The same key under the same name, as a witness's."""
        return verifier_key(self.origin, 0x04, self.key)

    def branch(self, name: bytes) -> "TestLog":
        """The same log as it shows itself to somebody else: other first entry, same key."""
        other = TestLog(self.origin, self.key)
        other.leaves = [name, *self.leaves[1:]]
        return other

    def grow(self, size: int) -> "TestLog":
        self.leaves += [f"entry {index}".encode() for index in range(len(self.leaves), size)]
        return self

    def tree(self, size: int) -> aics_tlog.MerkleTree:
        tree = aics_tlog.MerkleTree()
        for leaf in self.leaves[:size]:
            tree.append(leaf)
        return tree

    def checkpoint(self, size: int) -> bytes:
        return signed_checkpoint(self.origin, size, self.tree(size).root(), self.key)

    def proof(self, old: int, new: int) -> list[bytes]:
        return self.tree(new).consistency_proof(old, new) if 0 < old < new else []


def verifier_key(name: str, kind: int, key: Ed25519PrivateKey) -> str:
    """name+id+base64(type, key) (c2sp.org/signed-note)."""
    material = bytes([kind]) + key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(material).decode()}"


def signed_checkpoint(origin: str, size: int, root: bytes, key: Ed25519PrivateKey) -> bytes:
    """A checkpoint note with one Ed25519 signature (c2sp.org/signed-note)."""
    key_id = bytes.fromhex(verifier_key(origin, 0x01, key).split("+")[1])
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = base64.b64encode(key_id + key.sign(text.encode())).decode()
    return f"{text}\n— {origin} {signature}\n".encode()
