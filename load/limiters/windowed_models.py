"""Kinds whose windows follow each other without a gap: possible windows and first boundaries are kept together."""

from __future__ import annotations

from math import ceil
from typing import ClassVar, Self

import attrs

from load.limiters.feasible_region import Point, Region, anchored, boundaries, centre, cut, windows
from load.limiters.models import NEVER, Hypothesis
from load.limiters.trace import History, Step

FORGOTTEN = 2
"""Windows after which nothing of one is counted any more."""


@attrs.frozen
class Phased(Hypothesis):
    """A kind whose windows follow each other without a gap: possible windows and first boundaries together."""

    phased: ClassVar[bool] = True
    region: Region

    def windows(self) -> tuple[float, float]:
        return windows(self.region)

    @property
    def unsure(self) -> float:
        """Between which limits, in seconds, the first boundary may lie."""
        phases = [phase for _, phase in self.region]
        return max(phases) - min(phases)

    def points(self, shortest: float, longest: float) -> list[Point]:
        part = cut(cut(self.region, -1, 0, -shortest), 1, 0, longest)
        if not part:
            return []
        middle = centre(part)
        return [middle, *(((x * 9 + middle[0]) / 10, (y * 9 + middle[1]) / 10) for x, y in part)]

    def _in(self, regions: list[Region]) -> list[Self]:
        """This hypothesis in each of these parts of its region; itself where one is the whole."""
        parts = [each for each in regions if each]
        if any(each is self.region for each in parts):
            return [self]
        return [attrs.evolve(self, region=each) for each in parts]


@attrs.frozen
class Aligned(Phased):
    """Windows follow each other from some time of the server's own, each with a counter."""

    kind: ClassVar[str] = "fixed window"

    def follow(self, step: Step, history: History) -> list[Hypothesis]:
        seen = history.admitted
        if step.admitted:
            found: list[Aligned] = [self]
            # More admissions than one window (or two) can hold need a boundary between them. Within a batch only its
            # first and last are tested: those between add little, and each test splits the region.
            for full in (1, 2) if step.fresh or step.final else ():
                if (first := step.number - full * self.limit) >= 0:
                    begun = seen.earliest[first]
                    found = [part for each in found for part in each._in(each._between(begun, step.latest, full))]
            return [*found]
        before = seen.begun(step.latest)
        if before < self.limit:
            return []
        return [*self._in(self._together(seen.latest[before - self.limit], step.earliest))]

    def _between(self, first: float, last: float, full: int) -> list[Region]:
        """The parts with so many boundaries between two times: all these admissions need one window more than that."""
        return [
            cut(cut(self.region, -number, -1, -first), number + full - 1, 1, last)
            for number in range(boundaries(self.region, first).start, boundaries(self.region, last).stop)
        ]

    def _together(self, first: float, last: float) -> list[Region]:
        """The parts without one: only so many admissions in one window make it full."""
        if last <= first:
            return [self.region]
        numbers = range(boundaries(self.region, first).start, boundaries(self.region, last).stop)
        between = [cut(cut(self.region, number, 1, first), -(number + 1), -1, -last) for number in numbers]
        return [cut(self.region, 0, -1, -last), *between]

    def opens(self, point: Point, history: History) -> float:
        seen, (window, phase) = history.admitted, point
        if len(seen) < self.limit:
            return -NEVER
        full = seen.latest[len(seen) - self.limit]
        return phase + max(0, ceil((full - phase) / window)) * window


@attrs.frozen
class SlidingCounter(Phased):
    """Two counters: this window's, and the share of the last one's that still lies within a window's length."""

    kind: ClassVar[str] = "sliding counter"
    index: int = 0
    """How many boundaries have passed."""
    count: int = 0
    before: int = 0
    """What was counted in the window before this one."""
    rounds: float = 0.0
    """How much of a request may be left over for another one to fit: all of it, or half, where the share is rounded."""

    def follow(self, step: Step, history: History) -> list[Hypothesis]:
        found: list[Hypothesis] = []
        for each in self._placed(step) if step.fresh else [self]:
            found += each._admitted(step) if step.admitted else each._refused(step)
        return found

    def _placed(self, step: Step) -> list[SlidingCounter]:
        """This hypothesis for each window the batch may belong to."""
        found: list[SlidingCounter] = []
        index, rest = self.index, self.region
        while rest:
            if inside := cut(rest, -index, -1, -step.earliest):  # the window's end is after the decision
                found.append(self._at(index, inside))
            rest = cut(rest, index, 1, step.until)  # the window had ended before
            index += 1
        return found

    def _at(self, index: int, region: Region) -> SlidingCounter:
        if index == self.index:
            return self if region is self.region else attrs.evolve(self, region=region)
        before = self.count if index == self.index + 1 else 0
        return attrs.evolve(self, region=region, index=index, count=0, before=before)

    def _share(self) -> float:
        """Which part of this window must have passed until one more fits."""
        if self.count >= self.limit or not self.before:
            return 0.0 if self.count < self.limit else NEVER
        return max(0.0, 1 - (self.limit - 1 + self.rounds - self.count) / self.before)

    def _admitted(self, step: Step) -> list[Hypothesis]:
        share = self._share()
        if share > 1:
            return []
        region = cut(self.region, self.index - 1 + share, 1, step.latest) if share else self.region
        return [self._counted(region)] if region else []

    def _counted(self, region: Region) -> SlidingCounter:
        return type(self)(self.limit, region, self.index, self.count + 1, self.before, self.rounds)

    def _refused(self, step: Step) -> list[Hypothesis]:
        share = self._share()
        if share <= 0:
            return []
        if share > 1:
            return [self]
        return [*self._in([cut(self.region, -(self.index - 1 + share), -1, -step.earliest)])]

    def opens(self, point: Point, history: History) -> float:
        share = self._share()
        if share <= 0:
            return -NEVER
        begin = point[1] + (self.index - 1) * point[0]
        if share <= 1:
            return begin + share * point[0]
        return begin + point[0] + max(0.0, 1 - (self.limit - 1) / max(self.count, 1)) * point[0]


@attrs.frozen
class SlidingCounterOfAll(SlidingCounter):
    """The same, refused requests counted too, so that asking on keeps the door shut."""

    kind: ClassVar[str] = "sliding counter that counts refused requests"

    def _refused(self, step: Step) -> list[Hypothesis]:
        kept = SlidingCounter._refused(self, step)
        return [attrs.evolve(each, count=each.count + 1) for each in kept if isinstance(each, SlidingCounterOfAll)]


@attrs.frozen
class RestartingCounter(SlidingCounterOfAll):
    """The same, where the first request begins a window, and so does one that comes when both counters are empty."""

    begun: bool = False

    def follow(self, step: Step, history: History) -> list[Hypothesis]:
        before = self if self.begun else self._anew(self.region, step)
        return SlidingCounterOfAll.follow(before, step, history)

    def _counted(self, region: Region) -> SlidingCounter:
        return attrs.evolve(self, region=region, count=self.count + 1)

    def _anew(self, region: Region, step: Step) -> RestartingCounter:
        """A window that begins with this request, of any length that is left."""
        shortest, longest = windows(region)
        return type(self)(
            self.limit, anchored(shortest, longest, step.earliest, step.latest), 0, 0, 0, self.rounds, True
        )

    def _placed(self, step: Step) -> list[SlidingCounter]:
        placed = SlidingCounterOfAll._placed(self, step)
        return [each if each.index < self.index + FORGOTTEN else self._anew(each.region, step) for each in placed]
