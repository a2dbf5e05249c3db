"""The machine that the numbers belong to, in one line."""

import os
from pathlib import Path

TELLING = ("avx2", "avx_vnni", "avx512_vnni", "amx_int8", "asimddp", "i8mm", "sve")


def threads() -> int:
    return len(os.sched_getaffinity(0))


def describe() -> str:
    fields: dict[str, str] = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, text = line.partition(":")
        fields.setdefault(name.strip(), text.strip())
    flags = set(fields.get("flags", fields.get("Features", "")).split())
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    model = f"{fields.get('model name', os.uname().machine)} (family {fields.get('cpu family', '?')} model " \
            f"{fields.get('model', '?')})"
    return (f"{model}, {threads()} cores, {' '.join(flag for flag in TELLING if flag in flags)}, "
            f"{int(memory.split()[1]) >> 10} MiB")


def load() -> float:
    """Processes that wanted a core over the last minute: near 0 before a run that counts."""
    return os.getloadavg()[0]
