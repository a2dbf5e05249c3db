"""Measures attribution beside numpy, pyDVL, infini-gram, SQLite and Beancount: every party once in every round, in changing order."""

import argparse
import os
import platform
import sqlite3
import tempfile
from importlib.metadata import version
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

from attribution import ledger, neighbours, spans  # noqa: E402
from harness import machine, table  # noqa: E402
from harness.rounds import Samples, order  # noqa: E402
from harness.rows import Row, write_json  # noqa: E402

NOTES = """\
One thread each. knn: sums by owner of one query, K = 5, 384 elements; numpy and pyDVL in floats, their sums held against
ours. spans: 256 tokens of output, owners included; infini-gram's spans and owners must equal ours. copied: a piece of
the corpus; stitched: pieces of 8 to 20 tokens. build: of the index, durable. ±: half the range over the rounds.
ledger: transactions of 1 debit and 8 credits among 1,000 accounts, durable (WAL, synchronous = FULL, ours and SQLite's).
Ours checks the statement, keeps it, chains the entry, checks what it moves and reads it back; the peer is Python's sqlite3,
which writes rows and sums. single: one after another. batched: 1,024 callers at once, whose posts our store commits together
(SQLite has one writer; other threads run the callers); the peer commits 1,024 at once. Statements are signed before.
replay: every entry, receipt and balance checked and the chain hashed again, from entries in memory; Beancount loads a file,
which is the way into it, and has its own checks."""


def main() -> None:
    options = arguments()
    print(f"{machine.describe()}, load {machine.load():.2f}", flush=True)
    if machine.load() > 0.5:
        print("warning: this machine is busy; the ratios hold better than the values", flush=True)
    samples = Samples()
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        for count in (2_000,) if options.quick else (10_000, 50_000):
            measure_neighbours(neighbours.Game(count, 200, Path(name)), options, samples)
        measure_ledger(ledger.Ledger(*options.transactions, Path(name)), options, samples)
        measure_spans(spans.Corpus(options.tokens, Path(name)), options, samples)
    show(samples, options)


def quantiles(name: str, times: list[float]) -> dict[str, float]:
    return {f"{name}, p50": float(np.quantile(times, 0.5)), f"{name}, p99": float(np.quantile(times, 0.99))}


def measure_neighbours(game: neighbours.Game, options: argparse.Namespace, samples: Samples) -> None:
    name = f"knn {game.count}"
    for number in range(options.rounds):
        print(f"{name}, round {number + 1} of {options.rounds}", flush=True)
        found = {}
        for party in order(["ours", "numpy", "pyDVL"], number):
            if party == "ours":
                times, found[party] = game.ours(options.program)
            else:
                times, found[party] = game.numpy(50) if party == "numpy" else game.pydvl(5)
            samples.add(party, quantiles(name, times))
        neighbours.require_equal("numpy", found["ours"], found["numpy"], 1e-6)
        neighbours.require_equal("pyDVL", found["ours"], found["pyDVL"], 1e-2)


def measure_spans(corpus: spans.Corpus, options: argparse.Namespace, samples: Samples) -> None:
    ours, theirs = spans.Ours(options.program, corpus), spans.InfiniGram(corpus)
    for number in range(1 if options.quick else min(options.rounds, 2)):
        print(f"index build, round {number + 1}", flush=True)
        for party in order(["ours", "infini-gram"], number):
            if party == "ours":
                report = ours.build()
                values = {"index build": report["time"] / 1e3, "index": report["bytes"] / report["tokens"]}
            else:
                values = {"index build": theirs.build(), "index": theirs.bytes() / corpus.count}
            samples.add(party, values)
    theirs.open()
    outputs = corpus.outputs(20 if options.quick else 500)
    for number in range(options.rounds):
        for kind, chosen in outputs.items():
            print(f"spans, {kind}, round {number + 1} of {options.rounds}", flush=True)
            found = {}
            for party in order(["ours", "infini-gram"], number):
                times, found[party] = (ours if party == "ours" else theirs).spans(chosen)
                samples.add(party, quantiles(f"spans {kind}", times))
            wrong = [at for at, each in enumerate(found["ours"]) if each != found["infini-gram"][at]]
            if wrong:
                at = wrong[0]
                raise SystemExit(f"error: {len(wrong)} {kind} outputs differ from infini-gram; output {at}: "
                                 f"{found['ours'][at]} and {found['infini-gram'][at]}")


def measure_ledger(book: ledger.Ledger, options: argparse.Namespace, samples: Samples) -> None:
    parties = {"ours": lambda: book.ours(options.program), "SQLite": book.sqlite, "Beancount": book.beancount}
    for number in range(options.rounds):
        print(f"ledger, round {number + 1} of {options.rounds}", flush=True)
        for party in order(list(parties), number):
            samples.add(party, parties[party]())


def show(samples: Samples, options: argparse.Namespace) -> None:
    counts = ("2000",) if options.quick else ("10000", "50000")
    builds = {"numpy": f"numpy {version('numpy')}", "pyDVL": f"pyDVL {version('pyDVL')}",
              "infini-gram": f"infini-gram {version('infini-gram')}", "SQLite": f"SQLite {sqlite3.sqlite_version}",
              "Beancount": f"beancount {version('beancount')}"}
    measures = [(f"knn {count}, {q}", "ms", peer) for count in counts for q in ("p50", "p99") for peer in ("numpy", "pyDVL")]
    measures += [(f"spans {kind}, {q}", "ms", "infini-gram") for kind in ("copied", "stitched") for q in ("p50", "p99")]
    measures += [("index build", "s", "infini-gram"), ("index", "bytes/token", "infini-gram")]
    measures += [("ledger, single", "txn/s", "SQLite"), ("ledger, batched", "txn/s", "SQLite"),
                 ("ledger, replay", "txn/s", "Beancount")]
    rows, spreads = [], {}
    for name, unit, peer in measures:
        spreads[name, "ours"], spreads[name, peer] = samples.spread("ours", name), samples.spread(peer, name)
        rows.append(Row(
            name, unit, round(samples.median("ours", name), 4), peer, round(samples.median(peer, name), 4),
            f"{builds[peer]}, Python {platform.python_version()}", round(samples.ratio("ours", peer, name), 4), None,
            f"{machine.describe()}, 1 thread"))
    single, batched, journal = options.transactions
    print(f"\n{table.text(rows, spreads)}\n\n{NOTES}\ncorpus: {options.tokens} tokens; ledger: {single} posts one by one and "
          f"{batched} batched, all replayed, {journal} in the journal; {options.rounds} rounds")
    if options.json:
        write_json(rows, options.json)
        print(f"written: {options.json}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="attribution")
    parser.add_argument("--program", required=True)
    # infini-gram works in a folder of its own: a relative path would be of that one.
    parser.add_argument("--scratch", type=lambda path: Path(path).resolve())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=66_000_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    # Posted one by one, posted together, and in the peer's journal.
    options.transactions = (200, 2_000, 500) if options.quick else (3_000, 50_000, 20_000)
    if options.quick:
        options.rounds, options.tokens = 1, min(options.tokens, 500_000)
    return options


if __name__ == "__main__":
    main()
