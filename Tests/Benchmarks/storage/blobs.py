"""One blob in and out of a storage service, and the same file through plain programs."""

import argparse
import hashlib
import os
import shutil
import time
from pathlib import Path

from storage.commands import run
from storage.service import Service

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
    with Service(options.service, data, "--scrub-mib-per-second", "0") as service:
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
