"""A token bucket that is filled in steps, several tokens at a time, at moments of the server's own."""

from __future__ import annotations

from math import ceil
from typing import ClassVar, Self

import attrs

from load.limiters.feasible_region import Point, Region, cut
from load.limiters.models import NEVER, Hypothesis
from load.limiters.trace import History, Step
from load.limiters.windowed_models import Phased

PARTS = (2, 3, 4, 5, 6, 10, 12)
"""In how many steps a window's tokens are thought to come."""

NEARLY = 1e-9


def steps_of(shortest: float, longest: float, parts: int) -> Region:
    """Every window of these lengths, its first step at any time within the first part of it."""
    return ((shortest, 0.0), (longest, 0.0), (longest, longest / parts), (shortest, shortest / parts))


@attrs.frozen
class SteppedBucket(Phased):
    """Each step adds the same number of tokens, up to the limit. The phase is that of the first step."""

    kind: ClassVar[str] = "token bucket filled in steps"
    parts: int = 1
    tokens: float = -1.0
    """What is left; -1 before the first request."""
    index: int = 0
    """How many steps there have been."""

    def follow(self, step: Step, history: History) -> list[Hypothesis]:  # noqa: ARG002
        begun = self if self.tokens >= 0 else attrs.evolve(self, tokens=float(self.limit))
        placed = begun._placed(step) if step.fresh else [begun]
        if step.admitted:
            return [each._with(each.tokens - 1) for each in placed if each.tokens >= 1 - NEARLY]
        return [each for each in placed if each.tokens < 1 - NEARLY]

    def _with(self, tokens: float) -> Self:
        return type(self)(self.limit, self.region, self.parts, tokens, self.index)

    def _placed(self, step: Step) -> list[Self]:
        """This hypothesis for each number of steps that there may have been by then."""
        found: list[Self] = []
        index, rest = self.index, self.region
        while rest:
            if inside := self._before(rest, index, step.earliest):
                tokens = min(self.limit, self.tokens + (index - self.index) * self.limit / self.parts)
                found.append(type(self)(self.limit, inside, self.parts, tokens, index))
            rest = cut(rest, index / self.parts, 1, step.until)
            index += 1
        return found

    def _before(self, region: Region, index: int, moment: float) -> Region:
        """The part where the step with this number comes after a moment."""
        return cut(region, -index / self.parts, -1, -moment)

    def opens(self, point: Point, history: History) -> float:  # noqa: ARG002
        if self.tokens >= 1 - NEARLY:
            return -NEVER
        window, phase = point
        steps = ceil((1 - NEARLY - self.tokens) * self.parts / self.limit)
        return phase + (self.index + steps - 1) * window / self.parts
