"""Simulated limiters of every kind, and servers around them that break them: what the estimator is tried on."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable

from load.limiters.trace import Sample


class Fixed:
    def __init__(self, limit, window, rng):
        self.limit, self.window, self.index, self.count = limit, window, None, 0
        self.phase = 0.0

    def allow(self, now):
        index = math.floor((now - self.phase) / self.window)
        if index != self.index:
            self.index, self.count = index, 0
        if self.count >= self.limit:
            return False
        self.count += 1
        return True


class FixedAnyPhase(Fixed):
    """Windows since the server was started."""

    def __init__(self, limit, window, rng):
        super().__init__(limit, window, rng)
        self.phase = rng.uniform(0, window)


class FromFirst:
    def __init__(self, limit, window, rng):
        self.limit, self.window, self.end, self.count = limit, window, -math.inf, 0

    def allow(self, now):
        if now >= self.end:
            self.end, self.count = now + self.window, 0
        if self.count >= self.limit:
            return False
        self.count += 1
        return True


class Block(FromFirst):
    def __init__(self, limit, window, rng):
        super().__init__(limit, window, rng)
        self.shut = None

    def allow(self, now):
        if self.shut is not None:
            if now < self.shut:
                return False
            self.shut, self.end = None, -math.inf
        if super().allow(now):
            return True
        self.shut = now + self.window
        return False


class Log:
    counts_refused = False

    def __init__(self, limit, window, rng):
        self.limit, self.window, self.log = limit, window, deque()

    def allow(self, now):
        while self.log and now - self.log[0] >= self.window:
            self.log.popleft()
        admitted = len(self.log) < self.limit
        if admitted or self.counts_refused:
            self.log.append(now)
        return admitted


class LogOfAll(Log):
    counts_refused = True


class Counter:
    def __init__(self, limit, window, rng):
        self.limit, self.window, self.index, self.count, self.before = limit, window, None, 0, 0

    def allow(self, now):
        place = now / self.window
        index = math.floor(place)
        if self.index is None:
            self.index = index
        if index != self.index:
            self.before = self.count if index == self.index + 1 else 0
            self.count, self.index = 0, index
        if self.share(1 - (place - index)) + self.count + 1 > self.limit + 1e-9:
            return False
        self.count += 1
        return True

    def share(self, part):
        return self.before * part


class Bucket:
    def __init__(self, limit, window, rng):
        self.limit, self.window, self.tokens, self.last = limit, window, float(limit), None

    def allow(self, now):
        if self.last is not None:
            self.tokens = min(self.limit, self.tokens + (now - self.last) * self.limit / self.window)
        self.last = now
        if self.tokens < 1 - 1e-9:
            return False
        self.tokens -= 1
        return True


class WholeBucket:
    """Counts whole tokens, and forgets what was left over of the time."""

    def __init__(self, limit, window, rng):
        self.limit, self.window, self.tokens, self.last = limit, window, limit, None

    def allow(self, now):
        if self.last is not None:
            tokens = min(self.limit, self.tokens + math.floor((now - self.last) * self.limit / self.window + 1e-9))
        else:
            tokens = self.limit
        if tokens < 1:
            return False
        self.tokens, self.last = tokens - 1, now
        return True


def by_seconds(kind):
    """A limiter whose clock counts whole seconds."""

    class BySeconds(kind):
        def allow(self, now):
            return super().allow(math.floor(now))

    return BySeconds


class Off:
    def __init__(self, limit, window, rng):
        pass

    def allow(self, now):
        return True


KINDS = {
    "fixed": Fixed,
    "fixed, any phase": FixedAnyPhase,
    "from first": FromFirst,
    "block": Block,
    "log": Log,
    "log of all": LogOfAll,
    "counter": Counter,
    "bucket": Bucket,
}
"""Kinds that keep a declaration."""


class CounterOfAll(Counter):
    """Refused requests count too."""

    def allow(self, now):
        admitted = super().allow(now)
        self.count += not admitted
        return admitted


class StickTable:
    """Two periods that begin with requests, refused ones counted, and a rate in whole requests, as HAProxy has it."""

    def __init__(self, limit, window, rng):
        self.limit, self.window, self.begun, self.count, self.before = limit, window, None, 0, 0

    def allow(self, now):
        if self.begun is None:
            self.begun = now
        if now - self.begun >= self.window:
            self.before, self.count, self.begun = self.count, 0, self.begun + self.window
            if now - self.begun >= self.window:
                self.before, self.begun = 0, now
        self.count += 1
        share = 1 - (now - self.begun) / self.window
        return math.floor(self.before * share + self.count) <= self.limit


class Steps:
    """A quarter of its tokens comes at once, four times in a window of its own, as Envoy and bucket4j may have it."""

    def __init__(self, limit, window, rng):
        self.limit, self.window, self.tokens = limit, window, limit
        self.begun, self.steps = rng.uniform(0, window), None

    def allow(self, now):
        steps = math.floor((now - self.begun) * 4 / self.window)
        if self.steps is not None:
            self.tokens = min(self.limit, self.tokens + (steps - self.steps) * self.limit / 4)
        self.steps = steps
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Expiring:
    """A counter whose expiry is set anew by every request, admitted or refused."""

    def __init__(self, limit, window, rng):
        self.limit, self.window, self.end, self.count = limit, window, -math.inf, 0

    def allow(self, now):
        self.count = self.count + 1 if now < self.end else 1
        self.end = now + self.window
        return self.count <= self.limit


class SmallBucket(Bucket):
    """Filled as fast as the limit allows, and a third as large: nginx, Traefik and gateways have such bursts."""

    def __init__(self, limit, window, rng):
        super().__init__(max(2, limit // 3), window * max(2, limit // 3) / limit, rng)


COARSE = {
    "small bucket": SmallBucket,
    "steps": Steps,
    "expiring": Expiring,
    "counter of all": CounterOfAll,
    "stick table": StickTable,
    "whole tokens": WholeBucket,
    "whole tokens by seconds": by_seconds(WholeBucket),
    "bucket by seconds": by_seconds(Bucket),
    "log by seconds": by_seconds(Log),
    "from first by seconds": by_seconds(FromFirst),
    "block by seconds": by_seconds(Block),
}
"""Kinds that keep a declaration as far as their clock or their count can tell."""


def one_more(limit):
    return max(limit + 2, round(limit * 1.2))


FAULTS: dict[str, Callable[[int, float], tuple[int, float]]] = {
    "none": lambda limit, window: (limit, window),
    "one less": lambda limit, window: (limit - 1, window),
    "one more": lambda limit, window: (limit + 1, window),
    "a fifth more": lambda limit, window: (one_more(limit), window),
    "half": lambda limit, window: (limit // 2, window),
    "twice": lambda limit, window: (limit * 2, window),
    "window a tenth shorter": lambda limit, window: (limit, window * 0.9),
    "window a tenth longer": lambda limit, window: (limit, window * 1.1),
    "half the window": lambda limit, window: (limit, window / 2),
    "twice the window": lambda limit, window: (limit, window * 2),
    "off": lambda limit, window: (limit, window),
}


class Server:
    """Answers an examination's questions with a limiter behind a network with delays."""

    def __init__(self, limiter, rng: random.Random, delay: float = 0.08, noise: float = 0.35):
        self.limiter, self.rng, self.delay, self.noise = limiter, rng, delay, noise
        self.decided = -math.inf

    def way(self):
        return self.delay / 2 * self.rng.lognormvariate(0, self.noise)

    def decide(self, sent, received, admitted) -> Sample:
        """The answer to one request."""
        return Sample(sent, received, 200 if admitted else 429)

    def answer(self, ask) -> list[Sample]:
        lanes = [ask.at] * ask.together
        found: list[Sample] = []
        row = 0
        for _ in range(ask.count):
            lane = min(range(len(lanes)), key=lanes.__getitem__)
            sent = lanes[lane] + 0.0005
            there, back = self.way(), self.way()
            self.decided = max(self.decided, sent + there)  # one at a time, in order of arrival as good as sent
            admitted = self.limiter.allow(self.decided)
            received = self.decided + back
            lanes[lane] = received
            found.append(self.decide(sent, received, admitted))
            row = 0 if admitted else row + 1
            if row >= ask.refusals:
                break
        return found


