"""Fixtures of Tests/Interop and Tests/EndToEnd, and the rule that nothing may be skipped."""

import os
import random

import pytest

from harness import programs
from harness.stubs import Stubs
from harness.suite import Suite


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="more rounds and seeds: Tests/run --all")


def pytest_report_header(config):
    lacking = [form for form in ("avx2", "avx512", "amx", "neon") if form not in programs.machine_kernels()]
    notes = "".join(f" {form}: not available" for form in lacking)
    return [f"isa: {' '.join(programs.machine_kernels())}{notes}", f"seed: {seed_of_run()}"]


def seed_of_run() -> int:
    """COLOPHON_TEST_SEED repeats a run; without it every run draws its own and prints it."""
    return int(os.environ.setdefault("COLOPHON_TEST_SEED", str(random.SystemRandom().randrange(2**32))))


@pytest.fixture
def seeded(request) -> random.Random:
    """Random numbers that depend on the run's seed and the test's name alone."""
    return random.Random(f"{seed_of_run()} {request.node.nodeid}")


@pytest.fixture(scope="session")
def is_long(request) -> bool:
    return request.config.getoption("--long")


@pytest.fixture(scope="session")
def stubs(tmp_path_factory) -> Stubs:
    return Stubs(tmp_path_factory.mktemp("stubs"))


@pytest.fixture(scope="session")
def suite(tmp_path_factory):
    """The one running suite that most tests share; it has to stop cleanly with the run."""
    running = Suite(tmp_path_factory.mktemp("suite"))
    try:
        yield running.start()
        assert running.stop() == 0
    finally:
        running.end()


@pytest.fixture(scope="session")
def make_suite(tmp_path_factory):
    """Starts further suites; none outlives the run."""
    made = []

    def make(name: str, **variables: str) -> Suite:
        made.append(Suite(tmp_path_factory.mktemp(name), variables))
        return made[-1]

    yield make
    for suite in made:
        suite.end()


class Counts:
    """Counts each test once. A skip counts as a failure: a check that can be left out silently does not exist."""

    def __init__(self):
        self.outcomes: dict[str, bool] = {}

    def pytest_runtest_logreport(self, report):
        good = report.passed and not hasattr(report, "wasxfail")
        self.outcomes[report.nodeid] = self.outcomes.get(report.nodeid, True) and good

    def pytest_collectreport(self, report):
        if report.failed or report.skipped:
            self.outcomes[report.nodeid] = False


def pytest_configure(config):
    config.pluginmanager.register(Counts(), "colophon-counts")


def pytest_sessionfinish(session, exitstatus):
    outcomes = session.config.pluginmanager.get_plugin("colophon-counts").outcomes
    failed = sum(not good for good in outcomes.values())
    if failed and session.exitstatus == 0:
        session.exitstatus = 1
    path = os.environ.get("COLOPHON_TEST_COUNTS")
    if path:
        with open(path, "w") as file:
            file.write(f"{len(outcomes) - failed} {failed}\n")
