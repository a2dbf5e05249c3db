"""An exported folder in memory, so that a test can change one byte of it."""

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Export:
    files: dict[str, bytes]

    @classmethod
    def read(cls, folder: Path) -> "Export":
        return cls({str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()})

    def write(self, folder: Path) -> Path:
        for path, data in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return folder

    def __getitem__(self, path: str) -> bytes:
        return self.files[path]

    def flipped(self, path: str, at: int, mask: int = 1) -> "Export":
        """This export with one byte changed."""
        data = bytearray(self.files[path])
        data[at] ^= mask
        return replace(self, files=self.files | {path: bytes(data)})

    def adding(self, path: str, data: bytes) -> "Export":
        """This export with one more file."""
        return replace(self, files=self.files | {path: data})

    @property
    def meta(self) -> dict:
        return json.loads(self["meta.json"])

    @property
    def root(self) -> bytes:
        return bytes.fromhex(self.meta["root"])

    @property
    def entry(self) -> bytes:
        """What the log holds of the statement: the digest of its bytes."""
        return hashlib.sha256(self["receipt/statement.cose"]).digest()

    @property
    def tiles(self) -> dict[str, bytes]:
        """Tiles and entry bundles by their path below the log."""
        return {path.removeprefix("log/"): data for path, data in self.files.items() if path.startswith("log/tile/")}

    @property
    def consistency(self) -> list[bytes]:
        return [exact_base64(line) for line in self["old/consistency.txt"].decode().split()]


def exact_base64(text: str) -> bytes:
    """Decodes the one spelling of some bytes; Python's own decoder lets spare bits pass."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


class Refused(Exception):
    """A library said no without raising anything itself."""


def require(condition: object, what: str) -> None:
    if not condition:
        raise Refused(what)
