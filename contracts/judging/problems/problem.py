"""A problem as verdicts.json has it: a name that stays, a sentence, and the findings that it explains."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from contracts.config.severity import LEVELS
from contracts.core.families import gravity
from contracts.judging.problems.causes import EVERYWHERE, causes
from contracts.judging.problems.symptoms import Finding, findings

SHOWN = 200
"""Characters of what was expected, and of what came, that a sentence has at most."""


def _shown(text: str | None) -> str:
    line = " ".join((text or "nothing told")[: 10 * SHOWN].split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]} …"


@attrs.frozen
class Problem:
    """Findings with one cause, the one first that stands for them."""

    id: str
    """Made of what is broken and where, not of any wording: the same in the next run."""
    findings: tuple[Finding, ...]

    @property
    def root(self) -> Finding:
        """The finding that stands for all: the gravest, of the law broken most widely, and the simplest to see."""
        return self.findings[0]

    @property
    def operations(self) -> tuple[str, ...]:
        """Where it shows, the operations with most findings first."""
        counted = Counter(each.operation for each in self.findings)
        return tuple(sorted(counted, key=lambda name: (-counted[name], name)))

    @property
    def laws(self) -> tuple[str, ...]:
        """The laws it breaks, that of the root first."""
        return tuple(dict.fromkeys(each.law for each in self.findings))

    @property
    def sentence(self) -> str:
        """What is wrong, in one sentence."""
        line = self.root.first
        got = _shown((line["actual"] or "").partition(". Also: ")[0])
        return f"{self._where}: expected {_shown(line['expected'])}, got {got}"

    @property
    def _where(self) -> str:
        if len(self.operations) == 1:
            return self.root.operation or "the whole document"
        return f"{len(self.operations)} operations, such as {self.root.operation or 'the whole document'}"

    @property
    def why(self) -> str:
        """Why these findings are taken for one problem."""
        if len(self.findings) == 1:
            return "a finding of its own"
        told = [f"the same at {len(self.operations)} operations" if len(self.operations) > 1 else "at one operation"]
        if subjects := {each.subject for each in self.findings if each.subject}:
            told.append(f"about {', '.join(sorted(subjects)[:3])}")
        if len(self.laws) > 1:
            told.append(f"seen by {len(self.laws)} laws or checks")
        return ", ".join(told)

    def written(self) -> dict[str, Any]:
        """As verdicts.json has it."""
        line = self.root.first
        return {
            "id": self.id,
            "title": line["title"],
            "sentence": self.sentence,
            "why": self.why,
            "severity": dict(line.get("severity") or {"level": LEVELS[1], "reason": ""}),
            "family": self.root.family,
            "laws": list(self.laws),
            "operations": [each or None for each in self.operations],
            "findings": [line["id"] for each in self.findings for line in each.lines],
        }


def grouped(lines: Iterable[Mapping[str, Any]], word: str = "broken") -> list[Problem]:
    """The problems behind the broken lines of verdicts.json, the gravest and widest first.

    `word`: another verdict whose lines are to be grouped, such as "known". The order of the lines does not matter.
    """
    groups = [_ordered(group) for group in causes(findings(lines, word))]
    groups.sort(key=_place)
    taken: Counter[str] = Counter()
    made = []
    for group in groups:
        name = _name(group)
        taken[name] += 1
        made.append(Problem(name if taken[name] == 1 else f"{name}-{taken[name]}", tuple(group)))
    return made


def _ordered(group: Sequence[Finding]) -> list[Finding]:
    """The findings of a problem, that first which stands for it: of the law broken most widely, the simplest to see."""
    widely = Counter(each.law for each in group)

    def place(each: Finding) -> tuple[object, ...]:
        steps = (each.first.get("reproduce") or "").count("\n")
        return LEVELS.index(each.level), -widely[each.law], gravity(each.family), steps, each.law, each.operation

    return sorted(group, key=place)


def _place(group: Sequence[Finding]) -> tuple[object, ...]:
    root = group[0]
    return LEVELS.index(root.level), -len({each.operation for each in group}), root.order


def _name(group: Sequence[Finding]) -> str:
    """A name of the cause: which law is broken and where, or of what much is said wrongly, however it is worded."""
    root = min(group, key=lambda each: each.order)
    where = {each.operation for each in group}
    if len(where) >= EVERYWHERE:
        named = (min((each.subject for each in group if each.subject), default=root.law), _below(where))
    else:
        named = (root.law, root.operation)
    return "p-" + hashlib.sha256(" ".join(named).encode("utf-8", "replace")).hexdigest()[:10]


def _below(operations: Iterable[str]) -> str:
    """The part of the path that operations have in common."""
    paths = [each.partition(" ")[2].split("/") for each in operations]
    return "/".join(
        step[0] for step in itertools.takewhile(lambda step: len(set(step)) == 1, zip(*paths, strict=False))
    )
