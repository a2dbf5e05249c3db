"""The rows of this benchmark, printed and written."""

import argparse

from engine.bounds import Bounds
from engine.peer import Peer
from harness import machine, table
from harness.rounds import Samples
from harness.rows import Row, write_json

MEASURES = {
    "pp64": "tok/s", "pp512": "tok/s", "tg128": "tok/s", "verify256": "% of generating",
    "verify16x32": "% of one by one",
    "1 clients": "tok/s", "4 clients": "tok/s", "16 clients": "tok/s",
    "load to first token": "ms", "memory after load": "MiB", "memory after 512 tokens": "MiB",
}
NOTES = """\
pp, tg: colophon bench and llama-bench. clients: 64 tokens each over HTTP, through the inference service's Generate call,
which signs each answer, and llama-server's chat endpoint; one C client sends to both. load: the whole process, one
token. memory: resident, of the servers; its bound is the weights, and the keys and values of 512 positions.
verify256: ours executes a greedy answer of 256 tokens and its prompt again, as the verification service does; the
peer's value is its pp256 beside its tg256.
verify16x32: ours checks 16 answers of 32 tokens in shared passes, beside one by one; the peer's value is the time of a
token of its pp512 beside one of its pp64.
bounds: memory bandwidth for tg, byte multiplications for pp, the best of the run. ±: half the range over the rounds."""


def show(
    samples: Samples, peers: list[Peer], found: list[Bounds], report: dict, options: argparse.Namespace,
) -> None:
    bounds = limits(found, report)
    spreads = {}
    rows = []
    for name, unit in MEASURES.items():
        for peer in peers:
            ours, theirs = samples.median("ours", name), samples.median(peer.name, name)
            spreads[name, "ours"], spreads[name, peer.name] = samples.spread("ours", name), samples.spread(peer.name, name)
            ratio = samples.ratio("ours", peer.name, name)
            rows.append(Row(
                name, unit, rounded(ours), peer.name, rounded(theirs), peer.build, round(ratio, 3),
                rounded(bounds.get(name)), f"{machine.describe()}, {options.threads} threads"))
    print(f"\n{table.text(rows, spreads)}\n\n{NOTES}")
    print(f"measured: {found[-1].said}; kernel {report['kernel']}; {peers[0].build}; {options.rounds} rounds")
    if options.json:
        write_json(rows, options.json)
        print(f"written: {options.json}")


def limits(found: list[Bounds], report: dict) -> dict[str, float]:
    weights = report["weight_bytes"] / 2**20
    prefill = max(each.prefill for each in found)
    return {
        "pp64": prefill, "pp512": prefill, "tg128": max(each.decode for each in found),
        "memory after load": weights, "memory after 512 tokens": weights + report["cache_bytes_512"] / 2**20,
    }


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
