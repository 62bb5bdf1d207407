"""What earlier runs of a deployment found, in one SQLite file: which problems are new, still there, fixed or flaky.

A problem of this run is the same as that of an earlier one if both have the same name, or if most of what it breaks now
was broken then. What was broken in another way then, by a problem that both runs name, does not count: one fault can
take over what another one broke. A run that did not judge what a problem is about says nothing of it.
"""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from contracts.core.verdicts import BROKEN, KNOWN, OBSERVED, UPHELD
from contracts.judging.problems.symptoms import without_values

NEW, STILL, FIXED, FLAKY = "new", "still", "fixed", "flaky"
_OF_A_RUN = ("history_lines", "history_symptoms", "history_problems")
LOOKED_AT = 10
"""Earlier runs that are looked at to tell whether a problem comes and goes."""
KEPT = 100
"""Runs of a deployment whose lines are kept: a file that CI hands on from run to run must not grow for ever."""
READ = 500
"""Characters of what was expected, and of what came, that tell in which way a line is broken."""
WRONG = (BROKEN, KNOWN)
SEEN = (UPHELD, BROKEN, OBSERVED, KNOWN)
_TABLES = """
create table if not exists history(
    run text primary key, name text, started real, deployment text, document text, depth text, requests int,
    ended text, upheld int, broken int);
create table if not exists history_lines(run text, line text, verdict text, primary key(run, line)) without rowid;
create table if not exists history_symptoms(run text, line text, symptom text, primary key(run, line)) without rowid;
create table if not exists history_problems(
    run text, problem text, level text, sentence text, findings text, primary key(run, problem)) without rowid;
"""


class HistoryError(Exception):
    """A history that cannot be read or written; one line, with the file."""


@attrs.frozen
class Told:
    """A problem as a run told it: its name, how grave it is, the sentence, and the ids of its verdicts."""

    id: str
    level: str
    sentence: str
    findings: tuple[str, ...]


@attrs.frozen(slots=False)
class Ran:
    """A run as the history keeps it; `started` in UTC seconds since 1970."""

    name: str
    started: float
    deployment: str
    document: str
    depth: str
    requests: int
    ended: str
    lines: Mapping[str, str]
    """Verdicts by the ids of their lines, of those that saw something."""
    problems: tuple[Told, ...]
    symptoms: Mapping[str, str] = {}
    """In which way lines are broken, as far as that is remembered."""

    @cached_property
    def blamed(self) -> dict[str, str]:
        """The name of the problem that each broken line belongs to."""
        return {line: each.id for each in self.problems for line in each.findings}

    @cached_property
    def named(self) -> set[str]:
        """The names of its problems."""
        return {each.id for each in self.problems}

    @property
    def key(self) -> str:
        """What tells it from other runs, in whichever folder it was made."""
        return f"{self.name} {self.started:.3f}"

    def count(self, word: str) -> int:
        """How many lines have a verdict."""
        return sum(verdict == word for verdict in self.lines.values())


@attrs.frozen
class State:
    """What became of a problem: one of the four words, and since when it is seen (UTC seconds)."""

    word: str
    problem: Told
    since: float
    back: bool = False
    """Whether the last run before that judged it did not see it."""

    @property
    def told(self) -> str:
        """The problem's name, and since when it is seen."""
        return f"{self.problem.id} is seen since {time.strftime('%Y-%m-%d', time.gmtime(self.since))}"


def ran(name: str, content: Mapping[str, Any]) -> Ran:
    """A run by its verdicts.json; `name` is that of its folder."""
    run = content["run"]
    return Ran(
        name, run["started"], run["deployment"]["name"], run["document"]["title"], run["depth"], run["requests"],
        run["ended"], {each["id"]: each["verdict"] for each in content["verdicts"] if each["verdict"] in SEEN},
        tuple(Told(each["id"], each["severity"]["level"], each["sentence"], tuple(each["findings"]))
              for each in content.get("problems", ())),
        {each["id"]: symptom(each["expected"], each["actual"]) for each in content["verdicts"]
         if each["verdict"] in WRONG},
    )  # fmt: skip


def symptom(expected: str | None, actual: str | None) -> str:
    """In which way a line is broken, in few letters: the same whatever values an answer happened to have."""
    said = "\n".join(without_values((each or "")[:READ].partition(". Also: ")[0]) for each in (expected, actual))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]


