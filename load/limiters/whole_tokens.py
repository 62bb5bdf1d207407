"""A token bucket that hands out whole tokens only, and forgets what was left over."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import ClassVar

import attrs

from load.limiters.feasible_region import Point
from load.limiters.models import NEVER, Hypothesis, Lengths, longest_refill
from load.limiters.trace import History, Step


@attrs.frozen
class WholeTokens(Lengths):
    """With each admission the whole tokens since the last one are added, and the rest of the time is lost."""

    kind: ClassVar[str] = "token bucket of whole tokens"
    tokens: int = -1
    """What was left after the last admission; -1 before the first."""
    last: tuple[float, float] = (0.0, 0.0)

    def follow(self, step: Step, history: History) -> list[Hypothesis]:
        if not step.admitted:
            return self._refused(step)
        # It never has more than a bucket from which nothing is lost.
        fits = self._within(0.0, longest_refill(self.limit, step, history))
        return [*fits._admitted(step)] if fits else []

    def _admitted(self, step: Step) -> Iterator[Hypothesis]:
        when = (step.earliest, step.latest)
        if self.tokens < 0:
            yield attrs.evolve(self, tokens=self.limit - 1, last=when)
            return
        least, most = self._passed(step)
        room = self.limit - self.tokens
        # How many tokens came back is not known exactly, as the time between is not: one reading for each number.
        first = min(room, floor(least * self.limit / self.longest))
        for added in range(first, min(room, floor(most * self.limit / self.shortest)) + 1):
            shortest = least * self.limit / (added + 1) if added < room else 0.0
            fits = self._within(shortest, most * self.limit / added if added else NEVER)
            if fits and self.tokens + added > 0:
                yield attrs.evolve(fits, tokens=self.tokens + added - 1, last=when)

    def _refused(self, step: Step) -> list[Hypothesis]:
        return self._bounded(self._passed(step)[0] * self.limit, NEVER) if self.tokens == 0 else []

    def _passed(self, step: Step) -> tuple[float, float]:
        """How much time, at least and at most, has passed since the last admission."""
        return max(0.0, step.earliest - self.last[1]), max(0.0, step.latest - self.last[0])

    def opens(self, point: Point, history: History) -> float:  # noqa: ARG002
        return self.last[1] + point[0] / self.limit if self.tokens == 0 else -NEVER
