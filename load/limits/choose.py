"""When to ask next: where the answer tells most about the declaration."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

import attrs

from load.limits.space import Guess, Space
from load.limits.trace import Sample

FAR = 2.5
"""Windows to look ahead."""


@attrs.define
class Timing:
    """How exactly this server can be asked at a time."""

    window: float
    boundary: float
    delays: list[float] = attrs.field(factory=list)
    refused: float = -float("inf")
    """When a request was last known to be refused."""

    def learn(self, answers: Sequence[Sample]) -> None:
        self.delays += [each.received - each.sent for each in answers]
        self.refused = max((each.sent for each in answers if each.refused), default=self.refused)

    @property
    def delay(self) -> float:
        """A delay that most answers keep."""
        ordered = sorted(self.delays[-200:])
        return ordered[int(len(ordered) * 0.9)] if ordered else 0.0

    @property
    def reach(self) -> float:
        """How far from a predicted time one asks, before it and after it."""
        return max(0.012 * self.window, 1.1 * self.delay)


def next_probe(space: Space, timing: Timing, now: float) -> float | None:
    """The time of the most informative request; None if no time tells anything."""
    good, bad = space.guesses()
    around = _around(space, timing, now)
    splitting = _splitting(space, good, bad, timing, now)
    return min((each for each in (around, splitting) if each is not None), default=None) if around else splitting


def _around(space: Space, timing: Timing, now: float) -> float | None:
    """Just before, or just after, the next time at which some limiter as declared lets a request in."""
    times: list[float] = []
    for guess in space.nominal(timing.boundary):
        opens = space.opens(guess)
        if opens <= now - timing.reach:
            continue
        before, after = opens - timing.reach, opens + timing.reach
        times.append(before if timing.refused < before - timing.reach and now < before else after)
    return min((each for each in times if each >= now), default=None)


def _splitting(
    space: Space, good: Sequence[Guess], bad: Sequence[Guess], timing: Timing, now: float
) -> float | None:
    """The time at which those that keep the declaration and those that do not disagree most, rather sooner than later."""
    ours, theirs = Opening.of(space, good), Opening.of(space, bad)
    best, best_score = None, 0.0
    for moment in _moments(sorted({*ours.times, *theirs.times}), timing, now):
        our_open, our_shut = ours.shares(moment, timing.delay / 2)
        their_open, their_shut = theirs.shares(moment, timing.delay / 2)
        score = our_open * their_shut + our_shut * their_open
        if score > best_score * 1.3 + 1e-9:
            best, best_score = moment, score
    return best


@attrs.frozen
class Opening:
    """When the next request is admitted, guess by guess, and the share of the guesses up to each."""

    times: Sequence[float]
    summed: Sequence[float]

    @classmethod
    def of(cls, space: Space, guesses: Sequence[Guess]) -> Opening:
        pairs = sorted((space.opens(each), each.weight) for each in guesses)
        return cls([time for time, _ in pairs], [0.0, *accumulate(weight for _, weight in pairs)])

    def shares(self, moment: float, unsure: float) -> tuple[float, float]:
        """The share that would admit a request at a moment for certain, and the share that would refuse it."""
        total = self.summed[-1] or 1.0
        return (
            self.summed[bisect_right(self.times, moment - unsure)] / total,
            1 - self.summed[bisect_right(self.times, moment + unsure)] / total if self.times else 0.0,
        )


def _moments(opens: Sequence[float], timing: Timing, now: float) -> list[float]:
    """Times between those at which something opens."""
    ahead = [each for each in opens if now < each < now + FAR * timing.window]
    if not ahead:
        return []
    edges = [now, *ahead, ahead[-1] + 2 * timing.reach]
    gap = max(timing.delay, 0.002 * timing.window)
    return [now, *((left + right) / 2 for left, right in pairwise(edges) if right - left > gap)]
