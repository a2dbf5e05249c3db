"""Two exports of two installations, each after a question that nobody asked before."""

import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from both import Both
from export import Export
from harness import programs
from harness.suite import Suite, chat


@dataclass(frozen=True)
class Exported:
    folder: Path
    export: Export
    suite: Suite
    answer: dict

    @property
    def receipt_id(self) -> str:
        return self.answer["receipt"]["id"]


def exported(suite: Suite, folder: Path) -> Exported:
    """Asks, and exports the receipt of the answer together with the log."""
    answer = suite.post(chat(f"What could the word {secrets.token_hex(8)} mean?"))
    assert answer.status_code == 200, answer.text
    receipt = answer.json()["receipt"]["id"]
    programs.must(programs.colophon("export", str(folder), "--receipt", receipt, "--data", str(suite.data)))
    return Exported(folder, Export.read(folder), suite, answer.json())


@pytest.fixture(scope="session")
def first(suite, tmp_path_factory) -> Exported:
    return exported(suite, tmp_path_factory.mktemp("first") / "export")


@pytest.fixture(scope="session")
def second(make_suite, tmp_path_factory) -> Exported:
    fresh = make_suite("fresh").start()
    try:
        return exported(fresh, tmp_path_factory.mktemp("second") / "export")
    finally:
        fresh.stop()


@pytest.fixture(params=["first", "second"])
def either(request) -> Exported:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def both(tmp_path_factory) -> Both:
    return Both(tmp_path_factory.mktemp("both"))


@pytest.fixture(scope="session")
def gocheck(tmp_path_factory) -> str:
    """The checker of exported logs that is built on golang.org/x/mod."""
    program = tmp_path_factory.mktemp("go") / "gocheck"
    source = Path(__file__).parent / "gocheck/main.go"
    variables = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
    built = subprocess.run(
        ["go", "build", "-o", str(program), str(source)], env=variables, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return str(program)
