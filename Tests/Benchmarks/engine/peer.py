"""llama.cpp, the copy inside the sdist of llama-cpp-python, built once for this machine with native flags."""

import hashlib
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from harness import machine

PACKAGE = "llama-cpp-python==0.3.36"
SDIST = "llama_cpp_python-0.3.36.tar.gz"
SDIST_SHA256 = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"
TARGETS = ["llama-bench", "llama-server", "llama-quantize", "llama-completion"]
OPTIONS = [
    f"-DCMAKE_CXX_FLAGS=-include {Path(__file__).with_name('tile_loadconfig.h')}",
    "-DCMAKE_BUILD_TYPE=Release", "-DGGML_NATIVE=ON", "-DGGML_OPENMP=ON", "-DBUILD_SHARED_LIBS=ON", "-DLLAMA_CURL=OFF",
    "-DLLAMA_OPENSSL=OFF", "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_WEBUI=OFF",
    "-DLLAMA_BUILD_COMMIT=unknown", "-DLLAMA_BUILD_NUMBER=0", "-DCMAKE_C_COMPILER=gcc", "-DCMAKE_CXX_COMPILER=g++",
]


@dataclass(frozen=True)
class Peer:
    """One way to run it: the programs, and a model in one form."""

    name: str
    programs: Path
    model: Path
    build: str

    def program(self, name: str) -> str:
        return str(self.programs / name)


def peers(folder: Path, model: Path) -> list[Peer]:
    """The same file, and the form of it that llama.cpp runs best: requantised to Q4_0, which loses what Q4_1 had."""
    programs = built(folder)
    build = describe(folder)
    fast = folder / "q4_0.gguf"
    if not fast.exists():
        partial = fast.with_suffix(".partial")
        run([str(programs / "llama-quantize"), "--allow-requantize", str(model), str(partial), "q4_0"], quiet=True)
        partial.rename(fast)
    return [Peer("llama.cpp, same file", programs, model, build), Peer("llama.cpp, Q4_0", programs, fast, build)]


def built(folder: Path) -> Path:
    """Where its programs are, after building them if need be."""
    programs = folder / "build" / "bin"
    if all((programs / target).exists() for target in TARGETS):
        return programs
    folder.mkdir(parents=True, exist_ok=True)
    source = unpacked(folder) / "vendor" / "llama.cpp"
    print(f"building llama.cpp in {folder}, once: about 12 minutes of one core", flush=True)
    run(["cmake", "-S", str(source), "-B", str(folder / "build"), "-G", "Ninja", *OPTIONS], quiet=True)
    jobs = min(machine.threads(), max(1, memory_gib() // 2))
    run(["cmake", "--build", str(folder / "build"), f"-j{jobs}", "--target", *TARGETS])
    return programs


def unpacked(folder: Path) -> Path:
    target = folder / SDIST.removesuffix(".tar.gz")
    if target.exists():
        return target
    sdist = folder / SDIST
    if not sdist.exists():
        venv = folder / "venv"
        run([sys.executable, "-m", "venv", str(venv)])
        run([str(venv / "bin" / "pip"), "--disable-pip-version-check", "download", "--quiet", "--no-deps",
             "--no-binary", "llama-cpp-python", "--dest", str(folder), PACKAGE])
    found = hashlib.sha256(sdist.read_bytes()).hexdigest()
    if found != SDIST_SHA256:
        sdist.unlink()
        raise SystemExit(f"error: {sdist} had SHA-256 {found}, not {SDIST_SHA256}; it was removed: run this again")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacking")
    (folder / "unpacking" / target.name).rename(target)
    return target


def describe(folder: Path) -> str:
    compiler = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()
    return f"llama.cpp of {PACKAGE}, g++ {compiler}, -O3 -march=native, OpenMP"


def memory_gib() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30


def run(command: list[str], quiet: bool = False) -> None:
    """Shows what it says, or, when quiet, only what it said before it failed."""
    done = subprocess.run(command, stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT if quiet else None)
    if done.returncode != 0:
        said = (done.stdout or b"").decode(errors="replace")[-3000:]
        raise SystemExit(f"{said}\nerror: {command[0]} ended with {done.returncode}: {' '.join(command)}")
