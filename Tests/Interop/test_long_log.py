"""A log that grows to 100,000 entries (Tests/run --all; 2,000 otherwise) over many partial tiles, read by aics-tlog and
by the Go authors' library: all of it at the end, and proofs that were made when it was smaller."""

import base64
import hashlib
import json
import subprocess

import aics_tlog
from aics_tlog.tiles import MemoryTileReader

from harness.log import paths
from harness.lone_log import LogClient
from harness.programs import colophon, must
from harness.service import LoneService
from harness.statements import Issuer

LONG, SHORT = 100_000, 2_000


def test_a_long_log_and_its_old_proofs_pass_third_party_verifiers(tmp_path, stubs, seeded, is_long, gocheck):
    total = LONG if is_long else SHORT
    messages = stubs.messages("storage")
    issuer = Issuer("long")
    data = tmp_path / "data"
    issuer.register(data)
    files = data / "storage" / "log"
    kept = []
    with LoneService("storage", tmp_path) as service:
        client = LogClient(service, messages)
        vkey = client.call("GetLogKeys", messages.GetLogKeysRequest(), messages.LogKeys).checkpoint_vkey
        size = 1
        while size < total:
            # A statement whose proof is kept, then a stretch that seldom ends where a tile does.
            statement = issuer.statement(f"kept-{len(kept)}")
            kept.append((statement, client.append(statement), (files / "checkpoint").read_bytes()))
            stretch = min(total - size, seeded.randrange(total // 8, total // 3))
            must(colophon(
                "log", "hammer", "--storage", service.url, "--data", str(data), "--count", str(stretch), "--register",
                timeout=1200))
            size += stretch + 1
        head = client.checkpoint()
    assert head.size == size
    key = aics_tlog.parse_vkey(vkey)

    def verified(note: bytes):
        checked = aics_tlog.verify_checkpoint(
            aics_tlog.parse_note(note), key, [], 0, expected_origin=key.name)
        assert checked.ok, checked.error
        return checked

    check_whole(files, head)
    for number, (statement, inclusion, note) in enumerate(kept):
        check_kept(tmp_path / f"proof-{number}", files, vkey, verified, head, statement, inclusion, note, gocheck)


def check_whole(files, head) -> None:
    tiles = {path: (files / path).read_bytes() for path in paths(head.size)}
    reader = MemoryTileReader(tiles)
    assert aics_tlog.audit_tiles(reader, head.size, head.root).size == head.size


def check_kept(folder, files, vkey, verified, head, statement, inclusion, note, gocheck) -> None:
    """The proof as it was answered, and consistency from the checkpoint of that time; then all of it by gocheck."""
    digest = hashlib.sha256(statement).digest()
    first, _, text = inclusion.tlog_proof.partition("\n\n")
    then = verified(text.encode())
    path = [base64.b64decode(line) for line in first.split("\n")[2:]]
    assert aics_tlog.verify_leaf_inclusion(digest, inclusion.index, then.size, path, then.root)
    for part in ("log", "old", "receipt", "keys"):
        (folder / part).mkdir(parents=True)
    (folder / "old" / "checkpoint").write_bytes(note)
    must(colophon(
        "log", "prove", str(inclusion.index), "--log", str(files), "--vkey", vkey, "--output",
        str(folder / "receipt" / "receipt.tlog-proof"), "--since", str(folder / "old" / "checkpoint"), "--consistency",
        str(folder / "old" / "consistency.txt")))
    lines = (folder / "old" / "consistency.txt").read_text().split()
    old = verified(note)
    assert aics_tlog.verify_consistency(
        old.size, head.size, old.root, head.root, [base64.b64decode(line) for line in lines])
    (folder / "keys" / "log.vkey").write_text(vkey + "\n")
    (folder / "receipt" / "statement.cose").write_bytes(statement)
    (folder / "meta.json").write_text(json.dumps({
        "origin": vkey.split("+")[0], "size": head.size, "root": head.root.hex(), "index": inclusion.index}))
    (folder / "log").rmdir()
    (folder / "log").symlink_to(files)
    result = subprocess.run([gocheck, str(folder)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