def drive(examination, server: Server):
    """Run an examination against a simulated server; returns its estimate and what it asked."""
    asked = []
    try:
        ask = next(examination)
        while True:
            asked.append(ask)
            ask = examination.send(server.answer(ask))
    except StopIteration as ended:
        return ended.value, asked


class Crowded(Server):
    """Refuses whatever comes while three are in flight, each of which takes a while; behind that is a limiter."""

    most, took = 3, 0.03

    def answer(self, ask):
        lanes = [ask.at] * ask.together
        under_way, found, row = [], [], 0
        for _ in range(ask.count):
            lane = min(range(len(lanes)), key=lanes.__getitem__)
            sent = lanes[lane] + 0.0005
            under_way = [end for end in under_way if end > sent + 0.002]
            admitted = len(under_way) < self.most and self.limiter.allow(sent + 0.002)
            received = sent + 0.002 + (self.took if admitted else 0.002)
            under_way += [received] if admitted else []
            lanes[lane] = received + 0.001
            found.append(Sample(sent, received, 200 if admitted else 429))
            row = 0 if admitted else row + 1
            if row >= ask.refusals:
                break
        return found


class Queueing(Server):
    """Refuses nobody: whoever is too early waits."""

    def answer(self, ask):
        lanes, found = [ask.at] * ask.together, []
        for _ in range(ask.count):
            lane = min(range(len(lanes)), key=lanes.__getitem__)
            sent = lanes[lane]
            self.decided = max(self.decided, sent + 0.002)  # first come, first served
            while not self.limiter.allow(self.decided):
                self.decided += self.limiter.window / 100
            lanes[lane] = self.decided + 0.003
            found.append(Sample(sent, lanes[lane], 200))
        return found
