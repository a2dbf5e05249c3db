"""Measures the engine beside llama.cpp: every party once in every round, in changing order."""

import argparse
import shutil
import tempfile
from pathlib import Path

from engine import bounds, peer, result, serving, speed, start
from engine.server import Ours, Theirs
from harness import machine
from harness.rounds import Samples, order


def main() -> None:
    options = arguments()
    peers = peer.peers(options.peers, options.model)
    print(f"{machine.describe()}; {options.threads} threads, load {machine.load():.2f}", flush=True)
    if machine.load() > 0.5:
        print("warning: this machine is busy; the ratios hold better than the values", flush=True)
    samples = Samples()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        client, limits = bounds.compiled("load", folder), bounds.compiled("bounds", folder)
        found = []
        for number in range(options.rounds):
            parties = order(["ours", *peers], number)
            print(f"round {number + 1} of {options.rounds}", flush=True)
            reports = [one_process(party, options, samples) for party in parties]
            for party in parties:
                samples.add(*serve(party, options, client, folder, number))
            report = next(filter(None, reports))
            found.append(bounds.measure(limits, options.threads, report))
    result.show(samples, peers, found, report, options)


def one_process(party: "str | peer.Peer", options: argparse.Namespace, samples: Samples) -> dict | None:
    """Speed and start; returns the report of ours."""
    if party == "ours":
        report = speed.ours(options.colophon, options.model, options.threads)
        samples.add("ours", speed.rates(report) | start.ours(options.colophon, options.model, options.threads))
        return report
    samples.add(party.name, speed.theirs(party, options.threads) | start.theirs(party, options.threads))
    return None


def serve(
    party: "str | peer.Peer", options: argparse.Namespace, client: Path, folder: Path, number: int,
) -> tuple[str, dict[str, float]]:
    def server(context: int, slots: int) -> Ours | Theirs:
        if party == "ours":
            shutil.rmtree(folder / "inference", ignore_errors=True)
            return Ours(options.service, options.models, folder, options.threads)
        return Theirs(party, folder, options.threads, context, slots)

    with server(512 * 16, 16) as running:
        values = serving.serve(running, client, folder, number, options.quick)
    with server(1024, 1) as running:
        values |= serving.memory(running, client, folder)
    return running.party, values


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="engine")
    for name in ("model", "models", "peers"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--colophon", required=True)
    parser.add_argument("--service", required=True)
    parser.add_argument("--threads", type=int, default=machine.threads())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    return options


if __name__ == "__main__":
    main()
