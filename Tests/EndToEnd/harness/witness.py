"""`colophon witness` as an operator would run it."""

import os
from pathlib import Path

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness import programs
from harness.process import Child


class OurWitness:
    """A witness over a data folder of its own, which is started, killed and started again."""

    def __init__(self, folder: Path, logs: dict[str, str], name: str = "witness.example/test") -> None:
        """`logs`: verifier key by origin."""
        self.folder, self.name = folder, name
        folder.mkdir(parents=True, exist_ok=True)
        lines = ["logs/v0"]
        for origin, vkey in logs.items():
            lines += [f"vkey {vkey}", f"origin {origin}"]
        (folder / "logs").write_text("\n".join(lines) + "\n")
        self.child: Child | None = None
        self.url = ""

    def start(self) -> "OurWitness":
        arguments = ["--name", self.name, "--logs", str(self.folder / "logs"), "--data", str(self.folder), "--port", "0"]
        self.child = Child([programs.program("colophon"), "witness", *arguments], self.folder / "witness.jsonl")
        try:
            self.url = f"http://127.0.0.1:{self.child.json_line('listening', 60)['port']}"
        except Exception:
            self.child.kill()
            raise
        return self

    def __enter__(self) -> "OurWitness":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """As a power cut does."""
        if self.child is not None:
            self.child.kill()
            self.child = None

    @property
    def vkey(self) -> str:
        return requests.get(self.url + "/", timeout=10).text.split("\n", 1)[0]


def write_key(path: Path, key: Ed25519PrivateKey) -> None:
    """A key file as the services make it: a test that gives the key can sign what the service never would."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes_raw())
