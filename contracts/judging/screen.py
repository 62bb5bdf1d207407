"""What a run has come to, on one screen of a terminal: its problems, what it could not see, and its totals."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from contracts.config.severity import LEVELS
from contracts.core.verdicts import BLOCKED
from contracts.core.visible import visible
from contracts.judging.history import FIXED
from contracts.judging.outputs import SCRIPTS
from contracts.judging.remedies import unseen

NAMED = 3
"""Reasons for what was blocked or not observable that are named at most."""
ROWS = 60
"""Rows that a run takes on the terminal at most, pytest's own included."""
FRAME = 16
"""Rows that pytest may write of its own: its head, and its last line."""
WIDE = 4000
"""Columns of what is no terminal."""
LEAST = 12
"""Rows of the summary that are kept whatever else was said."""
LONGEST, LONGER, SLIM = 3, 5, 80
"""Rows of one sentence, and of one where there are fewer columns than so many."""
SCRIPT = 8
"""Rows of a script that is shown; longer ones are named by their file."""
LONG_LINE = 400
"""Columns that a line of a script takes of a row, however wide that is: a body of thousands is read in its file."""
NARROW = 30
"""Columns that a text is given at least."""


@attrs.frozen
class Row:
    """A line of the summary; `alarming`: red where there are colours."""

    text: str
    alarming: bool = False


@attrs.frozen
class Screen:
    """How wide a terminal is, and how many rows are left on it (None: as many as it takes)."""

    width: int
    rows: int | None

    @classmethod
    def here(cls, rows: int | None) -> Screen:
        """The terminal of this process; where there is none, a line is as long as it is."""
        return cls(shutil.get_terminal_size((WIDE, ROWS)).columns, rows)

    def wrapped(self, text: str, indent: str = "  ") -> list[str]:
        """A text in rows of this width, cut with a mark where there are too many."""
        width, most = max(NARROW, self.width), LONGEST if self.width >= SLIM else LONGER
        rows = textwrap.wrap(visible(text), width, subsequent_indent=indent, break_on_hyphens=False)
        if self.rows is None or len(rows) <= most:
            return rows
        return [*rows[: most - 1], f"{rows[most - 1][: width - 2]} …"]


def outcome(
    content: Mapping[str, Any], folder: Path, screen: Screen, states: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """What a run has come to: its problems, what it could not see, and the totals of its verdicts.json.

    `states`: what became of problems since earlier runs, by their names.
    """
    end = [*_blocked(content, screen), *_unseen(content, screen), *_totals(content, screen)]
    room = None if screen.rows is None else max(LEAST, screen.rows) - len(end) - 1
    states = states or {}
    yield from problems(content, folder, screen, room, states)
    if fixed := sum(word == FIXED for word in states.values()):
        yield Row(f"{_counted(fixed, 'problem')} fixed since earlier runs")
    yield from end


def problems(
    content: Mapping[str, Any],
    folder: Path,
    screen: Screen,
    room: int | None,
    states: Mapping[str, str] | None = None,
) -> Iterator[Row]:
    """The problems of a run, each with how to see its first finding, in so many rows."""
    found = content["problems"]
    if not found:
        return
    levels = Counter(each["severity"]["level"] for each in found)
    grave = ", ".join(f"{levels[level]} {level}" for level in LEVELS if levels[level])
    broken = content["totals"]["broken"]
    yield Row(f"{_counted(len(found), 'problem')} ({grave}), {_counted(broken, 'finding')}", alarming=True)
    lines = {each["id"]: each for each in content["verdicts"]}
    left = None if room is None else room - 2  # this row, and the one that says how many more there are
    for number, each in enumerate(found):
        told = {**each, "state": (states or {}).get(each["id"], "")}
        line = lines[each["findings"][0]]
        told["says"] = _document(content, line)
        rows = _problem(told, line, folder, screen, left, len(found) - number)
        if left is not None:
            left -= len(rows)
            if left < 0:
                yield Row(f"and {len(found) - number} more in {folder / 'report.html'}", alarming=True)
                return
        yield from rows


def _problem(
    problem: Mapping[str, Any], line: Mapping[str, Any], folder: Path, screen: Screen, left: int | None, waiting: int
) -> list[Row]:
    """A problem: how grave, the sentence, and how to see its first finding."""
    word = ", ".join(filter(None, [problem["severity"]["level"], problem["state"]]))
    said = [Row(text, alarming=True) for text in screen.wrapped(f"{word}: {problem['sentence']}")]
    says = [Row(f"  {text}") for text in screen.wrapped(problem["says"])]
    if left is None or len(said) + len(says) < left // waiting:  # the last row is for how to see it
        said += says
    script = visible(line["reproduce"] or "").splitlines()
    if not script:
        return said
    fair = SCRIPT if left is None else min(SCRIPT, left // waiting - len(said))
    rows = sum(-(-len(each) // min(screen.width, LONG_LINE)) for each in script)
    if left is None or rows <= fair:
        return [*said, *(Row(f"  {each}") for each in script)]
    return [*said, Row(f"  bash {folder / SCRIPTS / problem['id']}.sh")]


def _document(content: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    """The sentence of the document that a finding breaks, and where it stands; what the law promises where it has none.

    The sentence comes before the way to see it: what an owner has written herself is what she believes.
    """
    promised = [content["promises"].get(each) or {} for each in line["promises"]]
    own = next((each["quote"] for each in promised if each.get("quote")), None)
    return f'{own["place"]} says: "{own["text"]}"' if own else f"promised: {line['title']}"


def _blocked(content: Mapping[str, Any], screen: Screen) -> Iterator[Row]:
    """What most of the blocked items wait for."""
    reasons = Counter(
        each["reason"] or "no reason was recorded" for each in content["verdicts"] if each["verdict"] == BLOCKED
    )
    for reason, count in reasons.most_common(NAMED):
        yield from (Row(text, alarming=True) for text in screen.wrapped(f"blocked: {count} × {reason}"))


def _unseen(content: Mapping[str, Any], screen: Screen) -> Iterator[Row]:
    """Why most of what was not observable was not, and what would make it so."""
    for each in unseen(content["verdicts"], content["run"]["depth"])[:NAMED]:
        remedy = f"; {each.remedy}" if each.remedy else ""
        yield from map(Row, screen.wrapped(f"not observable: {each.count} × {each.reason}{remedy}"))


def _totals(content: Mapping[str, Any], screen: Screen) -> Iterator[Row]:
    totals, run = content["totals"], content["run"]
    counts = ", ".join(f"{count} {word}" for word, count in totals.items() if count)
    seconds = (run["finished"] or run["started"]) - run["started"]
    yield from map(Row, screen.wrapped(f"{counts}; {run['requests']} requests, {seconds:.1f} s"))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
