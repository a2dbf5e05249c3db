"""Blobs by the command line, against one storage service, and an S3 server of somebody else."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

from harness import programs
from harness.service import LoneService


class BlobService(LoneService):
    """A storage service that the command line finds by its folder."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        super().__init__("storage", folder, *arguments)

    def __enter__(self) -> "BlobService":
        super().__enter__()
        ready = self.data / "up/ready.json"
        ready.parent.mkdir(exist_ok=True)
        ready.write_text(json.dumps({"storage": self.url}))
        return self

    def blob(self, *words: str, code: int = 0) -> subprocess.CompletedProcess:
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=300,
                              env=programs.environment())
        assert done.returncode == code, f"{words}: {done.returncode} {done.stdout} {done.stderr}"
        return done

    def command(self, *words: str) -> list[str]:
        return [programs.program("colophon"), "blob", *words, "--data", str(self.data)]

    def put(self, path: Path) -> tuple[str, str]:
        """Name and root."""
        name, root, _ = self.blob("put", str(path)).stdout.splitlines()
        return name, root.split()[1]

    def peak_mib(self) -> float:
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024

    @property
    def uploads(self) -> list[Path]:
        return list((self.data / "storage/blobs.uploads").iterdir())


class Nanio:
    """nanio on loopback; it ends with this process."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.keys = folder / "s3-keys"
        self.keys.touch(mode=0o600)
        self.keys.write_text("colophon-test\nsecret-of-the-tests\n")
        script = programs.ROOT / "Tests/Servers/nanio_child.py"
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(folder / "nanio"), str(self.port)], stdin=subprocess.PIPE,
            env={"NANIO_ACCESS_KEY": "colophon-test", "NANIO_SECRET_KEY": "secret-of-the-tests", "PATH": os.environ["PATH"]})
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise TimeoutError("nanio did not start")

    def __enter__(self) -> "Nanio":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def settings(self) -> tuple[str, ...]:
        return ("--blobs", "s3", "--s3-endpoint", f"http://127.0.0.1:{self.port}", "--s3-bucket", "blobs",
                "--s3-key-file", str(self.keys))
