"""The document, operation by operation, with what became of each of its promises: the reader's own, annotated."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import frozen

from contracts.core.families import gravity
from reports.anchors import anchors
from reports.model import Promise, Run, Verdict
from reports.words import VERDICTS, worst

__all__ = ["Annotated", "Group", "Lines", "Row", "Section", "annotated", "tally"]

_NUMBER = re.compile(r"\d+")
WHOLE = "The whole document"
UNTAGGED = "Without a tag"
ELSE = "What else was judged"
SECTIONS = {
    "Who may call it": ({"credential"}, {"credentials"}),
    "Limits": ({"limit"}, {"limits"}),
    "Lists, filters, order": ({"page"}, {"pagination", "filters", "sorting"}),
    "Tokens": ({"token"}, {"tokens"}),
    "What it takes": ({"parameter", "body"}, {"input"}),
    "What it answers": ({"status", "schema", "error", "header"}, {"status", "schema", "errors", "headers", "protocol"}),
    "Caching": ({"cache"}, {"caching"}),
    "What stays true": ({"state"}, {"state"}),
}
"""The parts of an operation: which kinds of promises belong there, and which families of laws and checks."""
TOLD = ("known", "observed")  # verdicts with something of their own to say, a line each


@frozen
class Lines:
    """Verdicts of one word that are told together: of one problem, upheld, or not seen for whatever reason."""

    verdict: str
    lines: tuple[Verdict, ...]
    problem: str | None = None
    """The name of the problem they are findings of."""


@frozen
class Section:
    """One part of an operation: what the document promises there, and what was seen of it."""

    title: str
    promises: dict[str, Promise]
    groups: tuple[Lines, ...]

    @property
    def said(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """What is promised: verdict, text and pointers; promises that differ in a number alone are told once."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for pointer, promise in self.promises.items():
            found.setdefault((promise.verdict, _NUMBER.sub("#", promise.text)), []).append((pointer, promise.text))
        return tuple(
            (verdict, _all_numbers([text for _, text in of]), tuple(pointer for pointer, _ in of))
            for (verdict, _), of in found.items()
        )

    @property
    def tally(self) -> dict[str, int]:
        """Lines by verdict, worst first."""
        return tally(line for group in self.groups for line in group.lines)

    @property
    def verdict(self) -> str:
        """The word that stands for all lines."""
        return worst(self.tally)


@frozen
class Row:
    """One operation; `operation` is None for what is about the whole document."""

    operation: str | None
    anchor: str
    sections: dict[str, Section]

    @property
    def tally(self) -> dict[str, int]:
        """Lines by verdict, worst first."""
        return tally(line for each in self.sections.values() for group in each.groups for line in group.lines)

    @property
    def verdict(self) -> str:
        """The worst of all its lines."""
        return worst(self.tally)

    @property
    def promises(self) -> dict[str, Promise]:
        """All that the document says of it."""
        return {pointer: each for section in self.sections.values() for pointer, each in section.promises.items()}


@frozen
class Group:
    """The operations of one tag."""

    tag: str
    anchor: str
    rows: tuple[Row, ...]


@frozen
class Annotated:
    """All operations by tag, and the titles of the sections that occur."""

    titles: tuple[str, ...]
    groups: tuple[Group, ...]


def _all_numbers(texts: list[str]) -> str:
    """A text with the numbers of all those that are otherwise the same."""
    numbers = [_NUMBER.findall(text) for text in texts]
    if len(texts) == 1 or any(len(each) != 1 for each in numbers):
        return "; ".join(dict.fromkeys(texts))
    named = list(dict.fromkeys(each[0] for each in numbers))
    told = f"{', '.join(named[:-1])} or {named[-1]}" if len(named) > 1 else named[0]
    return _NUMBER.sub(lambda _: told, texts[0])


def tally(lines: Iterable[Verdict]) -> dict[str, int]:
    """Lines by verdict, worst first, without those that do not occur."""
    counts = Counter(line.verdict for line in lines)
    return {word: counts[word] for word in VERDICTS if counts[word]}


def annotated(run: Run) -> Annotated:
    """Every operation of the run, asked or not, by its first tag."""
    lines: dict[str | None, list[Verdict]] = {operation: [] for operation in run.operations}
    for line in run.verdicts:
        lines.setdefault(line.operation, []).append(line)
    promises: dict[str | None, dict[str, Promise]] = {}
    for pointer, promise in run.promises.items():
        promises.setdefault(promise.operation, {})[pointer] = promise
    if None in promises:
        lines.setdefault(None, [])
    problems = {name: each.id for each in run.problems for name in each.findings}
    named = anchors("op", {operation: operation or "document" for operation in lines})
    groups: dict[str, list[Row]] = {}
    for operation, of in lines.items():
        row = Row(operation, named[operation], _sections(of, promises.get(operation, {}), problems))
        groups.setdefault(_tag(operation, of), []).append(row)
    tags = anchors("tag", {tag: tag for tag in groups})
    found = tuple(Group(tag, tags[tag], tuple(rows)) for tag, rows in groups.items())
    there = {title for group in found for row in group.rows for title in row.sections}
    return Annotated(tuple(title for title in (*SECTIONS, ELSE) if title in there), found)


def _tag(operation: str | None, lines: list[Verdict]) -> str:
    if operation is None:
        return WHOLE
    return next((line.tags[0] for line in lines if line.tags), UNTAGGED)


_OF_KIND = {kind: title for title, (kinds, _) in SECTIONS.items() for kind in kinds}
_OF_FAMILY = {family: title for title, (_, families) in SECTIONS.items() for family in families}


def _sections(lines: list[Verdict], promises: dict[str, Promise], problems: Mapping[str, str]) -> dict[str, Section]:
    said: dict[str, dict[str, Promise]] = {}
    for pointer, promise in promises.items():
        said.setdefault(_OF_KIND.get(promise.kind, ELSE), {})[pointer] = promise
    seen: dict[str, list[Verdict]] = {}
    for line in lines:
        seen.setdefault(_OF_FAMILY.get(line.family, ELSE), []).append(line)
    return {
        title: Section(title, said.get(title, {}), _together(seen.get(title, []), problems))
        for title in (*SECTIONS, ELSE)
        if title in said or title in seen
    }


def _together(lines: list[Verdict], problems: Mapping[str, str]) -> tuple[Lines, ...]:
    found: dict[tuple[str, str], list[Verdict]] = {}
    for line in sorted(lines, key=lambda line: (VERDICTS.index(line.verdict), gravity(line.family), line.law)):
        own = problems.get(line.id) or (line.id if line.verdict in TOLD else "")
        found.setdefault((line.verdict, own), []).append(line)
    return tuple(Lines(verdict, tuple(of), problems.get(of[0].id)) for (verdict, _), of in found.items())
