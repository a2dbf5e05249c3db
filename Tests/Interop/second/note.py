"""C2SP text formats: verifier keys, signed notes, checkpoints, cosignatures, tlog-proofs."""

import re
from dataclasses import dataclass

from .cose import is_key, is_signature
from .values import Refused, from_base64, from_decimal, require, sha256

ED25519, COSIGNATURE = 1, 4
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_ID = re.compile(r"[0-9a-f]{8}")
PROOF_VERSION = "c2sp.org/tlog-proof@v1"


def is_key_name(text: object) -> bool:
    """Of a key, and of an origin: 1 to 255 bytes without spaces, plus signs and control characters."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None and len(text.encode()) <= 255


@dataclass(frozen=True)
class VerifierKey:
    """`name+id+base64(type, key)`: id is the beginning of H(name, newline, type, key)."""

    name: str
    id: bytes
    raw: bytes

    @classmethod
    def parse(cls, text: object, kind: int) -> "VerifierKey":
        require(isinstance(text, str), "a verifier key is no string")
        name, _, rest = text.partition("+")
        id_hex, _, encoded = rest.partition("+")
        data = from_base64(encoded, "a verifier key")
        require(is_key_name(name) and _ID.fullmatch(id_hex), "a verifier key has no name or no id")
        require(len(data) == 33 and data[0] == kind, f"a verifier key is not of type {kind}")
        require(is_key(data[1:]), "a verifier key binds nothing")
        id_raw = sha256(name.encode(), b"\n", data)[:4]
        require(id_raw.hex() == id_hex, "the id of a verifier key is not that of its key")
        return cls(name, id_raw, data[1:])


@dataclass(frozen=True)
class Note:
    """A signed note: its text with the last newline, and (name, key id, signature) of each line."""

    text: str
    signatures: list[tuple[str, bytes, bytes]]

    @classmethod
    def parse(cls, whole: str) -> "Note":
        text, blank, lines = whole.rpartition("\n\n")
        require(blank and lines.endswith("\n"), "a note has no signatures")
        require(not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text), "a note holds control characters")
        signatures = []
        for line in lines[:-1].split("\n"):
            dash, _, rest = line.partition(" ")
            name, _, encoded = rest.partition(" ")
            data = from_base64(encoded, "a note's signature")
            require(dash == "\u2014" and is_key_name(name) and len(data) > 4, "a note has a bad signature line")
            signatures.append((name, data[:4], data[4:]))
        return cls(text + "\n", signatures)

    def verify(self, log: VerifierKey, witnesses: list[VerifierKey]) -> list[int]:
        """Every line is of the log or of a witness, valid, and of its key's only one; the log's is there. Returns the
        seconds of the cosignatures (c2sp.org/tlog-cosignature), ascending."""
        keys = {(key.name, key.id): key for key in [log, *witnesses]}
        makers = [(name, id_raw) for name, id_raw, _ in self.signatures]
        require(set(makers) <= keys.keys(), "a note has a signature that nothing authenticates")
        require(len(set(makers)) == len(makers), "a note has two signatures by one key")
        require((log.name, log.id) in makers, "a note is not signed by the log")
        times = []
        for name, id_raw, signature in self.signatures:
            key, message = keys[name, id_raw], self.text
            if key is not log:
                require(len(signature) == 72, "a cosignature has not 72 bytes")
                times.append(int.from_bytes(signature[:8], "big"))
                require(times[-1] < 2**63, "a cosignature is of no time")
                message, signature = f"cosignature/v1\ntime {times[-1]}\n{self.text}", signature[8:]
            require(is_signature(key.raw, signature, message.encode()), f"the signature by {name} is not its key's")
        return sorted(times)


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        lines = text.split("\n")
        require(len(lines) == 4 and lines[3] == "" and is_key_name(lines[0]), "a checkpoint is not origin, size and root")
        root = from_base64(lines[2], "the root")
        require(len(root) == 32, "the root has not 32 bytes")
        return cls(lines[0], from_decimal(lines[1], "the size"), root)


@dataclass(frozen=True)
class LogProof:
    """A tlog-proof without `extra`."""

    index: int
    path: list[bytes]
    note: Note
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, text: str) -> "LogProof":
        top, _, rest = text.partition("\n\n")
        version, *lines = top.split("\n")
        require(version == PROOF_VERSION, "another version of tlog-proof")
        require(lines and lines[0].startswith("index "), "a tlog-proof has no index")
        path = [from_base64(line, "a hash of the path") for line in lines[1:]]
        if any(len(hash_) != 32 for hash_ in path) or len(path) > 64:
            raise Refused("a tlog-proof has a path that is none")
        note = Note.parse(rest)
        return cls(from_decimal(lines[0][6:], "the index"), path, note, Checkpoint.parse(note.text))
