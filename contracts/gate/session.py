"""What stands behind the gate's pytest items: the plan, the run, and its end."""

from __future__ import annotations

import contextlib
import re
import shlex
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import attrs
import pytest

from contracts.config.production import require_consent
from contracts.core.paths import OUT
from contracts.engine.run import Run
from contracts.evidence.header import header
from contracts.evidence.used_tokens import UsedTokens
from contracts.gate import terminal
from contracts.gate.load_run import LoadSubRun
from contracts.gate.sandbox import ROOT, Sandbox, needs
from contracts.gate.signals import EndingSignals
from contracts.judging import deviations
from contracts.judging.judge import Verdict
from contracts.judging.outputs import run_folder, verdicts_json, write
from contracts.plan import planning
from contracts.plan.plan import Plan, PlanItem
from specs.contract import Operation

SHOW_EVERY = 10.0
"""Seconds between two progress lines."""
WHOLE = 2
"""Findings of one law that are shown whole on the terminal: the report has all."""


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
        file = config.getoption("deployment")
        if file is None:
            self.sandbox = _embedded(config, wanted)
            file = self.sandbox.deployment
        depth = config.getoption("depth")
        self.plan: Plan = planning.planned(
            file,
            document=config.getoption("document"),
            overlays=config.getoption("overlay"),
            depth="standard" if depth == "quick" and "depth" in wanted.values() else depth,
        )
        if level := config.getoption("fail_on"):
            self.plan = attrs.evolve(self.plan, deployment=attrs.evolve(self.plan.deployment, fail_on=level))
        if not config.getoption("dry_run"):
            confirmed = config.getoption("yes_this_is_production")
            require_consent(self.plan.deployment, confirmed=confirmed, file=str(file))
        self.notes = [f"{name} {SEEN_ONLY[need]}" for name, need in wanted.items() if need in SEEN_ONLY]
        """How the run differs from a plain one, so that the faults it was given can be seen."""
        self.run: Run | None = None
        self.folder = run_folder(config.getoption("out"))
        limits = [name for name, need in wanted.items() if need == "limits"]
        self.beside = LoadSubRun(self.folder, limits) if _everything(config) and len(limits) == len(wanted) else None
        """The limits under load: part of a run that nothing else was said about."""
        self.report_error: str | None = None
        self.accepted: int | None = None
        """How many findings were written down as known."""
        self.shown = time.monotonic()
        self.reported: Counter[str] = Counter()
        """How often a law has been shown broken on the terminal."""

    @property
    def silent(self) -> bool:
        """Whether a run was made that sent nothing at all."""
        return self.run is not None and self.run.recorder.requests == 0

    @property
    def unrecorded(self) -> bool:
        """Whether something of the run could not be written down."""
        return self.run is not None and bool(self.run.recorder.failure or self.report_error)

    def finding(self, verdict: Verdict) -> str:
        """A broken plan item in words; with a shell script the first few times that its law is broken."""
        law = verdict.item.rule.id
        self.reported[law] += 1
        return terminal.finding(verdict, self.plan.contract, shell=self.reported[law] <= WHOLE)

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
        if self.run and reporter and now - self.shown >= SHOW_EVERY:
            self.shown = now
            with captured.global_and_fixture_disabled() if captured else contextlib.nullcontext():
                reporter.write_line("")
                reporter.write_line(terminal.progress(self.run))

    def finish(self) -> None:
        """End the run and write its outputs."""
        self.end()
        if self.run is None:
            return
        content = verdicts_json(
            self.plan,
            header(self.plan, self.run.seed, self.run.started),
            self.run.verdicts,
            requests=self.run.recorder.requests,
            finished=time.time(),
            ended=self.run.ended,
            left_behind=self.run.left_behind,
            deaths=self.run.dead_credentials,
            changes=self.run.changes,
        )
        if self.beside:
            self.beside.merge(content)
        try:
            write(self.folder, content)
            if accepted := self.config.getoption("accept_known"):
                self.accepted = deviations.accept(Path(accepted), self.run.verdicts, self.run.started)
        except OSError as error:
            self.report_error = f"{error.filename or self.folder}: cannot be written ({error.strerror})"
            return
        self._render()

    def _render(self) -> None:
        latest = ["--latest"] if self.folder.parent == OUT else []
        latest += [f"--report={each}" for each in self.config.getoption("report")]
        # reports may import contracts, never the other way round: so it is run, not imported
        done = subprocess.run(
            [sys.executable, "-m", "reports", str(self.folder), *latest], cwd=ROOT, capture_output=True, text=True
        )
        self.report_error = (done.stderr.strip().splitlines() or ["it said nothing"])[-1] if done.returncode else None


def _everything(config: pytest.Config) -> bool:
    """Whether the sandbox is judged as it is, without any wish that a run under load would not follow."""
    wishes = ("deployment", "document", "overlay", "sandbox_args", "max_requests", "max_time")
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
