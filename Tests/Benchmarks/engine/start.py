"""From starting a process to its first token, with the file in the page cache."""

import time
from pathlib import Path

from engine.peer import Peer
from engine.speed import output


def ours(colophon: str, model: Path, threads: int) -> dict[str, float]:
    return timed([colophon, "bench", "--model", str(model), "--threads", str(threads), "--first-token"])


def theirs(peer: Peer, threads: int) -> dict[str, float]:
    return timed([peer.program("llama-completion"), "-m", str(peer.model), "-t", str(threads), "-c", "512", "-n", "1",
                  "--no-warmup", "-no-cnv", "-p", "The capital of France is"])


def timed(command: list[str]) -> dict[str, float]:
    begun = time.monotonic()
    output(command)
    return {"load to first token": 1000 * (time.monotonic() - begun)}
