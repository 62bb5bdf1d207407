"""Limiters that others build: some that keep a declaration in a way of their own, and some that break it."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable
from typing import Any

import attrs

from load.limiters.conclusion import Estimate
from load.limiters.examination import examine
from load.limiters.rule import Rule
from load.limiters.setting import Setting
from tests.load.limiters.simulated import (
    COARSE,
    FAULTS,
    KINDS,
    Bucket,
    Counter,
    Crowded,
    Fixed,
    FromFirst,
    Log,
    Queueing,
    Server,
    drive,
)

NOW = 1_700_000_000.0
FULL = Setting(windows=4.0, kinds=True)
RULES = ((5, 10.0), (10, 60.0), (20, 10.0), (60, 60.0))
CONFORMING = frozenset({"kept", "inconclusive"})
BROKEN = frozenset({"tighter", "looser", "window", "race", "not enforced"})
Limiter = Callable[[int, float, random.Random], Any]


class Segments:
    """A window of several segments, each counted by itself and forgotten as a whole, as in ASP.NET Core."""

    parts = 4

    def __init__(self, limit, window, rng):
        self.limit, self.window, self.begun = limit, window, rng.uniform(0, window)
        self.segments = deque()

    def allow(self, now):
        index = math.floor((now - self.begun) * self.parts / self.window)
        while self.segments and self.segments[0][0] <= index - self.parts:
            self.segments.popleft()
        if sum(count for _, count in self.segments) >= self.limit:
            return False
        if not self.segments or self.segments[-1][0] != index:
            self.segments.append((index, 0))
        self.segments[-1] = (index, self.segments[-1][1] + 1)
        return True


def of_parts(kind, number):
    """The same limiter with another number of parts."""
    return type(f"{kind.__name__}{number}", (kind,), {"parts": number})


class Chunks:
    """A token bucket that is looked after with each request, and filled by whole chunks since it was last filled."""

    parts = 4

    def __init__(self, limit, window, rng):
        self.limit, self.window, self.tokens, self.last = limit, window, limit, None

    def allow(self, now):
        self.last = now if self.last is None else self.last
        chunks = math.floor((now - self.last) * self.parts / self.window + 1e-9)
        if chunks:
            self.tokens = min(self.limit, self.tokens + chunks * self.limit / self.parts)
            self.last += chunks * self.window / self.parts
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class RoundedCounter(Counter):
    """Two counters, the share of the earlier one rounded to whole requests."""

    def share(self, part):
        return round(super().share(part))


class AnyPhaseCounter(Counter):
    """Two counters, whose windows begin when the server was started."""

    def __init__(self, limit, window, rng):
        super().__init__(limit, window, rng)
        self.begun = rng.uniform(0, window)

    def allow(self, now):
        return super().allow(now - self.begun)


class Gcra(Bucket):
    """A burst of half the number, filled as fast as declared."""

    def __init__(self, limit, window, rng):
        burst = max(2, limit // 2)
        super().__init__(burst, window * burst / limit, rng)


class WithQuota:
    """A quota of the day beside it, far from being used up."""

    quota = 5000

    def __init__(self, limit, window, rng):
        self.inner, self.window, self.limit = FromFirst(limit, window, rng), window, limit
        self.left = self.quota

    def allow(self, now):
        if self.left <= 0 or not self.inner.allow(now):
            return False
        self.left -= 1
        return True


RIGHT: dict[str, Limiter] = {
    **{f"{number} segments": of_parts(Segments, number) for number in (2, 4, 6, 10, 60)},
    **{f"{number} chunks": of_parts(Chunks, number) for number in (2, 4, 10, 20, 60)},
    "rounded counter": RoundedCounter,
    "counter, any phase": AnyPhaseCounter,
    "gcra, half": Gcra,
    "daily quota beside": WithQuota,
}


class Synced:
    """Counts for itself, and looks at the count of all once in a while."""

    def __init__(self, limit, window, rng):
        self.limit, self.window, self.rng = limit, window, rng
        self.nodes = [FromFirst(limit, window, rng) for _ in range(4)]

    def allow(self, now):
        return self.rng.choice(self.nodes).allow(now)


class Credit(Bucket):
    """Twice the number at first, since an idle client has saved some up."""

    def __init__(self, limit, window, rng):
        super().__init__(2 * limit, 2 * window, rng)


class Sampled(FromFirst):
    """Every other request is counted."""

    def __init__(self, limit, window, rng):
        super().__init__(limit, window, rng)
        self.turn = 0

    def allow(self, now):
        self.turn += 1
        if self.turn % 2 and self.count < self.limit and now < self.end:
            return True
        return super().allow(now)


class OnceThenOff(FromFirst):
    """Enforced in the first window, and no more."""

    def __init__(self, limit, window, rng):
        super().__init__(limit, window, rng)
        self.windows = 0

    def allow(self, now):
        if now >= self.end:
            self.windows += 1
        if self.windows > 1:
            return True
        return super().allow(now)


class Growing(FromFirst):
    """Each time it is used up the next window is twice as long."""

    def allow(self, now):
        if now >= self.end > -math.inf and self.count >= self.limit:
            self.window *= 2
        return super().allow(now)


class GrowingPenalty(FromFirst):
    """Each refusal doubles how long the door stays shut."""

    def __init__(self, limit, window, rng):
        super().__init__(limit, window, rng)
        self.wait = window

    def allow(self, now):
        if now < self.end and self.count >= self.limit:
            self.wait = min(self.wait * 2, 20 * self.window)
            self.end = now + self.wait
            return False
        if now >= self.end:
            self.end, self.count = now + self.window, 0
        self.count += 1
        return True


class TwoInThree(Log):
    """Only two of three admissions are remembered."""

    def __init__(self, limit, window, rng):
        super().__init__(limit, window, rng)
        self.turn = 0

    def allow(self, now):
        while self.log and now - self.log[0] >= self.window:
            self.log.popleft()
        if len(self.log) >= self.limit:
            return False
        self.turn += 1
        if self.turn % 3:
            self.log.append(now)
        return True


class SlowRefill(Bucket):
    """The whole number at once, and hardly half of it in a window afterwards."""

    def __init__(self, limit, window, rng):
        super().__init__(limit, 2 * window, rng)


class CalendarMinute(Fixed):
    """Windows of the clock, five sixths as long."""

    def __init__(self, limit, window, rng):
        super().__init__(limit, window * 5 / 6, rng)


LIARS: dict[str, Limiter] = {
    "synced nodes": Synced,
    "credit": Credit,
    "sampled": Sampled,
    "once, then off": OnceThenOff,
    "growing window": Growing,
    "two in three": TwoInThree,
    "slow refill": SlowRefill,
    "five sixths": CalendarMinute,
    "growing penalty": GrowingPenalty,
}


@attrs.frozen
class Trial:
    """A limiter in a server, and the verdicts that are right about it."""

    limiter: Limiter
    right: frozenset[str]
    server: Callable[..., Server] = Server
    rules: tuple[tuple[int, float], ...] = RULES

    def run(self, seed: int) -> Estimate:
        """Examine it at depth full, from a moment of the seed's choosing."""
        rng, rule = random.Random(seed), Rule(*self.rules[seed % len(self.rules)])
        limiter = self.limiter(rule.limit, rule.window, rng)
        server = self.server(limiter, rng, 0.005)
        found, _ = drive(examine(rule, NOW + rng.uniform(0, 600), 0.0, FULL), server)
        return found

    def wrong(self, seeds: int) -> list[tuple[int, Estimate]]:
        """The seeds with which the verdict is wrong, and what was concluded."""
        return [(seed, found) for seed in range(seeds) if (found := self.run(seed)).verdict not in self.right]


def _faulty(kind: str, fault: str) -> Limiter:
    return lambda limit, window, rng: COARSE[kind](*FAULTS[fault](limit, window), rng)


MINUTE = ((10, 60.0),)
TRIALS: dict[str, Trial] = {
    **{name: Trial(kind, CONFORMING) for name, kind in (COARSE | RIGHT).items()},
    **{
        f"{server.__name__.lower()} {kind}": Trial(KINDS[kind], CONFORMING, server, ((10, 10.0),))
        for server in (Crowded, Queueing)
        for kind in ("fixed", "from first", "log", "bucket")
    },
    **{f"liar: {name}": Trial(kind, BROKEN) for name, kind in LIARS.items()},
    **{
        f"liar: {kind}, {fault}": Trial(_faulty(kind, fault), BROKEN, rules=MINUTE)
        for kind in ("stick table", "steps", "expiring")
        for fault in ("half", "twice", "twice the window")
    },
}
"""Everything that is tried, by name; a few seeds of it in the tests, and as many as are wanted by
`python -m tests.power limits-trials --unusual 50`.
"""
