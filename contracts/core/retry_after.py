"""How long an answer asks its client to wait."""

from __future__ import annotations

import contextlib
import re
from email.utils import parsedate_to_datetime

from contracts.core.exchange import Exchange


def advised_wait(exchange: Exchange) -> float | None:
    """Seconds a 429 asks to wait, by Retry-After or by when the limit resets; None if it says nothing usable."""
    if exchange.response is None:
        return None
    told = exchange.response.header("Retry-After") or ""
    if told.isdigit():
        return float(told)
    with contextlib.suppress(ValueError):
        return max(0.0, parsedate_to_datetime(told).timestamp() - exchange.received)
    waits = [_until(value, exchange.received) for name, value in exchange.response.headers if _RESET.search(name)]
    return max((each for each in waits if each is not None), default=None)


_RESET = re.compile(r"rate-?limit-reset", re.IGNORECASE)


_EPOCH, _MILLISECONDS = 1e8, 1e11
"""Below the first a number is seconds from now, from there a time in seconds; from the second on, milliseconds."""


def _until(value: str, now: float) -> float | None:
    if not value.isdigit():
        return None
    if (told := float(value)) < _EPOCH:
        return told
    return max(0.0, told - now) + 0.05 if now - 60 < told < _MILLISECONDS else None
