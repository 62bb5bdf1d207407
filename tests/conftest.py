"""What the tests share: the document, and a sandbox that runs as long as they do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from contracts.gate.sandbox import Sandbox
from specs.contract import Contract, build
from specs.source.document import load
from tests.power.summary import Proven

# how long one example takes tells of the machine and its other work, not of the code
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    """More trials of what is drawn by chance, for who changes the estimator of limits."""
    parser.addoption("--seeds", type=int, default=8, help="trials of every simulated server (default 8)")


@pytest.fixture(scope="session")
def seeds(request: pytest.FixtureRequest) -> int:
    """So many trials, each with a seed of its own, are made of what is drawn by chance."""
    return int(request.config.getoption("--seeds"))


@pytest.fixture(scope="session")
def contract() -> Contract:
    return build(load("calcom-v2"))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    started = Sandbox(arguments=["--limits", "off"])
    yield started
    started.stop()


PROVEN = Proven()
"""What the executed matrix has shown in this test run, whichever process has executed it."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Take note of every executed row of the matrix."""
    for name, value in report.user_properties if report.when == "call" else ():
        if name == "proof":
            PROVEN.add(*value)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell, law by law, what is proven; with -v by which faults."""
    if PROVEN.by or PROVEN.missed:
        terminalreporter.section("laws and checks, each proven by faults that it notices")
        for line in PROVEN.lines(every=terminalreporter.verbosity > 0):
            terminalreporter.write_line(line)
