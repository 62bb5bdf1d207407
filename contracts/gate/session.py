"""What stands behind the gate's pytest items: the plan, the run, and its end."""

from __future__ import annotations

import contextlib
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import attrs
import pytest

from contracts.config.deployment import ConfigError
from contracts.config.production import require_consent
from contracts.core import exit_codes
from contracts.core.paths import OUT
from contracts.core.verdicts import HEARD
from contracts.engine.run import Run
from contracts.evidence.header import header
from contracts.evidence.used_tokens import UsedTokens
from contracts.gate import terminal
from contracts.gate.load_run import LoadSubRun
from contracts.gate.sandbox import ROOT, Sandbox, needs
from contracts.gate.signals import EndingSignals
from contracts.judging import deviations, history
from contracts.judging.judge import Verdict
from contracts.judging.outputs import run_folder, verdicts_json, write
from contracts.judging.problems import grouped
from contracts.plan import planning
from contracts.plan.plan import Plan, PlanItem
from specs.contract import Operation

USAGE, NOTHING_COLLECTED = 4, 5
"""Codes of pytest."""
SHOW_EVERY, LONGER, SHOW_AT_LEAST_EVERY = 10.0, 1.5, 30.0
"""Seconds between two progress lines at first, how much later than the last the next one is, and seconds at most."""


