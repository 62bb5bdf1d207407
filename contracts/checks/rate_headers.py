"""Checks on what answers say of rate limits."""

from __future__ import annotations

import re

from contracts.checks import check
from contracts.checks.helpers import asked_as_declared, response
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange
from contracts.core.retry_after import retry_after
from specs.contract import Contract

CLOCK = 5.0
"""Seconds by which two clocks may differ before a time in a header counts as wrong."""


@check(family="limits", kinds=("header",))
def rate_headers_tell_the_truth(exchange: Exchange, contract: Contract) -> bool:
    """Rate-limit headers, wherever they stand, name a declared limit, count sensibly and reset in time.

    `X-RateLimit-Limit` is the declared number of a limit that can bind; `Remaining` lies between 0 and it, and is 0 on
    a 429; `Reset` is not past and not further away than the declared window: a UTC epoch second or the seconds left, as
    the document words it, and either where it does not say.
    """
    told = {
        role: value
        for role in ("Limit", "Remaining", "Reset")
        if (value := response(exchange).header(f"X-RateLimit-{role}")) is not None
    }
    declared = {each.requests: each.window for each in exchange.operation.limits if not each.implied}
    if not declared or not told or not asked_as_declared(exchange):
        return False
    for name, value in told.items():
        if not re.fullmatch(r"\d+", value):
            raise Broken(f"X-RateLimit-{name}: a whole number", repr(value))
    limit = int(told["Limit"]) if "Limit" in told else None
    if limit is not None and limit not in declared:
        raise Broken(f"X-RateLimit-Limit: {' or '.join(map(str, declared))}, as declared", str(limit))
    if "Remaining" in told:
        _counts(exchange, int(told["Remaining"]), limit or max(declared))
    if "Reset" in told:
        window = declared[limit] if limit else max(declared.values())
        _resets(exchange, int(told["Reset"]), window, contract.reset_unit)
    return True


def _counts(exchange: Exchange, remaining: int, limit: int) -> None:
    if exchange.status == 429 and remaining:
        raise Broken("X-RateLimit-Remaining: 0 on a 429", str(remaining))
    if remaining > limit:
        raise Broken(f"X-RateLimit-Remaining: at most {limit}", str(remaining))


def _resets(exchange: Exchange, reset: int, window: float, unit: str | None) -> None:
    away = reset - exchange.received
    past = exchange.sent - reset  # the answer was made between sending and receiving, however long that took
    fits = {"epoch": past <= CLOCK and away <= window + CLOCK, "left": reset <= window + CLOCK}
    if unit == "date" or (fits[unit] if unit else any(fits.values())):
        return
    if unit == "left":
        raise Broken(f"X-RateLimit-Reset: seconds left, at most {window:g}", str(reset))
    looks = " (it looks like milliseconds)" if reset > 1e11 else " (it looks like seconds left)" if reset < 1e7 else ""
    raise Broken(
        f"X-RateLimit-Reset: an epoch second within the next {window:g} s",
        f"{reset}, {away:+.0f} s from now{looks}",
    )


@check(family="limits", kinds=("header",))
def a_refusal_tells_how_long_to_wait(exchange: Exchange, _: Contract) -> bool:
    """Retry-After on a 429 is true as far as one answer can show it: not longer than the longest declared window.

    It is not promised, so it may be missing. Whether waiting that long helps is judged by the laws of limits.
    """
    wait = retry_after(exchange)
    if exchange.status != 429 or not exchange.operation.limits or wait is None:
        return False
    longest = max(each.window for each in exchange.operation.limits)
    if wait > longest + CLOCK:
        told = str(response(exchange).header("Retry-After"))
        raise Broken(f"Retry-After: at most {longest:g}, the longest declared window", told)
    return True
