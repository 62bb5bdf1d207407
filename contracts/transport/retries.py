"""Which answers mean something: no 429 that nobody expected, and no 5xx before it was seen twice."""

from __future__ import annotations

import attrs

from contracts.core.conversation import Void
from contracts.core.exchange import Exchange, Request
from contracts.core.retry_after import advised_wait
from contracts.transport.layers import Delivery, Layer
from contracts.transport.pacing import Budget

PATIENCE = 2
"""How often a request refused with an unexpected 429 is sent again."""
MINUTE = 60.0


@attrs.frozen
class Answer:
    """The exchange is the answer."""


@attrs.frozen
class Again:
    """It says nothing yet: send the request again after so many seconds."""

    wait: float = 0.0


def next_step(
    request: Request, exchange: Exchange, attempts: int, *, together: bool = False, time_scale: float = 1.0
) -> Answer | Again | Void:
    """What becomes of a request that has been sent `attempts` times, `exchange` the last of them.

    `together`: it was one of several sent at the same moment; a 5xx among those stands as it is, since sent again by
    itself it would say something else.
    """
    if exchange.status == 429 and not request.expects_429:
        if attempts <= PATIENCE:
            return Again(_wait(exchange, time_scale))
        return Void(f"{request.operation.key} answered 429 though its declared limit was not used up")
    if exchange.response is None:
        return Void(f"no answer from {request.operation.key}: {exchange.error}")
    if exchange.status >= 500 and not together and (exchange.retry_status or 0) < 500:
        return Again()
    return Answer()


def _wait(exchange: Exchange, time_scale: float) -> float:
    """Seconds as the refusal asks; about a window, and a minute at most, where it asks for nothing or for too much."""
    longest = max((limit.window for limit in exchange.operation.limits), default=MINUTE) / time_scale
    advised = advised_wait(exchange)
    if advised is None or advised > longest * 1.1 + 1:
        return min(longest, MINUTE / time_scale) * 1.05
    return advised


class Retrying:
    """Sends again until `next_step` takes an answer for one."""

    def __init__(self, inner: Layer, budget: Budget) -> None:
        self._inner, self._budget = inner, budget

    async def send(self, delivery: Delivery) -> Exchange:
        """The answer that means something. Raises Void where none is to be had."""
        request, together = delivery.request, delivery.moment is not None
        attempts = 0
        while True:
            exchange, attempts = await self._inner.send(delivery), attempts + 1
            step = next_step(request, exchange, attempts, together=together, time_scale=self._budget.time_scale)
            if isinstance(step, Void):
                raise step
            if isinstance(step, Answer):
                return exchange
            if exchange.status == 429:  # the refusal is about everything of this kind, not this request alone
                self._budget.hold(request.operation, request.principal, step.wait)
            delivery = attrs.evolve(delivery, moment=None, retry_of=exchange)
