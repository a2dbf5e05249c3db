"""A real PostgreSQL server as a child of the test."""

import subprocess
from pathlib import Path

from harness.programs import ROOT


class Postgres:
    """Tests/postgres over a folder of its own; it ends with its standard input, however the test ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._child = subprocess.Popen(
            [str(ROOT / "Tests/postgres"), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answered("ready")

    def __enter__(self) -> "Postgres":
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stdin.close()
        self._child.wait(60)

    @property
    def conninfo(self) -> str:
        port = (self.folder / "port").read_text().strip()
        return f"host={self.folder}/socket port={port} user=colophon dbname=postgres"

    def tell(self, command: str, answer: str) -> None:
        self._child.stdin.write(command + "\n")
        self._child.stdin.flush()
        self._answered(answer)

    def _answered(self, answer: str) -> None:
        line = self._child.stdout.readline().strip()
        assert line == answer, f"the server said {line!r}, not {answer!r}"
