"""One blob in and out of a storage service, and the same file through plain programs."""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

BLOCK = 1 << 20


def fill(path: Path, size: int) -> None:
    """A file that compresses not at all."""
    with open(path, "wb") as file:
        for _ in range(size // BLOCK):
            file.write(os.urandom(BLOCK))
        os.fsync(file.fileno())


def ours(options: argparse.Namespace, source: Path, folder: Path) -> dict[str, float]:
    """MiB/s of put and get by the command line, and the growth of the service's memory."""
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    with Service(options.service, data) as service:
        start = service.peak_mib()
        begun = time.monotonic()
        said = run(options.colophon, "blob", "put", str(source), "--data", str(data))
        put = time.monotonic() - begun
        name = said.split()[0]
        copy = folder / "copy"
        begun = time.monotonic()
        run(options.colophon, "blob", "get", name, "--output", str(copy), "--data", str(data))
        get = time.monotonic() - begun
        growth = service.peak_mib() - start
    if name != "sha256:" + digest(source) or digest(copy) != digest(source):
        raise SystemExit("error: what came back is not what was put")
    copy.unlink()
    mib = source.stat().st_size / BLOCK
    return {"put": mib / put, "get": mib / get, "growth": growth}


def plain(options: argparse.Namespace, source: Path, folder: Path) -> dict[str, float]:
    """MiB/s of the slower of the two programs, which stands for put and for get, and of each."""
    copy = folder / "copy"
    mib = source.stat().st_size / BLOCK
    begun = time.monotonic()
    run("dd", f"if={source}", f"of={copy}", "bs=1M", "conv=fsync")
    copied = mib / (time.monotonic() - begun)
    copy.unlink()
    begun = time.monotonic()
    run("sha256sum", str(source))
    hashed = mib / (time.monotonic() - begun)
    slower = min(copied, hashed)
    return {"put": slower, "get": slower, "dd with fsync": copied, "sha256sum": hashed}


def build() -> str:
    return run("dd", "--version").splitlines()[0]


def digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run(*command: str) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"error: {' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


class Service:
    """A storage service alone, which the command line finds by the folder's ready file."""

    def __init__(self, program: str, data: Path) -> None:
        self.data = data
        data.mkdir(parents=True)
        self.log = data / "storage.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [program, "--data", str(data), "--port", "0", "--scrub-mib-per-second", "0"], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log)

    def __enter__(self) -> "Service":
        for line in self.process.stdout:
            if b'"listening"' in line:
                port = json.loads(line)["listening"]["port"]
                ready = self.data / "up/ready.json"
                ready.parent.mkdir()
                ready.write_text(json.dumps({"storage": f"http://127.0.0.1:{port}"}))
                return self
        raise SystemExit(f"error: storage did not start: {self.log.read_text(errors='replace')[-2000:]}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def peak_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024
