"""`Deploy/quickstart` as a newcomer runs it, from the build that is there to a verified answer."""

import os
import re
import signal
import socket
import subprocess
import time

import pytest
import requests

from harness import programs
from harness.process import Child, processes_with
from harness.programs import ROOT, environment

QUICKSTART = str(ROOT / "Deploy/quickstart")
CHECK = re.compile(r"^  (\w+) +(pass|fail|not_checked|not_offered) ", re.MULTILINE)


def free_base() -> int:
    """A port with four free ones behind it. Nothing holds them until the suite does: a clash is rare, and is named."""
    for base in range(20_000 + os.getpid() % 20_000, 60_000, 5):
        try:
            for port in range(base, base + 5):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise RuntimeError("no five free ports in a row")


def quickstart(*arguments: str, timeout: float = 600) -> subprocess.CompletedProcess:
    return subprocess.run(
        [QUICKSTART, *arguments], env=environment(), capture_output=True, text=True, timeout=timeout)


def test_once_ends_with_an_answer_and_every_check_passed(tmp_path, is_long):
    data = tmp_path / "data"
    arguments = ["--once", "--data", str(data), "--model", programs.model(), "--question", "Why is the sky blue?"]
    keys = []
    for _ in range(2 if is_long else 1):
        result = quickstart(*arguments, "--port-base", str(free_base()))
        assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
        checks = dict(CHECK.findall(result.stdout))
        assert set(checks.values()) <= {"pass", "not_offered"}, checks
        assert all(checks[name] == "pass" for name in ("signatures", "binding", "content", "inclusion", "reexecution"))
        assert "accepted" in result.stdout and "my request is what was asked, my copy is what was sent" in result.stdout
        assert not processes_with(str(data)), "a process was left behind"
        keys.append({path: path.read_bytes() for path in data.rglob("*.key")})
    assert keys[0] and all(made == keys[0] for made in keys), "a second run makes no new keys"


def test_a_busy_port_is_named_with_its_holder(tmp_path):
    base = free_base()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", base + 3))
        holder.listen()
        result = quickstart("--once", "--data", str(tmp_path), "--model", programs.model(), "--port-base", str(base))
    assert result.returncode == 69
    assert f"port {base + 3} (storage)" in result.stderr and "--port-base" in result.stderr
    assert f"pid={os.getpid()}" in result.stderr, "the holder of the port is named"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--no-such-option"], 64), (["--port-base", "many"], 64), (["--model", "/no/such/file"], 66), (["--data"], 64)],
    ids=["option", "port", "model", "value"])
def test_a_wrong_option_is_a_sentence(arguments, status):
    result = quickstart(*arguments)
    assert result.returncode == status and "error:" in result.stderr


def test_help_explains():
    result = quickstart("--help")
    assert result.returncode == 0
    assert all(option in result.stdout for option in ("--once", "--data", "--model", "--port-base"))


def test_it_stays_up_refuses_a_second_one_and_leaves_nothing_behind(tmp_path):
    data, base = tmp_path / "data", free_base()
    arguments = ["--data", str(data), "--model", programs.model()]
    first = Child([QUICKSTART, *arguments, "--port-base", str(base)], tmp_path / "quickstart.log")
    try:
        url = f"http://127.0.0.1:{base}"
        wait_until(lambda: "Ctrl-C" in first.seen(), first, 600)
        assert requests.get(url + "/readyz", timeout=10).status_code == 200
        second = quickstart(*arguments, "--port-base", str(free_base()))
        assert second.returncode != 0 and "lock" in second.stderr, second
        assert requests.get(url + "/readyz", timeout=10).status_code == 200
        # Ctrl-C of a terminal goes to the whole group.
        os.killpg(first.pid, signal.SIGINT)
        assert first.process.wait(60) == 130
        assert not processes_with(str(data))
    finally:
        first.kill()
        for pid in processes_with(str(data)):
            os.kill(pid, signal.SIGKILL)


def wait_until(condition, child: Child, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert child.process.poll() is None, child.seen() + child.tail()
        assert time.monotonic() < deadline, child.seen() + child.tail()
        time.sleep(0.2)
