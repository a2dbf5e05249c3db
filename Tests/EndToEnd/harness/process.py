"""Child processes that never outlive their test."""

import json
import os
import queue
import signal
import subprocess
import threading
import time
from pathlib import Path

from harness.programs import environment


class Child:
    """A program in a process group of its own, its standard output read line by line."""

    def __init__(self, arguments: list[str], log: Path, variables: dict[str, str] | None = None) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log = log
        with open(log, "ab") as stderr:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True,
                env=environment(**(variables or {})), preexec_fn=hear_interrupts)
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._seen: list[bytes] = []
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def _read(self) -> None:
        for line in self.process.stdout:
            self._seen.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def seen(self) -> str:
        """All that it has written to standard output."""
        return b"".join(self._seen).decode(errors="replace")

    def json_line(self, member: str, timeout: float) -> dict:
        """The first line of JSON with `member`, and that member's value."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"no {member} line in {timeout} s; {self.tail()}") from None
            if line is None:
                raise RuntimeError(f"ended with {self.process.wait()} before its {member} line; {self.tail()}")
            value = json.loads(line) if line.startswith(b"{") else {}
            if member in value:
                return value[member]

    def terminate(self, timeout: float = 45) -> int:
        """Asks it to end and returns its status; what does not end is killed and fails."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"{self.process.args[0]} did not end in {timeout} s; {self.tail()}") from None

    def kill(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def tail(self) -> str:
        return "its log ends: " + self.log.read_text(errors="replace")[-2000:]


def hear_interrupts() -> None:
    """A run that was started in the background ignores SIGINT, and its children would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def processes_with(argument: str) -> dict[int, list[str]]:
    """Command lines, by process id, of the living processes that have `argument` among their arguments."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().rstrip(b"\0").decode(errors="replace").split("\0")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if argument in words and state != "Z":
            found[int(entry.name)] = words
    return found
