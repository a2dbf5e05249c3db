"""Measures storage: blobs beside what the same disk and processor do for plain files, in the same rounds, and the log
beside what its signatures alone would take."""

import argparse
import os
import tempfile
from pathlib import Path

from harness import machine, table
from harness.rounds import Samples, order
from harness.rows import Row, write_json
from storage import blobs, log, soak

NOTES = """Blobs go through a service on loopback: put = read, hash, send, write, read back, hash, sync; get = read, check each
chunk, send, check again, write, sync. The peer is the slower of `dd` with fsync and `sha256sum`, over the same file in the
same round. Growth is of the service's peak resident memory, from its start to the end of put and get; its bound is 64 MiB."""


def main() -> None:
    options = arguments()
    print(f"{machine.describe()}; load {machine.load():.2f}", flush=True)
    if machine.load() > 0.5:
        print("warning: this machine is busy; the ratios hold better than the values", flush=True)
    samples, entries = Samples(), Samples()
    size = (64 if options.quick else options.mib) << 20
    # Beside the build, where the disk is: a temporary folder may be memory.
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        folder = Path(name)
        source = folder / "source"
        blobs.fill(source, size)
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", flush=True)
            for party in order(["ours", "plain files"], number):
                run = blobs.ours if party == "ours" else blobs.plain
                samples.add(party, run(options, source, folder))
            # Apart from the pairs above, which share a round.
            entries.add("ours", log.measure(options, folder))
        soaked = soak.run(options, folder, entries.median("ours", "appends")) if options.soak else []
    show(samples, entries, soaked, options, size >> 20)


def show(samples: Samples, entries: Samples, soaked: list[Row], options: argparse.Namespace, mib: int) -> None:
    rows, spreads = [], {}
    for name in ("put", "get"):
        ours, peer = samples.median("ours", name), samples.median("plain files", name)
        spreads[f"{name} {mib} MiB", "ours"] = samples.spread("ours", name)
        spreads[f"{name} {mib} MiB", "plain files"] = samples.spread("plain files", name)
        rows.append(Row(f"{name} {mib} MiB", "MiB/s", round(ours, 1), "plain files", round(peer, 1), blobs.build(),
                        round(samples.ratio("ours", "plain files", name), 3), None, machine.describe()))
    rows.append(Row(f"memory growth, {mib} MiB", "MiB", round(max(samples.all("ours", "growth")), 1), None, None, None,
                    None, 64.0, machine.describe()))
    rows += log.rows(entries, options.quick) + soaked
    print(f"\n{table.text(rows, spreads)}\n\n{NOTES}\n\n{log.NOTE}")
    for name in ("dd with fsync", "sha256sum"):
        print(f"{name}: {samples.median('plain files', name):.0f} MiB/s")
    if options.json:
        write_json(rows, options.json)
        print(f"written: {options.json}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="storage")
    parser.add_argument("--colophon", required=True)
    parser.add_argument("--service", required=True)
    parser.add_argument("--scratch", type=Path, default=Path(".build"))
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, help="of no use here")
    parser.add_argument("--soak", type=int, default=0)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    for program in (options.colophon, options.service):
        if not os.access(program, os.X_OK):
            parser.error(f"{program} cannot be run: build the suite first")
    return options


main()