class Gate:
    """The plan, the run behind the items, and what to clean up."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.sandbox: Sandbox | None = None
        self.signals = EndingSignals(self._end_at_once)
        try:
            self._prepare(config)
        except BaseException:
            self.close()
            raise

    def _prepare(self, config: pytest.Config) -> None:
        wanted = needs(config.getoption("fault")) if config.getoption("fault") else {}
        self.history = _history(config)
        """Where the runs before this one are remembered."""
        self.plan = self._planned(config, wanted)
        self.notes = [f"{name} {SEEN_ONLY[need]}" for name, need in wanted.items() if need in SEEN_ONLY]
        """How the run differs from a plain one, so that the faults it was given can be seen."""
        self.run: Run | None = None
        self.item: pytest.Item | None = None
        """The item that pytest is at."""
        self.folder = run_folder(config.getoption("out"))
        limits = [name for name, need in wanted.items() if need == "limits"]
        self.beside = LoadSubRun(self.folder, limits) if _everything(config) and len(limits) == len(wanted) else None
        """The limits under load: part of a run that nothing else was said about."""
        self.remembering = bool(config.getoption("history")) or self.plan.deployment.fail_on_new
        if self.remembering:
            _readable(self.history)
        self._old: dict[str, str] | None = None
        self.states: dict[str, str] = {}
        """What became of problems since the runs that are remembered, by their names."""
        self.content: dict[str, Any] | None = None
        """What was written as verdicts.json."""
        self.report_error: str | None = None
        self.accepted: int | None = None
        """How many findings were written down as known."""
        self.broken = self.blocked = 0
        """Items that failed by themselves, and items that what they need has failed."""
        self.began = time.monotonic()
        self.due = self.began + SHOW_EVERY
        """When the next progress line is shown."""
        self.said = 0
        """Rows that were written to the terminal so far."""

    def _planned(self, config: pytest.Config, wanted: dict[str, str]) -> Plan:
        """The plan as the options ask for it, once whoever may be harmed has agreed."""
        made = self._chosen(config, wanted)
        if level := config.getoption("fail_on"):
            made = attrs.evolve(made, deployment=attrs.evolve(made.deployment, fail_on=level))
        if not config.getoption("dry_run"):
            confirmed = config.getoption("yes_this_is_production")
            require_consent(made.deployment, confirmed=confirmed, file=str(config.getoption("deployment")))
        return made

    def _chosen(self, config: pytest.Config, wanted: dict[str, str]) -> Plan:
        """The plan of a deployment file, of an address, or of the sandbox, which is started where neither is named."""
        file, base_url = config.getoption("deployment"), config.getoption("base_url")
        document, overlays, depth = (config.getoption(each) for each in ("document", "overlay", "depth"))
        if file is None and planning.is_address(base_url or document):
            return planning.planned_without_file(document, base_url, overlays=overlays, depth=depth)
        if base_url is not None:
            raise ConfigError(planning.misplaced(base_url, file))
        if file is None:
            self.sandbox = _embedded(config, wanted)
            file = self.sandbox.deployment
        depth = "standard" if depth == "quick" and "depth" in wanted.values() else depth
        return planning.planned(file, document=document, overlays=overlays, depth=depth)

    @property
    def silent(self) -> bool:
        """Whether a run was made that sent nothing at all."""
        return self.run is not None and self.run.recorder.requests == 0

    @property
    def unrecorded(self) -> bool:
        """Whether something of the run could not be written down."""
        return self.run is not None and bool(self.run.recorder.failure or self.report_error)

    def code(self, pytest_code: int) -> int:
        """The suite's own exit code (see `contracts.core.exit_codes`) where pytest would end with another."""
        if self.signals.code is not None:
            return self.signals.code
        if self.broken:
            return exit_codes.BROKEN
        if pytest_code == NOTHING_COLLECTED or self.silent or (self.run and self.run.gone):
            return exit_codes.NOTHING
        if pytest_code > exit_codes.BROKEN:
            return exit_codes.MISTAKE if pytest_code == USAGE else exit_codes.NOTHING
        if self.blocked and self.run and not any(each.verdict in HEARD for each in self.run.verdicts):
            return exit_codes.NOTHING
        return exit_codes.OPEN if self.blocked or self.unrecorded else pytest_code

    def finding(self, verdict: Verdict) -> str:
        """A broken plan item in words."""
        return terminal.finding(verdict, self.plan.contract)

    def begin(self, selected: list[str]) -> Run:
        """Start the run, once."""
        if self.run is None:
            self.run = Run(
                self.plan,
                self.folder,
                self.config.getoption("contract_seed"),
                max_requests=self.config.getoption("max_requests"),
                max_seconds=self.config.getoption("max_time"),
                used_tokens=None if self.sandbox else UsedTokens(self.folder, [OUT]),  # a sandbox begins anew
            )
            self.run.start(selected)
        return self.run

    def _end_at_once(self) -> None:
        if self.sandbox:
            self.sandbox.kill()

    def close(self) -> None:
        """Stop the sandbox, and leave no empty folder."""
        self.signals.restore()
        if self.sandbox:
            self.sandbox.stop()
        if folder := getattr(self, "folder", None):
            with contextlib.suppress(OSError):  # it is not empty, as a rule
                folder.rmdir()

    def end(self) -> None:
        """Begin nothing new, and wait until what was created is removed."""
        if self.run:
            self.run.stop()
            self.await_end()

    def await_end(self) -> None:
        """Wait for the run to end, and say now and then what it waits for."""
        while self.run and not self.run.wait(SHOW_EVERY):
            self.show_progress()

    def show_progress(self) -> None:
        """A line for people who wait, unless there was one just now."""
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        captured = self.config.pluginmanager.get_plugin("capturemanager")
        now = time.monotonic()
        if self.run and reporter and now >= self.due:
            self.due = now + min(SHOW_AT_LEAST_EVERY, max(SHOW_EVERY, (LONGER - 1) * (now - self.began)))
            self.said += 1
            with captured.global_and_fixture_disabled() if captured else contextlib.nullcontext():
                reporter.write_line(terminal.progress(self.run))

    def finish(self) -> None:
        """End the run and write its outputs."""
        self.end()
        if self.run is None:
            return
        content = self._content(self.run)
        if self.beside:
            self.beside.merge(content)
        self.content = content
        try:
            write(self.folder, content)
            if accepted := self.config.getoption("accept_known"):
                self.accepted = deviations.accept(Path(accepted), self.run.verdicts, self.run.started)
        except OSError as error:
            self.report_error = f"{error.filename or self.folder}: cannot be written ({error.strerror})"
            return
        if self.remembering:
            self.states = {each.problem.id: each.word for each in self._states(content)}
        self._render()

    def _content(self, run: Run) -> dict[str, Any]:
        """What verdicts.json will hold of a run that has ended."""
        return verdicts_json(
            self.plan,
            header(self.plan, run.seed, run.started),
            run.verdicts,
            requests=run.recorder.requests,
            finished=time.time(),
            ended=run.ended,
            left_behind=run.left_behind,
            deaths=run.dead_credentials,
            changes=run.changes,
        )

    def excuse(self, verdict: Verdict) -> str | None:
        """Why a broken verdict does not fail the gate where only new problems do; None where it does.

        It waits for the end of the run: what a problem is, and whether it is new, all of its findings tell.
        """
        if not self.plan.deployment.fail_on_new or self.run is None:
            return None
        if self._old is None:
            self.await_end()
            self._old = self._known_before(self.run)
        return self._old.get(verdict.item.id)

    def _known_before(self, run: Run) -> dict[str, str]:
        """Broken lines of problems that the run before had too, and since when they are seen."""
        content = self._content(run)
        content["problems"] = [each.written() for each in grouped(content["verdicts"])]
        old = [each for each in self._states(content) if each.word != history.NEW and not each.back]
        return {line: f"not new, {each.told}" for each in old for line in each.problem.findings}

    def _states(self, content: dict[str, Any]) -> list[history.State]:
        """What became of problems since earlier runs; a history that went bad meanwhile tells nothing."""
        now = history.ran(self.folder.resolve().name, content)
        try:
            return history.states(now, history.earlier(self.history, now))
        except history.HistoryError:
            return []

    def _render(self) -> None:
        latest = ["--latest"] if self.folder.parent == OUT else []
        latest += [f"--report={each}" for each in self.config.getoption("report")]
        latest += ["--history", str(self.history.resolve())] if self.remembering else []
        # reports may import contracts, never the other way round: so it is run, not imported
        done = subprocess.run(
            [sys.executable, "-m", "reports", str(self.folder), *latest], cwd=ROOT, capture_output=True, text=True
        )
        self.report_error = (done.stderr.strip().splitlines() or ["it said nothing"])[-1] if done.returncode else None


