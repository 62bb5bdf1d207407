"""Simulated servers that tell of their limits in headers, truly or not."""

from __future__ import annotations

import copy
import math
import random
from datetime import UTC, datetime
from email.utils import format_datetime

import attrs

from load.limiters.conclusion import Estimate
from load.limiters.examination import examine
from load.limiters.header_dialects import Lie, Terms
from load.limiters.header_truth import lies
from load.limiters.rule import Rule
from load.limiters.setting import Setting
from load.limiters.trace import Sample
from load.runtime.run import rate_headers_in
from tests.load.limiters.simulated import COARSE, KINDS, Server, drive

NOW = 1_700_000_000.0


def twin(limiter):
    """Another limiter in the same state."""
    made = copy.copy(limiter)
    if hasattr(made, "log"):
        made.log = made.log.copy()
    return made


def opens(limiter, now: float) -> float:
    """When the next request would be admitted, if nobody asked meanwhile."""

    def admits(at: float) -> bool:
        return twin(limiter).allow(at)

    if admits(now):
        return now
    low, high = now, now + 2.5 * limiter.window
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if admits(middle) else (middle, high)
    return high


UNITS = {
    "epoch": lambda moment, _: str(math.ceil(moment)),
    "epoch-ms": lambda moment, _: str(math.ceil(moment * 1000)),
    "left": lambda moment, now: str(math.ceil(moment - now)),
    "fraction": lambda moment, now: f"{moment - now:.3f}",
    "left-ms": lambda moment, now: str(math.ceil((moment - now) * 1000)),
    "date": lambda moment, _: format_datetime(datetime.fromtimestamp(math.ceil(moment), UTC), usegmt=True),
    "iso": lambda moment, _: datetime.fromtimestamp(moment, UTC).isoformat(),
}
"""How a time may be written."""


@attrs.define
class Voice:
    """What a server says of its limit. `reset` and `wait`: what is told in place of the truth, in seconds from now."""

    unit: str = "epoch"
    family: str = "X-RateLimit"
    reset: float | None = None
    wait: float | None = None
    on_success: bool = True
    limit: int = 0
    """What is added to the limit that is told."""
    stuck: bool = False
    window: float = 1.0
    """What the window of a policy is multiplied by."""
    jitter: tuple[float, float] = (1.0, 1.0)
    """Between which shares of the truth Retry-After lies, by chance."""
    hourly: bool = False
    """Whether a policy of an hour is told beside it (draft 8)."""
    near_end: bool = False
    """Whether nothing is told before hardly anything is left."""
    later: float = 0.0
    """Seconds by which the reset is told too late."""
    again: bool = False
    """Whether half of the number is told once more when half is used up."""

    def headers(self, limiter, now: float, *, admitted: bool, left: int) -> list[tuple[str, str]]:
        """The headers of an answer."""
        if self.near_end and left > 1:
            return []
        if self.again and admitted and left <= limiter.limit // 2:
            left += limiter.limit // 2
        moment = opens(limiter, now)
        number = limiter.limit + self.limit
        left = limiter.limit - 1 if self.stuck else left
        wait = math.ceil((moment - now) * random.Random(now).uniform(*self.jitter)) if self.wait is None else self.wait
        told = [] if admitted else [("Retry-After", str(wait))]
        if admitted and not self.on_success:
            return told
        until = (moment if self.reset is None else now + self.reset) + self.later
        written = UNITS[self.unit](until, now)
        window = limiter.window * self.window
        if self.family == "draft 8":
            policy, state = f'"default";q={number};w={window:g}', f'"default";r={left};t={written}'
            if self.hourly:
                policy, state = f'{policy}, "hourly";q=1000;w=3600', f'"hourly";r=900;t=3000, {state}'
            return [*told, ("RateLimit-Policy", policy), ("RateLimit", state)]
        if self.family == "draft 7":
            policy = ("RateLimit-Policy", f"{number};w={window:g}")
            return [*told, policy, ("RateLimit", f"limit={number}, remaining={left}, reset={written}")]
        names = ("Limit", "Remaining", "Reset")
        return [
            *told,
            *(
                (f"{self.family}-{name}", str(value))
                for name, value in zip(names, (number, left, written), strict=True)
            ),
        ]


class Announcing(Server):
    """A server with a voice."""

    def __init__(self, limiter, rng: random.Random, voice: Voice, delay: float = 0.01):
        super().__init__(limiter, rng, delay)
        self.voice = voice

    def decide(self, sent, received, admitted) -> Sample:
        left = self.left()
        headers = self.voice.headers(self.limiter, self.decided, admitted=admitted, left=left)
        return Sample(sent, received, 200 if admitted else 429, rate_headers_in(headers))

    def left(self) -> int:
        """How many more would be admitted at once."""
        trial, count = twin(self.limiter), 0
        while trial.allow(self.decided):
            count += 1
        return count


def heard(
    kind: str, voice: Voice, seed: int, words=None, *, limit: int = 5, window: float = 10.0, kinds: bool = False
) -> tuple[Estimate, list[Lie]]:
    """Examine a limiter that keeps its rule behind such a voice; gives the estimate and what its headers got wrong."""
    rng = random.Random(seed)
    rule = Rule(limit, window)
    server = Announcing((KINDS | COARSE)[kind](limit, window, rng), rng, voice)
    found, _ = drive(examine(rule, NOW + rng.uniform(0, 600), 0.0, Setting(windows=4.0, kinds=kinds)), server)
    return found, lies(found, Terms(rule, words or {}, windows={limit: window}))
