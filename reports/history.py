"""What earlier runs found: a small database beside the runs, so that a finding can say since when it is seen."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from attrs import frozen

from reports.errors import ReportError
from reports.model import Run
from reports.words import SEEN, clock

__all__ = ["Past", "add", "as_text", "past", "since"]

NAME = "history.sqlite"
HEAD = ("run", "when", "deployment", "depth", "requests", "upheld", "broken", "new", "mended")
WORDS = 4  # columns of the table that are words; the others are numbers
_TABLES = """
create table if not exists runs(
    name text primary key, started real, deployment text, document text, depth text, requests int, ended text,
    upheld int, broken int);
create table if not exists lines(run text, line text, verdict text, primary key(run, line)) without rowid;
"""


@frozen
class Past:
    """One earlier run; `broke` and `mended` count lines against the run before it of the same deployment."""

    name: str
    started: float
    deployment: str
    depth: str
    requests: int
    ended: str
    upheld: int
    broken: int
    broke: int
    mended: int


def add(folder: Path, run: Run) -> None:
    """Remember a run, or replace what was remembered of it. Raises ReportError where that cannot be written."""
    info, totals = run.info, run.totals
    row = (
        run.directory.name,
        info.started,
        info.deployment.name,
        info.document.title,
        info.depth,
        info.requests,
        info.ended,
        totals["upheld"],
        totals["broken"],
    )
    seen = [(run.directory.name, line.id, line.verdict) for line in run.verdicts if line.verdict in SEEN]
    try:
        with closing(sqlite3.connect(folder / NAME)) as base, base:
            base.executescript(_TABLES)
            base.execute("delete from lines where run = ?", (run.directory.name,))
            base.execute("replace into runs values(?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            base.executemany("replace into lines values(?, ?, ?)", seen)
    except sqlite3.Error as error:
        raise ReportError(f"{folder / NAME}: {error}; move it away to begin a new history") from None


def since(folder: Path, run: Run) -> dict[str, float]:
    """When each broken line was first seen broken (UTC seconds), as far as no run in between saw it kept.

    Runs of the same deployment and document count. Lines that this run is the first to see broken are left out.
    """
    broken = {line.id for line in run.verdicts if line.verdict == "broken"}
    found: dict[str, float] = {}
    for started, lines in _earlier(folder, run):
        broken -= {line for line, verdict in lines.items() if verdict in {"upheld", "observed"}}
        found |= {line: started for line in broken if lines.get(line) == "broken"}
    return found


def _earlier(folder: Path, run: Run) -> Iterator[tuple[float, dict[str, str]]]:
    """Earlier runs of the same deployment, the latest first: when, and what became of each line."""
    if not (folder / NAME).is_file():
        return
    asked = (run.info.deployment.name, run.info.document.title, run.info.started)
    query = "select name, started from runs where deployment = ? and document = ? and started < ? order by started desc"
    try:
        with closing(sqlite3.connect(folder / NAME)) as base:
            for name, started in base.execute(query, asked).fetchall():
                yield started, _lines(base, name)
    except sqlite3.Error:
        return  # a history that cannot be read tells nothing, and stands in nobody's way


def _lines(base: sqlite3.Connection, name: str) -> dict[str, str]:
    return dict(base.execute("select line, verdict from lines where run = ?", (name,)))


def past(folder: Path) -> tuple[Past, ...]:
    """All runs remembered, the latest first. Raises ReportError where there is no history."""
    if not (folder / NAME).is_file():
        raise ReportError(f"{folder / NAME}: there is no history yet; the gate begins one")
    try:
        with closing(sqlite3.connect(folder / NAME)) as base:
            rows = base.execute("select * from runs order by started").fetchall()
            lines = {
                row[0]: dict(base.execute("select line, verdict from lines where run = ?", row[:1])) for row in rows
            }
    except sqlite3.Error as error:
        raise ReportError(f"{folder / NAME}: {error}") from None
    before: dict[tuple[str, str], dict[str, str]] = {}
    found = []
    for name, started, deployment, document, depth, requests, ended, upheld, broken in rows:
        now, then = lines[name], before.get((deployment, document), {})
        broke = sum(word == "broken" and then.get(line) in {"upheld", "observed"} for line, word in now.items())
        mended = sum(word == "upheld" and then.get(line) == "broken" for line, word in now.items())
        found.append(Past(name, started, deployment, depth, requests, ended, upheld, broken, broke, mended))
        before[deployment, document] = now
    return tuple(reversed(found))


def as_text(runs: tuple[Past, ...]) -> str:
    """The history as a table for a terminal."""
    rows: list[tuple[str, ...]] = [HEAD]
    for each in runs:
        counts = (each.requests, each.upheld, each.broken, each.broke, each.mended)
        rows.append((each.name, clock(each.started), each.deployment, each.depth, *(f"{count:,}" for count in counts)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(_set, row, widths, range(len(row)))).rstrip() for row in rows)


def _set(cell: str, width: int, place: int) -> str:
    return cell.ljust(width) if place < WORDS else cell.rjust(width)
