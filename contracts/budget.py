"""How fast a deployment may be asked: never faster than it declares, per operation and principal.

A sliding log of send times is safe under every kind of limiter: whatever window a server counts in, it never holds more
requests than were sent in a span of that length.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

import attrs

from specs.contract import Limit, Operation

SLACK = 0.05
"""Seconds added to every window for requests that arrive closer together than they were sent."""


@attrs.define
class Allowance:
    """One limit as a sliding log of send times (seconds of `clock`)."""

    requests: int
    window: float
    sent: deque[float] = attrs.field(factory=deque)

    def free_at(self, now: float) -> float:
        """The earliest time one more request may be sent."""
        while self.sent and self.sent[0] <= now - self.window:
            self.sent.popleft()
        return now if len(self.sent) < self.requests else self.sent[-self.requests] + self.window


@attrs.define
class Budget:
    """The allowances of every operation × principal. `pace` "none" holds nothing back."""

    pace: str
    time_scale: float
    clock: Callable[[], float]
    _allowances: dict[tuple[str, str | None], list[Allowance]] = attrs.field(factory=dict)
    _not_before: dict[tuple[str, str | None], float] = attrs.field(factory=dict)

    def reserve(self, operation: Operation, principal: str | None) -> float:
        """Take one request from the budget; returns the time (of `clock`) at which it may be sent."""
        key = (operation.key, principal)
        now = self.clock()
        if key not in self._allowances:
            self._allowances[key] = list(self._declared(operation.limits))
        at = max([now, self._not_before.get(key, now), *(each.free_at(now) for each in self._allowances[key])])
        for allowance in self._allowances[key]:
            allowance.sent.append(at)
        return at

    def hold(self, operation: Operation, principal: str | None, seconds: float) -> None:
        """The deployment asked for patience: send nothing more of this kind for so long."""
        key = (operation.key, principal)
        self._not_before[key] = max(self._not_before.get(key, 0), self.clock() + seconds)

    def _declared(self, limits: Iterable[Limit]) -> Iterable[Allowance]:
        if self.pace == "none":
            return []
        return [Allowance(each.requests, each.window / self.time_scale * (1 + SLACK) + SLACK) for each in limits]


async def until(moment: float, clock: Callable[[], float]) -> None:
    """Sleep until a time of `clock`."""
    if (left := moment - clock()) > 0:
        await asyncio.sleep(left)


def duration(asked: Iterable[tuple[Operation, str | None, int]], time_scale: float) -> float:
    """Seconds that so many requests per operation × principal need within the declared limits, side by side."""
    needed: dict[tuple[str, str | None], int] = {}
    operations: dict[str, Operation] = {}
    for operation, principal, count in asked:
        operations[operation.key] = operation
        needed[operation.key, principal] = needed.get((operation.key, principal), 0) + count
    return max(
        (
            (-(-count // limit.requests) - 1) * limit.window / time_scale
            for (key, _), count in needed.items()
            for limit in operations[key].limits
        ),
        default=0.0,
    )
