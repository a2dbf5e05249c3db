"""The ledger through the command line, and Beancount's own check of an export."""

import subprocess
import sys
from pathlib import Path

from harness import programs


def credit(suite, *words: str) -> subprocess.CompletedProcess:
    return programs.colophon("credit", *words, "--data", str(suite.data))


def bean_check(path: Path) -> subprocess.CompletedProcess:
    program = Path(sys.executable).parent / "bean-check"
    return subprocess.run([program, "--no-cache", path], capture_output=True, text=True, timeout=60)
