"""A storage service under a steady load for minutes: what it holds of memory and file handles must not grow with time.

The load is 70 % of a peak, in slices of a minute each, since the client signs before and verifies after a slice; the
clock counts the slices only. A log grows, and what is kept of each tile's head with it: the limit allows for that."""

import os
import re
import threading
from pathlib import Path

from harness import machine
from harness.rows import Row
from storage import log
from storage.service import Service

SHARE = 0.7
SLICE = 60
EVERY = 1.0
GROWTH_MIB = 16


class Samples(threading.Thread):
    """Resident memory (MiB) and open files of a process, once a second while `is_loaded`."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.is_loaded, self.ended = pid, False, threading.Event()
        self.memory: list[float] = []
        self.files: list[int] = []

    def run(self) -> None:
        while not self.ended.wait(EVERY):
            if self.is_loaded:
                status = Path(f"/proc/{self.pid}/status").read_text()
                self.memory.append(int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024)
                self.files.append(len(os.listdir(f"/proc/{self.pid}/fd")))


def run(options, folder: Path, peak: float) -> list[Row]:
    """`peak` is in appends a second."""
    rate = max(1, int(peak * SHARE))
    data = folder / "soak"
    with Service(options.service, data) as storage:
        samples = Samples(storage.process.pid)
        samples.start()
        rates, failures = [], 0
        for number in range(options.soak * 60 // SLICE):
            samples.is_loaded = True
            result = log.hammer(options, storage, data, rate * SLICE, log.CALLERS, rate)
            samples.is_loaded = False
            rates.append(result["appends"]["per_second"])
            failures += result["failures"]
            print(f"soak: slice {number + 1} of {options.soak * 60 // SLICE}: {rates[-1]:.0f} appends/s, "
                  f"p99 {result['appends']['p99_ms']:.0f} ms, {samples.memory[-1]:.0f} MiB, {samples.files[-1]} files",
                  flush=True)
        samples.ended.set()
        samples.join()
    if failures:
        raise SystemExit(f"error: {failures} appends failed")

    def growth(values: list) -> float:
        """From the second tenth, when all is warm, to the last."""
        tenth = max(1, len(values) // 10)
        return max(values[-tenth:]) - max(values[tenth:2 * tenth])

    def row(name: str, unit: str, value: float, bound: float | None) -> Row:
        return Row(name, unit, round(value, 1), None, None, None, None, bound, machine.describe())

    title = f"soak of {options.soak} min"
    return [
        row(f"{title}, appends", "1/s", sorted(rates)[len(rates) // 2], float(rate)),
        row(f"{title}, growth of memory", "MiB", growth(samples.memory), float(GROWTH_MIB)),
        row(f"{title}, growth of open files", "files", growth(samples.files), None)]
