"""How a run of `tokens` is laid out for a deployment: who calls how often, for how long, and what is in the way."""

from __future__ import annotations

from contracts.request.credentials import callers
from contracts.transport.token_client import POLICIES
from load.runtime.setup import Setup
from load.scenarios.tokens import timetable
from load.scenarios.tokens.timetable import SHARE, Timetable
from specs.contract import Operation

USERS, CALLERS, RATE = 2, 10, 5.0
"""How many managed users, callers of each, and calls a second of each caller, unless somebody says otherwise."""
WINDOWS = (0.5, 20.0)
"""Seconds a window of refreshes may last for it to be used up and awaited: long enough to hit, short enough to wait."""


def crew_of(setup: Setup) -> tuple[int, int, float]:
    """Managed users, callers of each, and calls a second of each caller."""
    knobs = setup.knobs
    return int(knobs.get("managed") or USERS), int(knobs.get("callers") or CALLERS), rate_of(setup)


def rate_of(setup: Setup) -> float:
    """Calls a second of one caller, so that all callers of a user stay within what its token is granted."""
    knobs, rules = setup.knobs, setup.contract.tokens
    callers_of = int(knobs.get("callers") or CALLERS)
    wanted = float(knobs["rate"]) / (int(knobs.get("managed") or USERS) * callers_of) if knobs.get("rate") else RATE
    scheme = rules.access.scheme if rules else None
    granted = [
        limit.requests / limit.window * setup.deployment.time_scale * SHARE
        for each in setup.contract.operations
        if each.safe and any(alternative.schemes == (scheme,) for alternative in each.security)
        for limit in each.limits
        if not limit.implied
    ]
    return min([wanted, *(each / callers_of for each in granted)])


def refresh_of(setup: Setup) -> Operation:
    """The operation that trades refresh tokens."""
    assert setup.contract.tokens is not None
    assert setup.contract.tokens.refresh is not None
    return setup.contract.tokens.refresh


def window_of(setup: Setup) -> float:
    """Seconds of the window in which refreshes are limited; 0 where they are not."""
    limits = refresh_of(setup).limits
    return limits[0].window / setup.deployment.time_scale if limits else 0.0


def limit_of(setup: Setup) -> int:
    """Refreshes in that window."""
    limits = refresh_of(setup).limits
    return limits[0].requests if limits else 1000


def hours_of(setup: Setup) -> Timetable:
    """The timetable of a run."""
    rules = setup.contract.tokens
    assert rules is not None
    names = setup.knobs.get("policy") or [each.name for each in POLICIES]
    window = window_of(setup)
    waits = 3.5 * window if WINDOWS[0] <= window <= WINDOWS[1] else window if window < WINDOWS[0] else 0.0
    seconds = setup.knobs.get("seconds")
    return timetable.made(
        rules, setup.deployment.time_scale, crew_of(setup), [timetable.policy(each) for each in names],
        float(seconds) if seconds else None, waits,
    )  # fmt: skip


def closed_of(setup: Setup) -> str | None:
    """Why nothing can be sent; None where it can."""
    rules = setup.contract.tokens
    if not setup.deployment.writes:
        return "the deployment file does not allow writes"
    if rules is None or not rules.issue or not callers(setup.deployment, rules.issue[0]):
        return "the deployment file names nobody who may create an owner of tokens"
    return None
