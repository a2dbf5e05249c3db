"""Where the built programs and the test model are. What is missing fails: nothing here skips."""

import os
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SERVICES = ("inference", "verification", "storage", "attribution", "orchestrator")
MODEL_BYTES = 98_362_432


@cache
def folder() -> Path:
    """The folder of the built programs: COLOPHON_BIN, or where SwiftPM puts the release build."""
    given = os.environ.get("COLOPHON_BIN")
    if not given:
        shown = ["swift", "build", "-c", "release", "--show-bin-path"]
        given = subprocess.run(shown, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    return Path(given)


def program(name: str) -> str:
    path = folder() / name
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(f"{path} is not built: swift build -c release")
    return str(path)


def service_program(service: str) -> str:
    return program(f"colophon-{service}")


@cache
def model() -> str:
    """The GGUF file of SmolLM2-135M-Instruct."""
    path = os.environ.get("COLOPHON_TEST_MODEL")
    if not path:
        raise FileNotFoundError("set COLOPHON_TEST_MODEL to SmolLM2-135M-Instruct Q4_1, or start this by Tests/run")
    if os.path.getsize(path) != MODEL_BYTES:
        raise ValueError(f"COLOPHON_TEST_MODEL has {os.path.getsize(path)} bytes, the model has {MODEL_BYTES}")
    return path


@cache
def encoder() -> str:
    """The folder of all-MiniLM-L6-v2."""
    path = os.environ.get("COLOPHON_TEST_MINILM")
    if not path:
        raise FileNotFoundError("set COLOPHON_TEST_MINILM to the folder of all-MiniLM-L6-v2, or start this by Tests/run")
    return path


def environment(**extra: str) -> dict[str, str]:
    """This environment without any setting of the suite, so that a developer's own cannot change a test."""
    own = {"COLOPHON_TEST_MODEL", "COLOPHON_BIN"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COLOPHON_") or name in own}
    return kept | extra


def colophon(*arguments: str, stdin: bytes | None = None, timeout: float = 300) -> subprocess.CompletedProcess:
    """Runs the command line to its end. Output is bytes; the status is the caller's to judge."""
    return subprocess.run(
        [program("colophon"), *arguments], input=stdin, capture_output=True, timeout=timeout, env=environment())


def must(result: subprocess.CompletedProcess) -> str:
    """The standard output of a command that had to end with 0."""
    assert result.returncode == 0, f"{result.args} ended with {result.returncode}: {result.stderr.decode()}"
    return result.stdout.decode()


def machine_kernels() -> list[str]:
    """The forms of the kernels that this processor can run, from what the kernel says of it."""
    flags = set(Path("/proc/cpuinfo").read_text().split())
    narrow = {"avx2", "fma", "f16c"}
    wide = narrow | {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"}
    tiles = wide | {"amx_tile", "amx_int8"}
    neon = {"asimd", "asimddp"}
    return (
        ["scalar"] + ["avx2"] * (narrow <= flags) + ["avx512"] * (wide <= flags) + ["amx"] * (tiles <= flags)
        + ["neon"] * (neon <= flags))
