"""Kinds whose windows have several parts: tokens that come in steps, and windows of several segments."""

from __future__ import annotations

from abc import abstractmethod
from math import ceil
from typing import ClassVar, Self

import attrs

from load.limiters.feasible_region import Point, Region, cut
from load.limiters.models import NEVER, Hypothesis
from load.limiters.trace import History, Step
from load.limiters.windowed_models import Phased

NEARLY = 1e-9
"""Share of a token that calculation may lose."""
PARTS = (2, 3, 4, 5, 6, 10, 12)
"""How many parts a window is thought to have."""
FINER = (15, 20, 30)
"""How many more its tokens may come in, which show sooner than what a window forgets."""


def steps_of(shortest: float, longest: float, parts: int) -> Region:
    """Every window of these lengths, its first step at any time within the first part of it."""
    return ((shortest, 0.0), (longest, 0.0), (longest, longest / parts), (shortest, shortest / parts))


@attrs.frozen
class Stepped(Phased):
    """Parts of a window follow each other, from some time of the server's own. The phase is the end of the first."""

    parts: int = 1
    index: int = 0
    """How many parts have ended."""

    @abstractmethod
    def _at(self, index: int, region: Region) -> Self:
        """This hypothesis when so many parts have ended."""

    @abstractmethod
    def _decided(self, *, admitted: bool) -> Self | None:
        """This hypothesis after a decision; None where it would have decided otherwise."""

    def follow(self, step: Step, history: History) -> list[Hypothesis]:  # noqa: ARG002
        placed = self._placed(step) if step.fresh else [self]
        return [after for each in placed if (after := each._decided(admitted=step.admitted))]

    def _placed(self, step: Step) -> list[Self]:
        """This hypothesis for each number of parts that may have ended by then."""
        found: list[Self] = []
        index, rest = self.index, self.region
        while rest:
            # the part where the end with this number comes after the decision
            if inside := cut(rest, -index / self.parts, -1, -step.earliest):
                found.append(self._at(index, inside))
            rest = cut(rest, index / self.parts, 1, step.until)
            index += 1
        return found

    def _after(self, point: Point, steps: int) -> float:
        """When so many more parts will have ended."""
        return point[1] + (self.index + steps - 1) * point[0] / self.parts


@attrs.frozen
class SteppedBucket(Stepped):
    """Each step adds the same number of tokens, up to the limit."""

    kind: ClassVar[str] = "token bucket filled in steps"
    spent: float = 0.0

    def _at(self, index: int, region: Region) -> Self:
        spent = max(0.0, self.spent - (index - self.index) * self.limit / self.parts)
        return type(self)(self.limit, region, self.parts, index, spent)

    def _decided(self, *, admitted: bool) -> Self | None:
        if (self.spent <= self.limit - 1 + NEARLY) != admitted:
            return None
        return type(self)(self.limit, self.region, self.parts, self.index, self.spent + 1) if admitted else self

    def opens(self, point: Point, history: History) -> float:  # noqa: ARG002
        steps = ceil((self.spent - self.limit + 1 - NEARLY) * self.parts / self.limit)
        return self._after(point, steps) if steps > 0 else -NEVER


@attrs.frozen
class Segmented(Stepped):
    """Each segment has a counter, and a window is so many of them: what one has counted is forgotten as a whole."""

    kind: ClassVar[str] = "sliding window of segments"
    counts: tuple[int, ...] = (0,)
    """What was counted in the segments that are remembered, the latest last."""
    torn: int = -1
    """The segment that began within a batch, of which nobody knows how much it counted; -1 where there is none."""
    after: tuple[int, int] = (0, 0)
    """At least and at most so many of that batch; all of them are among those of the segment before it."""
    within: bool = False
    """Whether that batch is at hand."""

    def _placed(self, step: Step) -> list[Self]:
        whole = attrs.evolve(self, within=False) if self.within else self
        placed = super(Segmented, whole)._placed(step)
        settled = self.torn < 0 or self.index >= self.torn + self.parts
        if placed and placed[0].index == self.index and settled and not step.final:
            begun = cut(placed[0].region, self.index / self.parts, 1, step.until)
            next_one = whole._at(self.index + 1, begun)
            placed += [attrs.evolve(next_one, torn=self.index + 1, after=(0, 0), within=True)] if begun else []
        return placed

    def _at(self, index: int, region: Region) -> Self:
        if index == self.index:
            return attrs.evolve(self, region=region)
        counts = (*self.counts, *(0,) * min(index - self.index, self.parts))[-self.parts :]
        return attrs.evolve(self, region=region, index=index, counts=counts)

    @property
    def _unsure(self) -> tuple[int, int]:
        """At least and at most so many are remembered beside the counts: those after the end within a batch."""
        return self.after if self.torn >= 0 and self.index == self.torn - 1 + self.parts else (0, 0)

    def _decided(self, *, admitted: bool) -> Self | None:
        left, (low, high) = self.limit - sum(self.counts), self._unsure
        if low >= left if admitted else high < left:
            return None
        if low == high:
            return self._counted() if admitted else self
        known = attrs.evolve(self, after=(low, min(high, left - 1)) if admitted else (max(low, left), high))
        return known._counted() if admitted else known

    def _counted(self) -> Self:
        place = len(self.counts) - 1 - self.within
        counts = tuple(count + (number == place) for number, count in enumerate(self.counts))
        return attrs.evolve(self, counts=counts, after=(self.after[0], self.after[1] + self.within))

    def opens(self, point: Point, history: History) -> float:  # noqa: ARG002
        counts, steps = (*(0,) * (self.parts - len(self.counts)), *self.counts), 0
        while sum(counts[steps:]) + self._unsure[0] * (not steps) >= self.limit:
            steps += 1
        return self._after(point, steps) if steps else -NEVER
