"""How long a response tells its client to wait: the one reading of Retry-After, for checks, the gate and load runs."""

from __future__ import annotations

import contextlib
import re

from contracts.core.exchange import Exchange
from contracts.core.http_date import epoch
from contracts.core.structured_fields import Numbers, rate_limits

_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)


def wait_seconds(text: str, now: float) -> float | None:
    """Seconds to wait by a value of Retry-After from `now` (epoch seconds) on; None where it says nothing.

    Read are whole seconds and HTTP dates, and fractions of seconds too: HTTP has none, yet they are meant as they say.
    """
    if _NUMBER.fullmatch(value := text.strip()):
        return float(value)
    with contextlib.suppress(ValueError):
        return max(0.0, epoch(value) - now)
    return None


def retry_after(exchange: Exchange) -> float | None:
    """Seconds to wait by a response's Retry-After; None without one that says something.

    A date is counted from the answer's own Date: then it does not matter how far the two clocks are apart.
    """
    if exchange.response is None or (value := exchange.response.header("Retry-After")) is None:
        return None
    now = exchange.received
    with contextlib.suppress(ValueError):
        now = epoch(exchange.response.header("Date") or "")
    return wait_seconds(value, now)


def advised_wait(exchange: Exchange) -> float | None:
    """Seconds to wait after a 429, by Retry-After or by when its limit resets; None where it says nothing usable."""
    if exchange.response is None:
        return None
    if (wait := retry_after(exchange)) is not None:
        return wait
    resets = [_until(value, exchange.received) for name, value in exchange.response.headers if _RESET.search(name)]
    waits = [each for each in resets if each is not None] or _policies(exchange.response.header("RateLimit") or "")
    return max(waits, default=None)


_RESET = re.compile(r"rate-?limit-reset", re.IGNORECASE)
_EPOCH, _MILLISECONDS = 1e8, 1e11
"""Below the first a number is seconds from now, from there a time in seconds; from the second on, milliseconds."""


def _until(value: str, now: float) -> float | None:
    if not _NUMBER.fullmatch(value.strip()):
        return None
    if (number := float(value)) < _EPOCH:
        return number
    return max(0.0, number - now) + 0.05 if now - 60 < number < _MILLISECONDS else None


def _policies(text: str) -> list[float]:
    """When the policies with nothing left have room again; where none says that it is used up, when any has."""
    timed: list[Numbers] = [each for each in rate_limits(text).values() if "t" in each]
    spent = [each for each in timed if each.get("r", 1) < 1]
    return [each["t"] for each in spent or timed]
