"""The kinds of limiters considered. Each hypothesis is a kind and a limit, and knows which windows still fit the trace.

A hypothesis follows what was observed: an admitted request was counted, whatever the hypothesis would have done. Each
observation cuts off the windows that contradict it. Where it is not certain in which window a request fell, a
hypothesis splits in two. One without any window left is refuted. Nothing true is ever cut off, as long as the server is
one limiter of the kind: so what survives is what may be, not what is likely.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Self

import attrs

from load.limiters.feasible_region import Point
from load.limiters.trace import History, Step

NEVER = float("inf")
SMALL = 0.75
"""Share of a declared number up to which fewer at once are a small bucket that is filled as fast as was declared."""
LUCK = 0.02
"""Share of a window within which it would need luck that it ends."""


@attrs.frozen
class Hypothesis(ABC):
    """A kind with a limit, and what the trace has left of its possible windows."""

    limit: int
    kind: ClassVar[str] = ""
    phased: ClassVar[bool] = False

    @abstractmethod
    def follow(self, step: Step, history: History) -> list[Hypothesis]:
        """What becomes of it after one more decision: nothing if refuted, two where it is open how to read it."""

    @abstractmethod
    def windows(self) -> tuple[float, float]:
        """The shortest and the longest window that fit."""

    def per(self, limit: int) -> tuple[float, float] | None:
        """The shortest and the longest window in which so many are admitted; None where another number is."""
        return self.windows() if self.limit == limit else None

    @abstractmethod
    def opens(self, point: Point, history: History) -> float:
        """When the next request is admitted, if the window (and its phase) are these; past when room is left."""

    @abstractmethod
    def points(self, shortest: float, longest: float) -> list[Point]:
        """Some windows (and phases) that fit, of these lengths; none if none does."""


@attrs.frozen
class Lengths(Hypothesis):
    """A kind without a phase of its own: an interval of windows."""

    shortest: float
    longest: float

    def windows(self) -> tuple[float, float]:
        return self.shortest, self.longest

    def points(self, shortest: float, longest: float) -> list[Point]:
        low, high = max(shortest, self.shortest), min(longest, self.longest)
        return [(low, 0.0), ((low + high) / 2, 0.0), (high, 0.0)] if low <= high else []

    def _within(self, shortest: float, longest: float) -> Self | None:
        if shortest <= self.shortest and longest >= self.longest:
            return self
        low, high = max(shortest, self.shortest), min(longest, self.longest)
        return attrs.evolve(self, shortest=low, longest=high) if low <= high else None

    def _bounded(self, shortest: float, longest: float) -> list[Hypothesis]:
        found = self._within(shortest, longest)
        return [found] if found else []


@attrs.frozen
class SlidingLog(Lengths):
    """The admissions of the last window are remembered one by one."""

    kind: ClassVar[str] = "sliding log"

    def follow(self, step: Step, history: History) -> list[Hypothesis]:
        seen = history.admitted
        if step.admitted:
            if step.number < self.limit:
                return [self]
            # The admission `limit` places earlier had left the window: the window is no longer than the time between
            # the two, taken as long as the trace allows (decided late, begun early), so that nothing true is cut off.
            return self._bounded(0.0, step.latest - seen.earliest[step.number - self.limit])
        before = seen.begun(step.latest)
        if before < self.limit:
            return []  # not even with every request in flight counted could it have been full
        # It was still in the window: the same time, taken as short as the trace allows, is the least the window lasts.
        return self._bounded(step.earliest + step.tick - seen.latest[before - self.limit], NEVER)

    def opens(self, point: Point, history: History) -> float:
        seen = history.admitted
        return -NEVER if len(seen) < self.limit else seen.latest[len(seen) - self.limit] + point[0]


@attrs.frozen
class SlidingLogOfAll(Lengths):
    """Refused requests are remembered too, so further requests keep the door shut."""

    kind: ClassVar[str] = "sliding log that counts refused requests"

    def follow(self, step: Step, history: History) -> list[Hypothesis]:
        seen = history.all
        if step.admitted:
            admitted, before = history.admitted, seen.done(step.earliest)
            longest = NEVER
            if step.number >= self.limit:
                longest = step.latest - admitted.earliest[step.number - self.limit]
            # Refused requests bound it too, but only those that were certainly decided before this one.
            if before >= self.limit:
                longest = min(longest, step.latest - seen.earliest[before - self.limit])
            return self._bounded(0.0, longest)
        before = seen.begun(step.latest) - 1  # without the refused request itself
        if before < self.limit or (not history.refused and history.admitted.begun(step.latest) < self.limit):
            return []
        return self._bounded(step.earliest + step.tick - seen.latest[before - self.limit], NEVER)

    def opens(self, point: Point, history: History) -> float:
        seen = history.all
        return -NEVER if len(seen) < self.limit else seen.latest[len(seen) - self.limit] + point[0]


def longest_refill(limit: int, step: Step, history: History) -> float:
    """The longest window in which a bucket may refill, if it was not empty when a request was admitted."""
    seen, longest = history.admitted, NEVER
    # Every stretch of admissions that spent more than a full bucket bounds the rate of refilling. Three of them will
    # do: leaving others out cuts off less, and all of them would cost a pass over the trace each time.
    for first in {0, step.number - limit, max(0, step.number - 2 * limit)}:
        if (spent := step.number - first + 1 - limit) > 0 and first >= 0:
            longest = min(longest, limit * (step.latest - seen.earliest[first]) / spent)
    return longest


@attrs.frozen
class TokenBucket(Lengths):
    """A bucket of `limit` tokens that refills steadily, as fast as the limit allows (GCRA behaves the same)."""

    kind: ClassVar[str] = "token bucket"

    def per(self, limit: int) -> tuple[float, float] | None:
        """A small bucket may be meant: so many in a window all the same, though not at once."""
        if self.limit > SMALL * limit:
            return super().per(limit)
        return self.shortest * limit / self.limit, self.longest * limit / self.limit

    def follow(self, step: Step, history: History) -> list[Hypothesis]:
        seen, limit = history.admitted, self.limit
        if step.admitted:
            return self._bounded(0.0, longest_refill(limit, step, history))
        before = seen.begun(step.latest)
        if before < limit:
            return []
        return self._bounded(self._emptied(step.earliest, before, history), NEVER)

    def _emptied(self, moment: float, before: int, history: History) -> float:
        """The longest window with which a token would have been there at a moment."""
        times, limit = history.admitted.latest, self.limit
        return min(
            limit * (moment - times[first]) / (before - first + 1 - limit) for first in range(before - limit + 1)
        )

    def opens(self, point: Point, history: History) -> float:
        times, limit = history.admitted.latest, self.limit
        count = len(times)
        gap = point[0] / limit
        return max(
            (times[first] + (count - first + 1 - limit) * gap for first in range(count - limit + 1)), default=-NEVER
        )


@attrs.frozen
class Spacing(Lengths):
    """No burst at all: each admission must be a window ÷ limit after the one before."""

    kind: ClassVar[str] = "strict spacing"

    def follow(self, step: Step, history: History) -> list[Hypothesis]:
        seen = history.admitted
        if step.admitted:
            if not step.number:
                return [self]
            return self._bounded(0.0, (step.latest - seen.earliest[step.number - 1]) * self.limit)
        before = seen.begun(step.latest)
        if not before:
            return []
        return self._bounded((step.earliest - seen.latest[before - 1]) * self.limit, NEVER)

    def opens(self, point: Point, history: History) -> float:
        seen = history.admitted
        return seen.latest[-1] + point[0] / self.limit if len(seen) else -NEVER


@attrs.frozen
class FromFirst(Lengths):
    """A window begins with the first request after the last one ended, and has a counter."""

    kind: ClassVar[str] = "fixed window from the first request"
    begun: tuple[float, float] = (0.0, 0.0)
    count: int = 0

    def follow(self, step: Step, history: History) -> list[Hypothesis]:
        return self._admitted(step) if step.admitted else self._refused(step)

    def _admitted(self, step: Step) -> list[Hypothesis]:
        if not self.count:
            return [attrs.evolve(self, begun=(step.earliest, step.latest), count=1)]
        if not step.fresh and self.count < self.limit and step.lasted < LUCK * self.shortest:
            return [self._counted()]  # within a batch of quick answers, a window ends only if it is full
        # Nothing says whether its window had ended by now, so both readings live on until an answer contradicts one.
        found: list[Hypothesis] = []
        if self.count < self.limit and (same := self._within(step.earliest - self.begun[1], NEVER)):
            found.append(same._counted())
        if new := self._within(0.0, step.latest - self.begun[0]):
            found.append(attrs.evolve(new, begun=(step.earliest, step.latest), count=1))
        return found

    def _counted(self) -> FromFirst:
        return type(self)(self.limit, self.shortest, self.longest, self.begun, self.count + 1)

    def _refused(self, step: Step) -> list[Hypothesis]:
        if self.count >= self.limit:
            return self._bounded(step.earliest + step.tick - self.begun[1], NEVER)
        # one that was under way when the window began may have been refused by the last one
        return [self] if self.count and step.earliest <= self.begun[1] and not step.tick else []

    def opens(self, point: Point, history: History) -> float:
        return self.begun[1] + point[0] if self.count >= self.limit else -NEVER


@attrs.frozen
class Block(FromFirst):
    """The first refusal shuts the door for a whole window."""

    kind: ClassVar[str] = "fixed window with a block after a refusal"
    shut: tuple[float, float] | None = None

    def _admitted(self, step: Step) -> list[Hypothesis]:
        if self.shut is None:
            return FromFirst._admitted(self, step)
        again = self._within(0.0, step.latest - self.shut[0])
        return [attrs.evolve(again, begun=(step.earliest, step.latest), count=1, shut=None)] if again else []

    def _refused(self, step: Step) -> list[Hypothesis]:
        if self.shut is not None:
            kept = self._within(step.earliest + step.tick - self.shut[1], NEVER)
            # Of requests in flight together, this one may have been the refusal that shut it.
            earliest = min(self.shut[0], step.earliest) if step.earliest < self.shut[1] else self.shut[0]
            return [attrs.evolve(kept, shut=(earliest, self.shut[1]))] if kept else []
        found = super()._refused(step)
        if self.count < self.limit:
            return found
        return [attrs.evolve(each, shut=(step.earliest, step.latest)) for each in found if isinstance(each, Block)]

    def opens(self, point: Point, history: History) -> float:
        if self.shut is None:
            return FromFirst.opens(self, point, history)
        return self.shut[1] + point[0]


@attrs.frozen
class Penalty(Block):
    """Every refusal shuts the door for a whole window, so that who keeps asking is never admitted."""

    kind: ClassVar[str] = "block that every refusal begins anew"

    def _refused(self, step: Step) -> list[Hypothesis]:
        if self.shut is None:
            return Block._refused(self, step)
        kept = self._within(step.earliest + step.tick - self.shut[1], NEVER)
        # Of requests in flight together, the last one counts.
        last = (max(self.shut[0], step.earliest), max(self.shut[1], step.latest))
        return [attrs.evolve(kept, shut=last)] if kept else []
