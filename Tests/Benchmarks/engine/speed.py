"""Prefill, decode, and checking against generating, in one process of each party."""

import json
import subprocess
from pathlib import Path

from engine.peer import Peer


def ours(colophon: str, model: Path, threads: int) -> dict:
    """What `colophon bench` says of one counted run of each test."""
    return json.loads(output([colophon, "bench", "--model", str(model), "--threads", str(threads), "--repeat", "1",
                              "--json"]))


def rates(report: dict) -> dict[str, float]:
    """Tokens a second, what a check costs of what the generation cost, and what 16 short answers cost to check together of
    what each by itself costs."""
    seconds = {test["name"]: test["seconds"][0] for test in report["tests"]}
    tokens = {test["name"]: test["tokens"] for test in report["tests"]}
    values = {name: tokens[name] / seconds[name] for name in seconds if name.startswith(("pp", "tg"))}
    return values | {
        "verify256": 100 * seconds["verify256"] / seconds["generate256"],
        "verify16x32": 100 * seconds["together16"] / seconds["apart16"],
    }


def theirs(peer: Peer, threads: int) -> dict[str, float]:
    """llama-bench. It has no teacher-forced check: its prefill, which computes the logits of one row of 256 and not of
    all, stands for one and flatters it; and prefill of 64 tokens beside that of 512 for short answers one by one and
    together."""
    command = [peer.program("llama-bench"), "-m", str(peer.model), "-t", str(threads), "-fa", "auto", "-p", "64,256,512",
               "-n", "128,256", "-r", "1", "-o", "json"]
    tests = json.loads(output(command))
    values = {
        (f"pp{test['n_prompt']}" if test["n_gen"] == 0 else f"tg{test['n_gen']}"): test["avg_ts"] for test in tests}
    values["verify256"] = 100 * values.pop("tg256") / values.pop("pp256")
    values["verify16x32"] = 100 * values["pp64"] / values["pp512"]
    return values


def output(command: list[str]) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"error: {' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