def _history(config: pytest.Config) -> Path:
    """The file of earlier runs: one that was named is looked at before anything is begun."""
    chosen = config.getoption("history")
    file = Path(chosen or OUT / "history.sqlite")
    if chosen:
        _readable(file)
    return file


def _readable(file: Path) -> None:
    """Raise ConfigError for a history that is none, before anything is sent."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        history.check(file)
    except (history.HistoryError, OSError) as error:
        raise ConfigError(str(error)) from None


def _everything(config: pytest.Config) -> bool:
    """Whether the sandbox is judged as it is, without any wish that a run under load would not follow."""
    wishes = ("deployment", "document", "base_url", "overlay", "sandbox_args", "max_requests", "max_time")
    return not any(config.getoption(each) for each in wishes)


SEEN_ONLY = {
    "depth": "is seen at depth standard only, which is used",
    "time-scale": "is seen on a fast clock only: ten minutes of the sandbox take a second",
    "limits": "is seen under load only: that run follows the others, at depth full",
    "load": "is seen under load only, and not here: see load/README.md",
}
"""What is done about faults that a plain run does not show, by what they need."""


def _embedded(config: pytest.Config, wanted: dict[str, str]) -> Sandbox:
    usual = ["--time-scale", "600"] if "time-scale" in wanted.values() else ["--limits", "off"]
    return Sandbox(config.getoption("fault"), shlex.split(config.getoption("sandbox_args")) or usual)


def marks(item: PlanItem) -> list[str]:
    """The marks of a plan item: its family, the tags of its operation, and whether it writes."""
    return [item.rule.family, item.kind, *_tags(item.operation), *(["writes"] if item.writes else [])]


def load_marks(operation: Operation) -> list[str]:
    """The marks of an operation whose limits are examined under load."""
    return ["limits", "load", *_tags(operation), *([] if operation.safe else ["writes"])]


def _tags(operation: Operation) -> list[str]:
    return [re.sub(r"[^a-z0-9]+", "-", tag.lower()).strip("-") for tag in operation.tags]
