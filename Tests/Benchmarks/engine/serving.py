"""Many clients at once, and memory, through the server of each party."""

import json
from pathlib import Path

from engine.server import Server
from engine.speed import output

TOKENS = 64
CLIENTS = (1, 4, 16)
"""Requests of each number of clients; few, when quick."""
REQUESTS, REQUESTS_QUICK = {1: 8, 4: 24, 16: 64}, {1: 2, 4: 4, 16: 16}
SUBJECTS = ("a lighthouse keeper", "the building of a bridge", "a long winter", "a river and its town", "an old clock",
            "a market on an island", "the crew of a small ship", "a garden behind a library")
LONG_WORDS = 465


def serve(server: Server, client: Path, folder: Path, number: int, quick: bool) -> dict[str, float]:
    """Tokens a second by the number of clients. Every request is its own: no answer can come from a cache."""
    values = {}
    for clients in CLIENTS:
        count = (REQUESTS_QUICK if quick else REQUESTS)[clients]
        wall, counts = exchange(server, client, folder, clients, [
            f"Story {number}.{clients}.{index}: write a long story about {SUBJECTS[index % len(SUBJECTS)]}."
            for index in range(count)], TOKENS)
        short = sum(answered < TOKENS for _, answered in counts)
        if short:
            print(f"{server.party}: {short} of {len(counts)} answers ended before {TOKENS} tokens; what came is counted")
        values[f"{clients} clients"] = sum(answered for _, answered in counts) / wall
    return values


def memory(server: Server, client: Path, folder: Path) -> dict[str, float]:
    """MiB after loading, and after a context of about 512 tokens."""
    loaded = server.resident_mib()
    _, counts = exchange(server, client, folder, 1, ["word " * LONG_WORDS], 8)
    if not 480 <= sum(counts[0]) <= 544:
        raise SystemExit(f"error: {server.party} counted {counts[0]} tokens where about 512 were meant")
    return {"memory after load": loaded, "memory after 512 tokens": server.resident_mib()}


def exchange(
    server: Server, client: Path, folder: Path, connections: int, contents: list[str], tokens: int,
) -> tuple[float, list[tuple[int, int]]]:
    """Seconds of the wall, and the counted tokens of each prompt and answer."""
    paths = [folder / f"{index}.request" for index in range(len(contents))]
    for path, content in zip(paths, contents):
        path.write_bytes(server.request(content, tokens))
    said = json.loads(output([str(client), str(server.port), str(connections), *map(str, paths)]))
    return said["wall_s"], [server.counts(path.with_suffix(".request.answer").read_bytes()) for path in paths]
