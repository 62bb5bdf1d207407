"""The gate as pytest sees it: one pytest item per plan item, its verdict awaited while the run goes on beside it."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from contracts.config.deployment import ConfigError
from contracts.config.deviations import Deviation, of
from contracts.core import exit_codes
from contracts.core.failures import plain
from contracts.core.verdicts import BLOCKED, KNOWN, NOT_ASKED, NOT_OBSERVABLE
from contracts.engine.run import Run
from contracts.gate.gate_command import Translation
from contracts.gate.load_run import summary
from contracts.gate.sandbox import SandboxError
from contracts.gate.session import SHOW_EVERY, Gate, load_marks, marks
from contracts.gate.summary import close, say
from contracts.gate.terminal import some
from contracts.judging import deviations
from contracts.judging.judge import Verdict
from contracts.plan import changes, duration
from contracts.plan.plan import PlanItem
from specs.contract import Operation, selectors

WARNED = 5
"""Warnings about the deployment file that are shown at most."""


_GATE = pytest.StashKey[Gate]()
_GATES: list[Gate] = []
"""The gate of this process, for hooks that are told no configuration."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the plan before collection, so that a mistake in a file is shown at once and alone."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Slow code in plugin")  # strategies are made when the plan is
            gate = Gate(config)
    except (ConfigError, SandboxError) as error:
        raise pytest.UsageError(str(error)) from None
    except KeyboardInterrupt:
        pytest.exit("interrupted before any request was sent", returncode=pytest.ExitCode.INTERRUPTED)
    config.stash[_GATE] = gate
    _GATES.append(gate)
    config.pluginmanager.register(_Interruption(gate))
    under_load = {mark for each in _limited(gate) for mark in load_marks(each)}
    for mark in sorted({mark for item in gate.plan.items for mark in marks(item)} | under_load):
        config.addinivalue_line("markers", f"{mark}: plan items about this")


class _Interruption:
    """Ends the run before pytest reads source to show where it was: the threads of Hypothesis do not bear that."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Ctrl-C, or a deployment that is not there."""
        self.gate.end()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One pytest item per plan item."""
    if "entry" in metafunc.fixturenames:
        entries = of(metafunc.config.stash[_GATE].plan.deployment.known)
        metafunc.parametrize("entry", [pytest.param(each, id=each.name) for each in entries])
    if "limited" in metafunc.fixturenames:
        operations = _limited(metafunc.config.stash[_GATE])
        metafunc.parametrize(
            "limited",
            [
                pytest.param(each, id=each.key, marks=[getattr(pytest.mark, m) for m in load_marks(each)])
                for each in operations
            ],
        )
    if "plan_item" in metafunc.fixturenames:
        items = metafunc.config.stash[_GATE].plan.items
        metafunc.parametrize(
            "plan_item",
            [pytest.param(each, id=each.id, marks=[getattr(pytest.mark, m) for m in marks(each)]) for each in items],
        )


def _limited(gate: Gate) -> list[Operation]:
    """Operations whose limits are examined under load, where that is part of the run."""
    return list(selectors.limited(gate.plan.contract)) if gate.beside else []


@pytest.fixture(scope="session")
def gate(request: pytest.FixtureRequest) -> Gate:
    """What stands behind the items."""
    return request.config.stash[_GATE]


def _begun(gate: Gate) -> Run:
    """The run over everything that was selected; started by the first who needs it."""
    gate.signals.check()
    if gate.run is not None:  # every item comes here: looking through all of them each time would take hours
        return gate.run
    assert gate.item is not None
    return gate.begin([found.id for item in gate.item.session.items if (found := _plan_item_of(item))])


@pytest.fixture
def complaint(entry: Deviation, gate: Gate) -> str | None:
    """What is wrong with a known deviation once the run has ended; None where nothing is."""
    run = _begun(gate)
    gate.await_end()
    heard = run.verdicts if run.ended == "complete" else []  # what was cut short shows nothing gone
    return deviations.stale_entry(entry, heard, run.started)


@pytest.fixture
def verdict(plan_item: PlanItem, gate: Gate) -> Verdict:
    """The verdict of a plan item; the first one that is needed starts the whole run.

    It does without `request`, for which pytest would read the signature of a function anew for each of all items.
    """
    run, item = _begun(gate), gate.item
    assert item is not None
    try:
        found = run.verdict(plan_item.id, gate.show_progress, SHOW_EVERY)
    except Exception as error:  # not of this item alone: told once, not with each of what may be thousands
        item.session.shouldstop = f"the run ended by an error of the suite itself ({plain(error)})"
        raise
    if gate.run and gate.run.gone:
        pytest.exit(f"blocked: {gate.run.gone}", returncode=3)
    if found.verdict == BLOCKED and BLOCKED in gate.plan.deployment.passes:
        pytest.skip(f"blocked: {found.reason}")
    if found.verdict == BLOCKED:
        pytest.fail(f"blocked: {found.reason}", pytrace=False)
    if found.verdict == KNOWN:
        item.add_marker(pytest.mark.xfail(strict=True, reason=found.reason or KNOWN))
    if found.verdict in {NOT_OBSERVABLE, NOT_ASKED}:
        pytest.skip(f"{found.verdict}: {found.reason}")
    return found


@pytest.fixture
def under_load(limited: Operation, gate: Gate) -> tuple[str, str]:
    """What was found about an operation's limits; the first one needed starts that run, after the others."""
    _begun(gate)
    gate.await_end()
    assert gate.beside is not None
    word, told = summary(gate.beside.about(limited))
    if word in {BLOCKED, NOT_ASKED} or gate.beside.failure:
        pytest.fail(f"blocked: {gate.beside.failure or told}", pytrace=False)
    if word == NOT_OBSERVABLE:
        pytest.skip(f"{word}: {told}")
    return word, told


