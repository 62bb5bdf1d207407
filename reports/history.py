"""What earlier runs found: so that a problem can say whether it is new, and a finding since when it is seen."""

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from contracts.core.verdicts import BROKEN, OBSERVED, UPHELD
from contracts.judging import history
from contracts.judging.history import FIXED, WRONG, HistoryError, Ran, State, Told, symptom
from reports.errors import ReportError
from reports.model import Run
from reports.text import visible
from reports.words import SEEN, clock, counted, day

__all__ = ["Past", "add", "as_text", "past", "problems_text", "ran", "since", "states"]

NAME = "history.sqlite"
HEAD = ("run", "when", "deployment", "depth", "requests", "upheld", "broken", "new", "mended")
WORDS = 4  # columns of the table that are words; the others are numbers
KEPT = (UPHELD, OBSERVED)


@frozen
class Past:
    """One earlier run; `broke` and `mended` count lines against the run before it of the same deployment."""

    run: Ran
    broke: int
    mended: int


def file_of(place: Path) -> Path:
    """The file of a history: itself, or the one in a folder of runs."""
    return place / NAME if place.is_dir() else place


def ran(run: Run) -> Ran:
    """A run as histories keep it."""
    info = run.info
    told = (Told(each.id, each.level, each.sentence, each.findings) for each in run.problems)
    lines = {line.id: line.verdict for line in run.verdicts if line.verdict in SEEN}
    symptoms = {each.id: symptom(each.expected, each.actual) for each in run.verdicts if each.verdict in WRONG}
    return Ran(
        run.directory.resolve().name, info.started, info.deployment.name, info.document.title, info.depth,
        info.requests, info.ended, lines, tuple(told), symptoms,
    )  # fmt: skip


def add(place: Path, run: Run) -> None:
    """Remember a run, or replace what was remembered of it. Raises ReportError where that cannot be written."""
    try:
        history.add(file_of(place), ran(run))
    except HistoryError as error:
        raise ReportError(str(error)) from None


def states(place: Path, run: Run) -> tuple[State, ...]:
    """What became of the problems of a run and of those before it; none where there is no history to read.

    A history that cannot be read tells nothing, and stands in nobody's way.
    """
    now = ran(run)
    try:
        before = history.earlier(file_of(place), now)
    except HistoryError:
        return ()
    return tuple(history.states(now, before)) if before else ()


def since(place: Path, run: Run) -> dict[str, float]:
    """When each broken line was first seen broken (UTC seconds), as far as no run in between saw it kept.

    Runs of the same deployment and document count. Lines that this run is the first to see broken are left out.
    """
    broken = {line.id for line in run.verdicts if line.verdict == BROKEN}
    found: dict[str, float] = {}
    try:
        before = history.earlier(file_of(place), ran(run))
    except HistoryError:
        return found
    for each in before:
        broken -= {line for line, verdict in each.lines.items() if verdict in KEPT}
        found |= {line: each.started for line in broken if each.lines.get(line) == BROKEN}
    return found


def past(place: Path) -> tuple[Past, ...]:
    """All runs remembered, the latest first. Raises ReportError where there is no history."""
    file = file_of(place)
    if not file.is_file():
        raise ReportError(f"{file}: there is no history yet; the gate begins one")
    try:
        remembered = history.runs(file)
    except HistoryError as error:
        raise ReportError(str(error)) from None
    before: dict[tuple[str, str], Ran] = {}
    found = []
    for each in reversed(remembered):
        then = before.get((each.deployment, each.document))
        found.append(_past(each, then.lines if then else {}))
        before[each.deployment, each.document] = each
    return tuple(reversed(found))


def _past(now: Ran, then: Mapping[str, str]) -> Past:
    broke = sum(word == BROKEN and then.get(line) in KEPT for line, word in now.lines.items())
    mended = sum(word == UPHELD and then.get(line) == BROKEN for line, word in now.lines.items())
    return Past(now, broke, mended)


def as_text(runs: tuple[Past, ...]) -> str:
    """The history as a table for a terminal."""
    rows: list[tuple[str, ...]] = [HEAD]
    for each in runs:
        run = each.run
        counts = (run.requests, run.count(UPHELD), run.count(BROKEN), each.broke, each.mended)
        told = (run.name, clock(run.started), run.deployment, run.depth, *(f"{count:,}" for count in counts))
        rows.append(tuple(map(visible, told)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(_set, row, widths, range(len(row)))).rstrip() for row in rows)


def _set(cell: str, width: int, place: int) -> str:
    return cell.ljust(width) if place < WORDS else cell.rjust(width)


def problems_text(runs: tuple[Past, ...]) -> str:
    """What became of the problems of the latest run of each deployment and document, a line each."""
    groups: dict[tuple[str, str], list[Ran]] = {}
    for each in runs:
        groups.setdefault((each.run.deployment, each.run.document), []).append(each.run)
    told = []
    for (deployment, document), of in groups.items():
        found = history.states(of[0], of[1:])
        told.append(visible(f"{document} on {deployment}: {counted(len(found), 'problem')}"))
        told += [visible(f"  {_state(each)}  {each.problem.id}  {each.problem.sentence}") for each in found]
    return "\n".join(told)


def _state(state: State) -> str:
    if state.word == FIXED:
        return f"{state.word:5s}  {'':16s}"
    return f"{state.word:5s}  since {day(state.since)}"
