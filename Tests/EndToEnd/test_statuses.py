"""Each exit status in the help of a verifier occurs, and no other. What is refused as evidence: test_evidence.py."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from harness import programs

VECTORS = programs.ROOT / "Tests/Vectors"
BUNDLE, TRUST = (str(VECTORS / "receipts" / name) for name in ("bundle.json", "trust.json"))
DOCUMENT = str(VECTORS / "evidence/nitro/base_20260103_indefinite.bin")
NONE = "/nonexistent/file"
NOBODY_READS = 141

KIND, AT = ("--kind", "nitro"), ("--at", "2026-01-03T20:41:07Z")
STRANGER = "a folder with a file that is no collateral"
ACCEPTED = {"verify": (BUNDLE, "--trust", TRUST), "evidence appraise": (DOCUMENT, *KIND, *AT)}
"""What each command accepts. An option that is given once more counts as it is given last."""
MORE = {
    "verify": [
        ((), 0), (("--require", "re-execution,content", "--json"), 0), (("--require", "tee"), 1),
        (("--require", "re-exec"), 64), (("--require", "witnesses=1"), 64), (("--require", "content,"), 64),
        (("--require",), 64), (("--quick",), 64), (("--trust", BUNDLE), 65), (("--collateral", STRANGER), 65),
        (("--trust", NONE), 66), (("--collateral", NONE), 66), (("--response", NONE), 66), (("--model", NONE), 66),
        (("--request", NONE), 66), (("--request", TRUST), 1)],
    "evidence appraise": [
        ((), 0), (("--json",), 0), (("--at", "2026-01-04T20:41:07Z"), 1), (("--kind", "tdx"), 1),
        (("--kind", "sgx2"), 64), (("--at", "yesterday"), 64), (("--quick",), 64), (("--policy", DOCUMENT), 65),
        (("--collateral", STRANGER), 65), (("--collateral", NONE), 66), (("--policy", NONE), 66),
        (("--request", NONE), 66), (("--response", NONE), 66)]}
OTHERS = [
    (("verify", TRUST, "--trust", TRUST), 1), (("verify", BUNDLE), 64), (("verify",), 64),
    (("verify", NONE, "--trust", TRUST), 66), (("evidence", "appraise", TRUST, *KIND, *AT), 1),
    (("evidence", "appraise", NONE, *KIND, *AT), 66), (("evidence", "appraise", DOCUMENT, *AT), 64)]


def listed(command: str) -> set[int]:
    """The statuses in the help of a command: the lines below the words."""
    text = programs.must(programs.colophon(*command.split(), "--help"))
    below = text.partition("Exit status:\n")[2].partition("\n\n")[0]
    return {int(status) for status in re.findall(r"^ +(\d+)  +\S", below, re.MULTILINE)}


def ended(arguments: tuple[str, ...], folder: Path) -> int:
    (folder / "stranger.txt").write_text("hello")
    done = programs.colophon(*(str(folder) if word == STRANGER else word for word in arguments))
    # What cannot begin is a sentence for people, and no report.
    assert done.returncode < 64 or (b"rror:" in done.stderr and not done.stdout), done
    return done.returncode


@pytest.mark.parametrize("command", ACCEPTED)
def test_the_help_lists_each_status_that_occurs_and_no_other(command, tmp_path):
    found = {NOBODY_READS}
    for more, status in MORE[command]:
        assert ended((*command.split(), *ACCEPTED[command], *more), tmp_path) == status, more
        found.add(status)
    assert found == listed(command)


@pytest.mark.parametrize(("arguments", "status"), OTHERS)
def test_other_ways_to_end(arguments, status, tmp_path):
    assert ended(arguments, tmp_path) == status


@pytest.mark.parametrize("command", ACCEPTED)
def test_a_reader_that_has_gone_is_a_status(command):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        # With the signal ignored, as Python has it: else SIGPIPE ends the process, which a shell reports as 141 too.
        done = subprocess.run(
            [programs.program("colophon"), *command.split(), *ACCEPTED[command]], stdout=writer, stderr=subprocess.PIPE,
            restore_signals=False, env=programs.environment(), timeout=60)
    finally:
        os.close(writer)
    assert done.returncode == NOBODY_READS and not done.stderr, done
