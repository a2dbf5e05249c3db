"""The log: appends by many callers over Connect with durable acknowledgement and proof, one idle append, what an entry
costs on the disk, audit and proofs.

`measure` is one round; `rows` makes the lines of the result. The bound of the appends is what this machine's cores can
sign and verify alone: each append verifies one Ed25519 signature and makes one, of its COSE Receipt."""

import base64
import hashlib
import json
import os
import sqlite3
import subprocess
import time
from pathlib import Path

from harness import machine
from harness.rounds import Samples
from harness.rows import Row
from storage.commands import run
from storage.service import Service

CALLERS = 256
APPENDS, APPENDS_QUICK = 40_000, 4_000
IDLE = 300
ENTRIES, ENTRIES_QUICK = 10_000_000, 100_000
PROOFS = 1000
TILE = 256

NOTE = f"""Appends: {CALLERS} callers of `colophon log hammer` on the same cores as the service; every answer carries a
tlog-proof and a COSE Receipt, all verified afterwards. Their bound: one Ed25519 verification and one signature an
append on all cores, and nothing else. Idle: one caller. Bytes an entry: tiles and checkpoint; the database without its
statements. Audit and proof: over a made log, from the page cache."""


def measure(options, folder: Path) -> dict[str, float]:
    """`options` has `colophon`, `service` and `quick`; `folder` is empty or made by an earlier round."""
    data = folder / f"log-{os.getpid()}-{time.monotonic_ns()}"
    count = APPENDS_QUICK if options.quick else APPENDS
    with Service(options.service, data / "busy") as storage:
        busy = hammer(options, storage, data / "busy", count, CALLERS)
    # A log of its own: each single append leaves partial tiles, until the tile after them is full.
    with Service(options.service, data / "idle") as storage:
        idle = hammer(options, storage, data / "idle", IDLE, 1)
    values = {
        "appends": busy["appends"]["per_second"], "appends p99": busy["appends"]["p99_ms"],
        "idle append p50": idle["appends"]["p50_ms"], "signatures": signature_bound()}
    return values | disk(data / "busy/storage") | audit(options, folder)


def hammer(options, storage: Service, data: Path, count: int, callers: int, rate: int = 0) -> dict:
    return json.loads(run(
        options.colophon, "log", "hammer", "--storage", storage.url, "--data", str(data), "--count", str(count),
        "--callers", str(callers), "--rate", str(rate), "--register", "--json"))


def signature_bound() -> float:
    """Appends a second if there were nothing to do but their signatures, by the library that the service uses."""
    shown = run("openssl", "speed", "-seconds", "1", "ed25519").splitlines()[-1].split()
    signs, verifies = float(shown[-2]), float(shown[-1])
    return machine.threads() / (1 / signs + 1 / verifies)