def add(file: Path, run: Ran) -> None:
    """Remember a run, or replace what was remembered of it. Raises HistoryError."""
    row = (
        run.key, run.name, run.started, run.deployment, run.document, run.depth, run.requests, run.ended,
        run.count(UPHELD), run.count(BROKEN),
    )  # fmt: skip
    symptoms = [(run.key, *each) for each in run.symptoms.items()]
    told = [(run.key, each.id, each.level, each.sentence, "\n".join(each.findings)) for each in run.problems]
    with _opened(file) as base, base:
        for table in _OF_A_RUN:
            base.execute(f"delete from {table} where run = ?", (run.key,))
        base.execute("replace into history values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        base.executemany("insert into history_lines values(?, ?, ?)", [(run.key, *each) for each in run.lines.items()])
        base.executemany("insert into history_symptoms values(?, ?, ?)", symptoms)
        base.executemany("insert into history_problems values(?, ?, ?, ?, ?)", told)
        _forget(base, run)


def _forget(base: sqlite3.Connection, run: Ran) -> None:
    """Leave out runs that nobody looks at any more."""
    query = "select run from history where deployment = ? and document = ? order by started desc limit -1 offset ?"
    for old in base.execute(query, (run.deployment, run.document, KEPT)).fetchall():
        for table in (*_OF_A_RUN, "history"):
            base.execute(f"delete from {table} where run = ?", old)


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(file)) as base:
            base.executescript(_TABLES)
            yield base
    except sqlite3.Error as error:
        raise HistoryError(f"{file}: {error}; move it away to begin a new history") from None


def check(file: Path) -> None:
    """Raise HistoryError where a file is there that is no history, or cannot be written."""
    with _opened(file) as base, base:
        base.execute("select count(*) from history").fetchone()


def runs(file: Path, deployment: str | None = None, document: str | None = None) -> list[Ran]:
    """The runs remembered, the latest first; of one deployment and document, where these are named.

    A file that is not there holds none. Raises HistoryError.
    """
    if not file.is_file():
        return []
    query = "select run, name, started, deployment, document, depth, requests, ended from history order by started desc"
    with _opened(file) as base:
        return [
            _read(base, *row)
            for row in base.execute(query).fetchall()
            if deployment in (None, row[3]) and document in (None, row[4])
        ]


def _read(base: sqlite3.Connection, key: str, *row: Any) -> Ran:
    lines = base.execute("select line, verdict from history_lines where run = ?", (key,))
    told = base.execute("select problem, level, sentence, findings from history_problems where run = ?", (key,))
    problems = tuple(Told(name, level, said, tuple(findings.split("\n"))) for name, level, said, findings in told)
    symptoms = base.execute("select line, symptom from history_symptoms where run = ?", (key,))
    name, started, deployment, document, depth, requests, ended = row
    found = dict(lines.fetchall()), problems, dict(symptoms.fetchall())
    return Ran(name, started, deployment, document, depth, requests, ended, *found)


def earlier(file: Path, run: Ran) -> list[Ran]:
    """The runs of the same deployment and document before this one, the latest first. Raises HistoryError."""
    return [each for each in runs(file, run.deployment, run.document) if each.started < run.started]


def seen(problem: Told, own: Ran, run: Ran) -> bool | None:
    """Whether a run saw a problem that another one tells; None where it judged nothing of what the problem is about."""
    if problem.id in run.named:
        return True
    judged = [each for each in problem.findings if each in run.lines]
    broken = [each for each in judged if run.lines[each] in WRONG and not _of_another(each, own, run)]
    return 2 * len(broken) >= len(judged) if judged else None


def _of_another(line: str, own: Ran, run: Ran) -> bool:
    """Whether a line is broken in another way in a run, by a problem that both name."""
    ways = own.symptoms.get(line), run.symptoms.get(line)
    return None not in ways and ways[0] != ways[1] and run.blamed.get(line) in own.named


def states(run: Ran, before: Sequence[Ran]) -> list[State]:
    """What became of every problem of a run, and of those that are no more (`before`: earlier runs, latest first)."""
    found = [_of_present(each, run, before) for each in run.problems]
    gone = {each.id: (each, past) for past in reversed(before[:LOOKED_AT]) for each in past.problems}
    left = [_of_absent(each, past, before) for each, past in gone.values() if seen(each, past, run) is False]
    return [*found, *(each for each in left if each)]


def _of_present(problem: Told, run: Ran, before: Sequence[Ran]) -> State:
    heard = _heard(problem, run, before)
    stretch = [past.started for past, _ in itertools.takewhile(lambda each: each[1], heard)]
    since = stretch[-1] if stretch else run.started
    if not any(told for _, told in heard):
        return State(NEW, problem, since)
    word = FLAKY if _comes_and_goes([True, *(told for _, told in heard)]) else STILL
    return State(word, problem, since, back=not heard[0][1])


def _of_absent(problem: Told, own: Ran, before: Sequence[Ran]) -> State | None:
    """Of a problem of an earlier run that this one judged and did not see; None where it was gone already."""
    heard = _heard(problem, own, before)
    if not heard or not heard[0][1]:
        return None
    stretch = [past.started for past, _ in itertools.takewhile(lambda each: each[1], heard)]
    word = FLAKY if _comes_and_goes([False, *(told for _, told in heard)]) else FIXED
    return State(word, problem, stretch[-1])


def _heard(problem: Told, own: Ran, before: Sequence[Ran]) -> list[tuple[Ran, bool]]:
    """The earlier runs that judged a problem of one run, with whether they saw it."""
    return [(past, told) for past in before if (told := seen(problem, own, past)) is not None]


def _comes_and_goes(told: Sequence[bool]) -> bool:
    """Whether a problem was there, gone, and there again, or the other way round, within the runs looked at."""
    return sum(one != other for one, other in itertools.pairwise(told[: LOOKED_AT + 1])) > 1
