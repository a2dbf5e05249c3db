"""What this machine allows, measured where and when the engine is."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from engine.speed import output

SOURCES = Path(__file__).parent


@dataclass(frozen=True)
class Bounds:
    """Tokens a second that no engine can pass."""

    decode: float
    """The weights are read once a token."""
    prefill: float
    """Every multiplication of the layers at the highest rate of byte products that the engine's kernels use; the logits
    of one row do not count."""
    said: str


def measure(program: Path, threads: int, report: dict) -> Bounds:
    found = json.loads(output([str(program), str(threads), str(report["weight_bytes"])]))
    said = (f"{found['bytes_per_s'] / 1e9:.1f} GB/s over {report['weight_bytes'] / 1e6:.0f} MB, "
            f"{found['multiplications_per_s'] / 1e9:.0f} G byte multiplications/s by {found['instruction']}")
    if "amx_multiplications_per_s" in found:
        said += f", {found['amx_multiplications_per_s'] / 1e9:.0f} G by AMX"
    fastest = "amx_multiplications_per_s" if "amx" in report["kernel"] else "multiplications_per_s"
    return Bounds(
        decode=found["bytes_per_s"] / report["weight_bytes"],
        prefill=found[fastest] / report["layer_multiplications"], said=said)


def compiled(name: str, folder: Path) -> Path:
    """One of the small C programs beside this file, built anew."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    subprocess.run(["clang", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", str(SOURCES / f"{name}.c"), "-o",
                    str(program)], check=True)
    return program