def pytest_collection_finish(session: pytest.Session) -> None:
    """Say what a run will cost before it begins."""
    gate = session.config.stash.get(_GATE, None)
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if gate and reporter:
        deployment = gate.plan.deployment
        title = gate.plan.contract.document.title
        say(gate, reporter, f"judging {deployment.name} at {deployment.base_url} by {title}")
        selected = {found.id for item in session.items if (found := _plan_item_of(item))}
        say(gate, reporter, duration.summary(gate.plan, selected))
        for warning in some(deployment.warnings, WARNED):
            say(gate, reporter, f"warning: {warning}", yellow=True)
        for note in gate.notes:
            say(gate, reporter, note)


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any, config: pytest.Config) -> tuple[str, str, str] | None:
    """No letter for each item, unless all is wanted: thousands of them would push the findings off the screen."""
    if config.option.verbose > 0 or _GATE not in config.stash:
        return None
    if report.when == "call" or (report.when == "setup" and not report.passed):
        xfailed = hasattr(report, "wasxfail")
        word = "error" if report.failed and report.when != "call" else report.outcome
        return {"passed": "xpassed", "skipped": "xfailed"}.get(word, word) if xfailed else word, "", ""
    return None


def _plan_item_of(item: pytest.Item) -> PlanItem | None:
    """The plan item of a pytest item; None for those of known deviations."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("plan_item") if callspec else None


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Stay in one process, whatever `-n` says: a run sends its requests side by side, and a plan has one record."""
    if getattr(config.option, "numprocesses", None):
        config.option.numprocesses = 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """With `--dry-run` nothing is asked: what would be is told instead."""
    if not session.config.getoption("dry_run") or session.config.getoption("collectonly"):
        return None
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    selected = {found.id for item in session.items if (found := _plan_item_of(item))}
    for line in changes.text(session.config.stash[_GATE].plan, selected):
        reporter.write_line(line)
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A progress line now and then, for people who wait."""
    gate = item.config.stash[_GATE]
    gate.item = item
    gate.show_progress()
    yield


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Also after Ctrl-C: what was created is removed and the report is written. To have sent nothing is no success."""
    if gate := session.config.stash.get(_GATE, None):
        gate.finish()
        code = int(session.exitstatus)
        for each in session.config.pluginmanager.get_plugins():
            if isinstance(each, Translation):
                each.code = gate.code(code)
        session.exitstatus = code or (exit_codes.NOTHING if gate.silent else int(gate.unrecorded))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Tell what is broken (the item itself fails) from what is blocked (what it needs does)."""
    for gate in _GATES:
        gate.broken += report.failed and report.when == "call"
        gate.blocked += report.failed and report.when == "setup"


def pytest_unconfigure(config: pytest.Config) -> None:
    """The embedded sandbox ends with the gate."""
    gate = config.stash.get(_GATE, None)
    if gate:
        _GATES.remove(gate)
        gate.close()
        gc.freeze()  # pytest looks for garbage five times before it ends, among all that the run leaves


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Iterator[None]:
    """Last of all: what was seen, and what was not; each broken item is shown above with its promise and its proof."""
    gate = config.stash.get(_GATE, None)
    if gate and config.option.reportchars == "fE":  # pytest's own default: a line for every failure, said better below
        config.option.reportchars = terminalreporter.reportchars = ""
    if gate and config.option.verbose <= 0 and config.option.tbstyle == "auto" and _all_told(terminalreporter):
        config.option.tbstyle = "no"
    yield
    if gate and gate.run:
        close(terminalreporter, gate, gate.run)


def _all_told(reporter: Any) -> bool:
    """Whether every failure is a verdict, which the summary tells: what else went wrong pytest has to show."""
    shown = (each.longrepr for word in ("failed", "error") for each in reporter.getreports(word))
    return all(getattr(getattr(each, "reprtraceback", None), "style", None) == "value" for each in shown)
