"""When to send the next request: where the response says most about the declaration."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

import attrs

from load.limiters.models import Penalty, SlidingLogOfAll
from load.limiters.trace import Sample
from load.limiters.version_space import Guess, Space
from load.limiters.windowed_models import Aligned, SlidingCounterOfAll

OF_ALL = (SlidingLogOfAll, SlidingCounterOfAll, Penalty)
"""Kinds with which a request puts off the next admission."""
FAR = 2.5
"""Windows to look ahead."""
SURE = (-1.0, 1.0)
"""When to send requests around a predicted time, in reaches."""
UNSURE = (-2.5, -1.0, 1.0, 2.5)
"""The same where the prediction rests on how far two clocks are apart."""


@attrs.define
class Timing:
    """How exactly a request can be placed in time on this server."""

    window: float
    boundary: float
    delays: list[float] = attrs.field(factory=list)
    releases: int = 0
    """How often a request was admitted after a refusal."""
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
        """How far from a predicted time requests are sent, before it and after it.

        Not always the same, or else a limiter with the rhythm of the requests would never be distinguished from a good
        one.
        """
        return max(0.008 * self.window, 1.1 * self.delay) * (1.0, 1.4, 0.8, 1.2)[self.releases % 4]


def next_probe(space: Space, timing: Timing, now: float) -> float | None:
    """The time of the most informative request; None if no time is informative."""
    # Before the first release nothing is known of the window but the declaration, so that is what is tested. From then
    # on the survivors say where to look.
    found = _swept(space, timing, now) if timing.releases else _around(space, timing, now)
    return _splitting(space, *space.guesses(), timing, now) if found is None else found


def _around(space: Space, timing: Timing, now: float) -> float | None:
    """Just before, or just after, the next time at which some limiter as declared lets a request in."""
    times: list[float] = []
    for guess in _asked_now(space, space.nominal(timing.boundary)):
        opens, of_all = space.opens(guess), isinstance(guess.hypothesis, OF_ALL)
        for share in UNSURE if isinstance(guess.hypothesis, Aligned) else SURE:
            at = opens + share * timing.reach
            known = share < 0 and (of_all or timing.refused >= at - timing.reach)
            if at >= now and not known:
                times.append(at)
    return min(times, default=None)


def _asked_now(space: Space, guesses: Sequence[Guess]) -> list[Guess]:
    """Guesses but those to leave for later: where refused requests count, a request puts off the next admission."""
    if all(isinstance(each, OF_ALL) for each in space.keeping):
        return [*guesses]
    return [each for each in guesses if not isinstance(each.hypothesis, OF_ALL)]


def _swept(space: Space, timing: Timing, now: float) -> float | None:
    """Step by step through the time in which a limiter that keeps the declaration lets the next request in."""
    step = 1.6 * timing.reach
    good = _asked_now(space, space.guesses()[0])
    opens = sorted(each for each in map(space.opens, good) if each > now - step)
    if not opens:
        return None
    first = last = opens[0]
    for each in opens:
        last = each if each - last < 0.1 * timing.window else last
    if last - first > 0.35 * timing.window:
        return None  # survivors so far apart are halved sooner than stepped through
    if all(isinstance(each.hypothesis, OF_ALL) for each in good):
        return _patient(space, timing, first, last)
    if first - timing.reach > now and timing.refused < first - 2 * timing.reach:
        return first - timing.reach
    return last + timing.reach if now + step > last else max(now + step, first)


def _patient(space: Space, timing: Timing, first: float, last: float) -> float:
    """One request where each puts off the next admission: after the last time, until nothing later is possible.

    Then just before the first, and once nothing much earlier is possible, just after it.
    """
    others = [space.opens(each) for each in space.guesses()[1]]
    if not others or max(others) > last:
        return last + timing.reach
    return first - timing.reach if min(others) < first - 2 * timing.reach else first + timing.reach


def _splitting(space: Space, good: Sequence[Guess], bad: Sequence[Guess], timing: Timing, now: float) -> float | None:
    """The time at which those that keep the declaration and those that do not disagree most, rather soon than late."""
    ours, theirs = Opening.of(space, good), Opening.of(space, bad)
    best, best_score = None, 0.0
    for moment in _moments(sorted({*ours.times, *theirs.times}), timing, now):
        our_open, our_shut = ours.shares(moment, timing.delay / 2)
        their_open, their_shut = theirs.shares(moment, timing.delay / 2)
        score = our_open * their_shut + our_shut * their_open
        # A later time has to be clearly more informative: every wait uses up the time an examination may take.
        if score > best_score * 1.3 + 1e-9:
            best, best_score = moment, score
    return best


def tell_kinds(space: Space, timing: Timing, now: float) -> float | None:
    """The next time at which some kind that keeps the declaration would answer otherwise than the others."""
    kinds: dict[str, list[Guess]] = {}
    for guess in space.guesses()[0]:
        kinds.setdefault(guess.hypothesis.kind, []).append(guess)
    times = [
        _splitting(space, own, [guess for other in kinds if other != kind for guess in kinds[other]], timing, now)
        for kind, own in kinds.items()
        if kind != Aligned.kind and len(kinds) > 1
    ]
    return min((each for each in times if each is not None), default=None)


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
