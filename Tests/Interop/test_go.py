"""The log, read by the Go authors' own golang.org/x/mod/sumdb (Debian package golang-golang-x-mod-dev)."""

import subprocess


def test_go_accepts_an_export(either, gocheck):
    result = subprocess.run([gocheck, str(either.folder)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_go_refuses_each_damaged_artefact(first, gocheck, seeded, tmp_path):
    artefacts = [
        "receipt/statement.cose", "receipt/receipt.tlog-proof", "log/checkpoint", "old/checkpoint",
        "old/consistency.txt",
        *("log/" + tile for tile in first.export.tiles if tile.startswith("tile/0/")),
    ]
    for number, path in enumerate(artefacts):
        size = len(first.export[path])
        for sample in range(4):
            at = seeded.randrange(size)
            damaged = first.export.flipped(path, at, 1 << seeded.randrange(3, 8))
            folder = damaged.write(tmp_path / f"{number}-{sample}")
            result = subprocess.run([gocheck, str(folder)], capture_output=True, text=True)
            assert result.returncode == 1, f"{path} byte {at}: {result.stdout}"
