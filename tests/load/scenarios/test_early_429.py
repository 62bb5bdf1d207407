"""Refusals that come too early, and Remaining that cannot be a count: held against simulated limiters."""

from __future__ import annotations

from random import Random

import pytest

from contracts.core.exchange import Exchange
from load.scenarios.early_429 import early
from load.scenarios.mixed.remaining_counter import rises
from tests.load.scenarios.exchanges import exchange

KEY = "GET /v2/organizations/{orgId}/bookings"
SCALE = 10.0  # 60 requests in 6 seconds
WINDOW = 6.0


class Fixed:
    """Windows of a limit that begin whenever they like."""

    def __init__(self, limit: int, phase: float) -> None:
        self.limit, self.phase, self.used = limit, phase, dict[int, int]()

    def ask(self, now: float) -> tuple[bool, int, int]:
        index = int((now + self.phase) // WINDOW)
        used = self.used.get(index, 0)
        if used < self.limit:
            self.used[index] = used + 1
        return used < self.limit, max(0, self.limit - used - 1), int((index + 1) * WINDOW - self.phase) + 1


class Sliding:
    """A log of what was admitted in the last window."""

    def __init__(self, limit: int, _: float) -> None:
        self.limit, self.log = limit, list[float]()

    def ask(self, now: float) -> tuple[bool, int, int]:
        self.log = [each for each in self.log if each > now - WINDOW]
        good = len(self.log) < self.limit
        if good:
            self.log.append(now)
        return good, self.limit - len(self.log), int(self.log[0] + WINDOW) + 1


class Bucket:
    """A token bucket of the whole limit."""

    def __init__(self, limit: int, _: float) -> None:
        self.limit, self.level, self.last = limit, float(limit), 0.0

    def ask(self, now: float) -> tuple[bool, int, int]:
        self.level = min(self.limit, self.level + (now - self.last) * self.limit / WINDOW)
        self.last = now
        good = self.level >= 1
        self.level -= good
        return good, int(self.level), int(now + (self.limit - self.level) * WINDOW / self.limit) + 1


def sent_to(contract, limiter, rate: float, seconds: float = 40.0, spread: float = 0.5) -> list[Exchange]:
    random, now, made = Random(5), 0.0, []
    while now < seconds:
        good, remaining, reset = limiter.ask(now)
        told = {"X_RateLimit_Limit": "60", "X_RateLimit_Remaining": str(remaining), "X_RateLimit_Reset": str(reset)}
        made.append(exchange(contract, KEY, sent=now - 0.002, took=0.004, status=200 if good else 429, **told))
        now += random.uniform(1 - spread, 1 + spread) / rate
    return made


@pytest.mark.parametrize("kind", [Fixed, Sliding, Bucket])
@pytest.mark.parametrize("rate", [2.0, 9.0, 9.9, 14.0, 40.0])
@pytest.mark.parametrize("phase", [0.0, 2.5])
def test_no_conforming_limiter_refuses_too_early_or_counts_wrong(contract, kind, rate, phase):
    made = sent_to(contract, kind(60, phase), rate)
    limits = contract.operation(KEY).limits
    assert early(made, limits, SCALE) == []
    assert rises(made, limits[0], SCALE) == []


def test_refusals_below_the_declared_number_are_seen(contract):
    made = sent_to(contract, Fixed(30, 0.0), 9.0)
    assert len(early(made, contract.operation(KEY).limits, SCALE)) >= 2


def test_nothing_is_said_of_a_first_window_in_which_others_may_have_asked(contract):
    limits = contract.operation(KEY).limits
    refused = [exchange(contract, KEY, sent=each, status=429) for each in (1.0, 2.0, 3.0)]
    used = exchange(contract, KEY, sent=0.0, X_RateLimit_Remaining="12")
    idle = exchange(contract, KEY, sent=0.0, X_RateLimit_Remaining="59")
    assert early([used, *refused], limits, SCALE) == []
    assert early([idle, *refused], limits, SCALE) == refused


def test_two_counters_in_turn_are_seen(contract):
    made, counters = [], (Fixed(60, 0.0), Fixed(60, 0.0))
    for number in range(200):
        now = number * 0.15
        _, remaining, reset = counters[number % 4 == 0].ask(now)
        told = {"X_RateLimit_Limit": "60", "X_RateLimit_Remaining": str(remaining), "X_RateLimit_Reset": str(reset)}
        made.append(exchange(contract, KEY, sent=now, took=0.004, **told))
    assert len(rises(made, contract.operation(KEY).limits[0], SCALE)) >= 2