def disk(folder: Path) -> dict[str, float]:
    """Bytes for each entry, once the write-ahead log is in the file."""
    database = sqlite3.connect(folder / "storage.sqlite")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    entries, = database.execute("SELECT count(*) FROM entry").fetchone()
    pages = dict(database.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")) if has_dbstat(database) else {}
    whole = (folder / "storage.sqlite").stat().st_size
    statements = pages.get("statement") or database.execute("SELECT sum(length(bytes)) FROM statement").fetchone()[0]
    database.close()
    tiles = sum(file.stat().st_size for file in (folder / "log").rglob("*") if file.is_file())
    return {"tile bytes": tiles / entries, "row bytes": (whole - statements) / entries}


def has_dbstat(database: sqlite3.Connection) -> bool:
    try:
        database.execute("SELECT 1 FROM dbstat LIMIT 1")
        return True
    except sqlite3.OperationalError:
        return False


def audit(options, folder: Path) -> dict[str, float]:
    count = ENTRIES_QUICK if options.quick else ENTRIES
    log, vkey = folder / f"made-{count}", folder / f"made-{count}.vkey"
    if not vkey.exists():
        make(log, vkey, count)
    shown = json.loads(run(
        options.colophon, "log", "audit", str(log), "--vkey", vkey.read_text(), "--proofs", str(PROOFS), "--json"))
    return {"audit": shown["entries_per_second"], "proof": shown["proof_ms"]}


def make(log: Path, vkey: Path, count: int) -> None:
    """A log of `count` entries, written tile by tile as c2sp.org/tlog-tiles says."""
    def hashed(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def write(path: str, data: bytes) -> None:
        (log / path).parent.mkdir(parents=True, exist_ok=True)
        (log / path).write_bytes(data)

    hashes = []
    for start in range(0, count, TILE):
        entries = [hashed(number.to_bytes(8, "big")) for number in range(start, min(start + TILE, count))]
        write(path("entries", start // TILE, len(entries)), b"".join(b"\0\x20" + entry for entry in entries))
        hashes += [hashed(b"\0" + entry) for entry in entries]
    level, row = 0, hashes
    while row:
        for start in range(0, len(row), TILE):
            part = row[start:start + TILE]
            write(path(str(level), start // TILE, len(part)), b"".join(part))
        for _ in range(8):
            row = [hashed(b"\1" + row[at] + row[at + 1]) for at in range(0, len(row) - 1, 2)]
        level += 1
    root = tree_root(hashes)
    name, text = "benchmark.example/log", f"{count}\n{base64.b64encode(root).decode()}\n"
    public, signature = sign(log.parent, f"{name}\n{text}".encode())
    key_id = hashed(name.encode() + b"\n\1" + public)[:4]
    line = f"\u2014 {name} {base64.b64encode(key_id + signature).decode()}\n"
    write("checkpoint", f"{name}\n{text}\n{line}".encode())
    vkey.write_text(f"{name}+{key_id.hex()}+{base64.b64encode(bytes([1]) + public).decode()}")


def sign(folder: Path, message: bytes) -> tuple[bytes, bytes]:
    """The public key and the signature of a fresh Ed25519 key."""
    key, text = folder / "key.pem", folder / "message"
    text.write_bytes(message)
    run("openssl", "genpkey", "-algorithm", "ed25519", "-out", str(key))
    public = subprocess.run(
        ["openssl", "pkey", "-in", str(key), "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
    signature = subprocess.run(
        ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", str(text)], check=True,
        capture_output=True).stdout
    return public[-32:], signature


def tree_root(row: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1: a last one without a sibling goes up as it is."""
    while len(row) > 1:
        pairs = [hashlib.sha256(b"\1" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
        row = pairs + row[len(row) & ~1:]
    return row[0]


def path(kind: str, index: int, width: int) -> str:
    groups = []
    while True:
        groups.insert(0, f"{index % 1000:03}")
        index //= 1000
        if not index:
            break
    name = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return f"tile/{kind}/{name}" + ("" if width == TILE else f".p/{width}")


def rows(samples: Samples, quick: bool) -> list[Row]:
    """Of the rounds that were added to `samples` as "ours"."""
    def row(name: str, key: str, unit: str, bound: float | None) -> Row:
        return Row(name, unit, round(samples.median("ours", key), 3), None, None, None, None, bound, machine.describe())

    size = f"{ENTRIES_QUICK if quick else ENTRIES:,} entries"
    return [
        row(f"appends, {CALLERS} callers", "appends", "1/s", round(samples.median("ours", "signatures"))),
        row(f"appends p99, {CALLERS} callers", "appends p99", "ms", None),
        row("idle append to published proof, p50", "idle append p50", "ms", None),
        row("tiles, an entry", "tile bytes", "bytes", None),
        row("rows and indices, an entry", "row bytes", "bytes", None),
        row(f"audit, {size}", "audit", "entries/s", None),
        row(f"inclusion proof, {size}", "proof", "ms", None),
    ]
