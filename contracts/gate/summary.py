"""The last lines of a gate, and those it says on the way: few enough for one screen."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from typing import Any

from contracts.core.flakiness import flakiness
from contracts.core.visible import visible
from contracts.engine.run import Run
from contracts.gate.session import Gate
from contracts.gate.terminal import changed, some
from contracts.judging.screen import FRAME, NAMED, ROWS, WIDE, Screen, outcome


def say(gate: Gate, reporter: Any, text: str, **markup: bool) -> None:
    """A line on the terminal, that counts, and that no server steers."""
    gate.said += -(-len(text) // _width(reporter)) or 1
    reporter.write_line(visible(text), **markup)


def _width(reporter: Any) -> int:
    """The columns of a terminal; where the output is none, a line is a row however long it is."""
    columns = shutil.get_terminal_size().columns
    return columns if reporter.isatty or "COLUMNS" in os.environ else max(columns, WIDE)


def close(reporter: Any, gate: Gate, run: Run) -> None:
    """What a run has come to, with -v whole."""
    width = _width(reporter)
    whole = reporter.config.option.verbose > 0
    rest = [
        (row, colour)
        for text, colour in _rest(gate, run)
        for row in Screen(width, None if whole else ROWS).wrapped(text)
    ]
    left = None if whole else ROWS - FRAME - gate.said - len(rest)
    reporter.write_line("")
    if gate.content:
        for row in outcome(gate.content, gate.folder, Screen(width, left), gate.states):
            reporter.write_line(row.text, red=row.alarming)
    for text, colour in rest:
        reporter.write_line(text, **({colour: True} if colour else {}))
    report = f"report: {gate.folder / 'report.html'}" if not gate.report_error else f"no report: {gate.report_error}"
    reporter.write_line(visible(report))


def _rest(gate: Gate, run: Run) -> Iterator[tuple[str, str]]:
    """What else there is to say, with its colour."""
    if gate.accepted is not None:
        yield f"{gate.accepted} findings written to {gate.config.getoption('accept_known')}: add reasons and owners", ""
    if gate.silent:
        reasons = Counter(each.reason for each in run.verdicts)
        yield f"no request was sent: {', '.join(str(reason) for reason, _ in reasons.most_common(1))}", "red"
    lost = flakiness(run.exchanges.values())
    if lost.lost:
        yield f"flaky: {len(lost.lost)} of {lost.requests}, {lost.share:.1%}, on {lost.operations} operations", "yellow"
    yield from ((death, "red") for death in some(list(run.dead_credentials.values()), NAMED))
    if run.recorder.failure:
        yield run.recorder.failure, "red"
    if run.changes:
        yield f"changed and removed: {changed(run.changes)}", ""
    yield from ((f"left behind: {each}", "yellow") for each in some(run.left_behind, NAMED))
