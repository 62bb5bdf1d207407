"""Several wrong values in one request: each is seen to be wrong where the refusal names its place.

Most servers name every place that is wrong. There one request says of many places what it would else take one request
each to learn; what a refusal does not name is sent by itself, like everything where refusals do not name all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import zip_longest

import attrs

from contracts.strategies.invalid_requests import varied
from contracts.strategies.schemathesis_cases import Case

PLACES = {"query", "body", "gone"}


@attrs.frozen
class Refusal:
    """What was wrong in a request, and the text by which it was refused."""

    wrong: tuple[Case, ...]
    text: str

    def named(self, name: str) -> int:
        """How often the text has the name as a word of its own."""
        return len(re.findall(rf"(?<![\w-]){re.escape(name)}(?![\w-])", self.text))

    def repeats(self, case: Case) -> bool:
        """Whether the text has the name with its value behind it, as where a request is repeated."""
        return re.search(rf"{re.escape(case.name)}\W{{1,6}}{re.escape(str(case.value))}\b", self.text) is not None


def rows(found: Iterable[Case], ways: int) -> list[list[Case]]:
    """Cases to be sent together: the first way to be wrong of every place, then the second, and so on.

    The first ways are in two rows of which each leaves the other's places alone. Empty where there is one place only.
    """
    places: dict[str, list[Case]] = {}
    for case in found:
        if case.place in PLACES and case.name and "/" not in case.name and "[" not in case.name:
            places.setdefault(case.name, []).append(case)
    columns = [varied(group)[:ways] for group in places.values()]
    if len(columns) < 2:
        return []
    first, *later = ([case for case in row if case is not None] for row in zip_longest(*columns))
    return [first[::2], first[1::2], *(row for row in later if len(row) > 1)]


def seen(refusals: Sequence[Refusal]) -> list[Case]:
    """The cases that a refusal has named: more often than any does in which their place is right."""
    return [case for each in refusals for case in each.wrong if _told(case, each, refusals)]


def _told(case: Case, refusal: Refusal, refusals: Collection[Refusal]) -> bool:
    others = [each for each in refusals if all(case.name != wrong.name for wrong in each.wrong)]
    usual = max((each.named(case.name) for each in others), default=None)
    return usual is not None and refusal.named(case.name) > usual and not refusal.repeats(case)
