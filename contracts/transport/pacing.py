"""How fast requests are sent: never faster than the document declares, per operation and principal.

A sliding log of send times is safe under every kind of limiter: whatever window a server counts in, it never holds more
requests than were sent in a span of that length.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable

import attrs

from contracts.core.exchange import Exchange
from contracts.transport.layers import Delivery, Layer
from specs.contract import Limit, Operation

SLACK = 0.05
"""Seconds added to every window for requests that arrive closer together than they were sent."""


@attrs.define
class Allowance:
    """One limit as a sliding log of send times (seconds of `clock`), those still to come among them."""

    requests: int
    window: float
    sent: list[float] = attrs.field(factory=list)

    def free_at(self, moment: float, count: int = 1) -> float:
        """The earliest time, from a moment on, at which one more request may be sent, or so many at once."""
        # Of `count` at once no more than the limit are waited for: beyond that no wait would ever be enough.
        counted = self.sent[bisect_right(self.sent, moment - self.window) :]
        over = len(counted) + min(count, self.requests) - self.requests
        return moment if over <= 0 else counted[over - 1] + self.window

    def take(self, moment: float, now: float) -> None:
        """One more request is sent at a moment. What no window holds any more is forgotten."""
        insort(self.sent, moment)
        del self.sent[: bisect_right(self.sent, now - self.window)]


Key = tuple[str, str | None]


@attrs.frozen
class Queue:
    """Requests that wait for their turn: to which operation, as whom, how many, and how many seconds the last waits."""

    operation: str
    principal: str | None
    requests: int
    seconds: float


@attrs.define
class Budget:
    """The allowances of every operation × principal. `pace` "none" holds nothing back.

    One of several processes that send side by side has its share: `worker` of `workers`.
    """

    pace: str
    time_scale: float
    clock: Callable[[], float]
    worker: int = 0
    workers: int = 1
    _allowances: dict[Key, list[Allowance]] = attrs.field(factory=dict)
    _not_before: dict[Key, float] = attrs.field(factory=dict)
    _kept: dict[Key, int] = attrs.field(factory=dict)

    def reserve(self, operation: Operation, principal: str | None) -> float:
        """Take one request from the budget; returns the time (of `clock`) at which it may be sent."""
        key = (operation.key, principal)
        now = self.clock()
        allowances = self._of(operation, principal)
        at = max([now, self._not_before.get(key, now), *(each.free_at(now) for each in allowances)])
        for allowance in allowances:
            allowance.take(at, now)
        return at

    def together(self, asked: Iterable[tuple[Operation, str | None]]) -> float:
        """Take several requests that are to be sent at one moment; returns the first at which all of them may be.

        More at once than a limit ever grants are taken as if it granted them: such a burst is meant to exceed it.
        """
        moment = self.clock()
        operations = list(asked)
        counts = Counter((operation.key, principal) for operation, principal in operations)
        for operation, principal in operations:
            key = (operation.key, principal)
            free = [each.free_at(moment, counts[key]) for each in self._of(operation, principal)]
            moment = max([moment, self._not_before.get(key, moment), *free])
        now = self.clock()
        for operation, principal in operations:
            for allowance in self._of(operation, principal):
                allowance.take(moment, now)
        return moment

    def may(self, operation: Operation, principal: str | None, *, kept: bool = False) -> bool:
        """Whether one more may be sent now. `kept`: it is one that was kept for this."""
        key, now = (operation.key, principal), self.clock()
        others = 0 if kept else self._kept.get(key, 0)
        allowances = self._of(operation, principal)
        free = all(each.requests > others and each.free_at(now, 1 + others) <= now for each in allowances)
        return free and self._not_before.get(key, now) <= now

    def keep(self, operation: Operation, principal: str | None, count: int = 1) -> None:
        """Keep one for later (or, with -1, give it back): whoever creates something will have to remove it."""
        key = (operation.key, principal)
        self._kept[key] = max(0, self._kept.get(key, 0) + count)

    def take(self, operation: Operation, principal: str | None) -> None:
        """One is sent now."""
        now = self.clock()
        for allowance in self._of(operation, principal):
            allowance.take(now, now)

    def longest_queue(self) -> Queue | None:
        """Where the last request waits longest; None where none waits. May be asked from another thread."""
        now, queues = self.clock(), []
        for (operation, principal), allowances in list(self._allowances.items()):
            later = max(([at for at in list(each.sent) if at > now] for each in allowances), key=len, default=[])
            last = max([*later, self._not_before.get((operation, principal), now)]) - now
            if last > 0:
                queues.append(Queue(operation, principal, len(later), last))
        return max(queues, key=lambda each: each.seconds, default=None)

    def hold(self, operation: Operation, principal: str | None, seconds: float) -> None:
        """The deployment has asked to wait: send nothing more of this operation and principal for so long."""
        key = (operation.key, principal)
        self._not_before[key] = max(self._not_before.get(key, 0), self.clock() + seconds)
        self._learn(key)

    def _learn(self, key: Key) -> None:
        """A refusal below the declared number: from now on only as many are sent as were let through.

        Very few are no measure of the bucket: then somebody else has used it, an earlier run perhaps.
        """
        shortest = min(self._allowances.get(key, ()), key=lambda each: each.window, default=None)
        if shortest is None:
            return
        now = self.clock()
        let_through = sum(now - shortest.window < moment <= now for moment in shortest.sent) - 1
        if shortest.requests / 4 <= let_through < shortest.requests:
            shortest.requests = let_through

    def _of(self, operation: Operation, principal: str | None) -> list[Allowance]:
        key = (operation.key, principal)
        if key not in self._allowances:
            self._allowances[key] = [self._allowance(each) for each in self._binding(operation)]
        return self._allowances[key]

    def _binding(self, operation: Operation) -> list[Limit]:
        return [] if self.pace == "none" else [each for each in operation.limits if not each.implied]

    def _allowance(self, limit: Limit) -> Allowance:
        share = limit.requests // self.workers + (self.worker < limit.requests % self.workers)
        return Allowance(share, limit.window / self.time_scale * (1 + SLACK) + SLACK)


def declared_rate(operation: Operation, time_scale: float) -> float:
    """Requests a second that one credential may send, as declared; infinite where nothing is."""
    return min((each.requests / each.window * time_scale for each in operation.limits), default=float("inf"))


class Paced:
    """The layer that waits until a request may be sent. One with a moment of its own has its place in the budget."""

    def __init__(self, inner: Layer, budget: Budget) -> None:
        self._inner, self._budget = inner, budget

    async def send(self, delivery: Delivery) -> Exchange:
        """Send it when its time has come."""
        request, moment = delivery.request, delivery.moment
        if moment is None:
            moment = self._budget.reserve(request.operation, request.principal)
        if (left := moment - self._budget.clock()) > 0:
            await asyncio.sleep(left)
        return await self._inner.send(delivery)
