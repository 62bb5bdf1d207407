"""How the conversations of a plan item ended: of many, no more is kept than its verdict is made of."""

from __future__ import annotations

from array import array
from bisect import bisect

import attrs

from contracts.core.verdicts import BROKEN
from contracts.judging.judge import TOLD, Attempt


@attrs.define
class Endings:
    """Attempts, put into the order in which their conversations were opened.

    The exchanges are kept of those that were seen broken, and of the first ones of every other verdict: no others are
    named. What is left then is the same for most conversations, and held once.
    """

    _opened: array[int] = attrs.field(factory=lambda: array("q"))
    _attempts: list[Attempt] = attrs.field(factory=list)
    _first: dict[str, list[int]] = attrs.field(factory=dict)
    _bare: dict[Attempt, Attempt] = attrs.field(factory=dict)

    def add(self, opened: int, attempt: Attempt) -> None:
        """Take an attempt into account. `opened`: a number that is greater for conversations opened later."""
        verdict = attempt.ending.verdict
        first = self._first.setdefault(verdict, [])
        if verdict != BROKEN and (place := bisect(first, opened)) >= TOLD:
            bare = attrs.evolve(attempt, ending=attrs.evolve(attempt.ending, exchanges=(), heard=()))
            attempt = self._bare.setdefault(bare, bare)
        elif verdict != BROKEN:
            first.insert(place, opened)
        self._opened.append(opened)
        self._attempts.append(attempt)

    def attempts(self) -> list[Attempt]:
        """All of them, in order."""
        order = sorted(range(len(self._attempts)), key=self._opened.__getitem__)
        return [self._attempts[place] for place in order]
