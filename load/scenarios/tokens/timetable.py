"""What callers do when: one stint for every policy, then the drill. All times are seconds after the start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs

from contracts.transport.token_client import POLICIES, SINGLE_FLIGHT, Policy
from specs.contract import TokenRules

EXPIRIES = 2
"""How many expiries every policy has to live through."""
LONGEST = 60.0
"""Seconds for which an expiry is awaited unless more time was given."""
DRILL = 6.0
"""Seconds that the drill has, besides the windows it waits for."""
SHARE = 0.8
"""The part of a declared limit that callers use."""


@attrs.frozen
class Stint:
    """A policy at work from `start` to `end`. `drill`: while it is at work, tokens are raced, forced and refused."""

    policy: str
    start: float
    end: float
    drill: bool = False


@attrs.frozen
class Timetable:
    """The stints, and who takes part: `users` managed users, each with `callers` that call `rate` times a second."""

    stints: tuple[Stint, ...]
    users: int
    callers: int
    rate: float
    life: float
    """Seconds an access token lives on this deployment, as declared; infinite where nothing is declared."""
    awaited: bool
    """Whether lifetimes can be awaited."""

    @property
    def seconds(self) -> float:
        return self.stints[-1].end

    def at(self, elapsed: float) -> Stint | None:
        """The stint of a moment; None when all is over."""
        return next((each for each in self.stints if elapsed < each.end), None)

    def written(self) -> dict[str, Any]:
        return attrs.asdict(self)


def read(written: dict[str, Any]) -> Timetable:
    """A timetable that `written` has made."""
    return Timetable(**{**written, "stints": tuple(Stint(**each) for each in written["stints"])})


def made(
    rules: TokenRules,
    time_scale: float,
    crew: tuple[int, int, float],
    policies: Sequence[Policy],
    seconds: float | None,
    waits: float,
) -> Timetable:
    """The timetable for a document's tokens. `crew`: users, callers of each, calls a second of each caller.

    `waits`: seconds the drill waits for windows. `seconds`: how long each policy is at work, None for as long as two
    expiries take. A life that does not fit in is not awaited: then only the drill is left.
    """
    life = rules.access.lifetime / time_scale if rules.access.lifetime else math.inf
    needed = (EXPIRIES + 0.3) * (life + 1.0)  # a lifetime may be rounded up to a whole second
    given = seconds if seconds is not None else needed if needed <= LONGEST else 0.0
    awaited = given >= EXPIRIES * life
    stints: list[Stint] = []
    for policy in policies if awaited else ():
        start = stints[-1].end if stints else 0.0
        stints.append(Stint(policy.name, start, start + given))
    start = stints[-1].end if stints else 0.0
    stints.append(Stint(SINGLE_FLIGHT.name, start, start + DRILL + waits, drill=True))
    return Timetable(tuple(stints), *crew, life, awaited)


def policy(name: str) -> Policy:
    return next(each for each in POLICIES if each.name == name)
