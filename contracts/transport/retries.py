"""Which answers mean something: no 429 that nobody expected, nothing that chance explains and was not seen twice.

What may have been carried out is sent again only if its method is idempotent, or if the server itself says that it
failed: a defect is a defect only if it is seen twice. A gateway that answers in place of the server does not know.
"""

from __future__ import annotations

import asyncio

import attrs

from contracts.core.conversation import Unheard, Void
from contracts.core.exchange import IDEMPOTENT, Exchange, Request
from contracts.core.failures import GATEWAY, HEARD, NAME, NEVER_SENT, SILENT, TIMED_OUT, TLS, UNSENDABLE, is_one_of
from contracts.core.retry_after import advised_wait
from contracts.evidence.recorder import Recorder
from contracts.transport.layers import Delivery, Layer
from contracts.transport.pacing import Budget

PATIENCE = 2
"""How often a request refused with an unexpected 429 is sent again."""
MINUTE = 60.0
PAUSES = (0.1, 0.3, 0.9)
"""Seconds before what was lost by chance is sent again, one after the other."""
_FINAL = (NAME, TLS, UNSENDABLE)
_ONCE = (*HEARD, TIMED_OUT)
"""Failures after which a request is repeated once and not three times: each costs long, or the server means it."""


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

    `together`: it was one of several sent at the same moment; what becomes of those is final, since sent again by
    itself a request would say something else, unless it only looks.
    """
    if exchange.status == 429 and not request.expects_429:
        # The limiter refused it, so nothing was carried out: repeating is safe for every method. It is no verdict of
        # the promise in question either, hence void and not broken when patience ends.
        if attempts <= PATIENCE:
            return Again(_wait(exchange, time_scale))
        return Void(f"{request.operation.key} answered 429 though its declared limit was not used up")
    if request.silence_counts and is_one_of(exchange.error, SILENT):
        return Answer()
    if attempts <= (_repeats(request, exchange, together=together)):
        # A restart takes a moment, so what the network or a gateway lost waits for it. A 500 of the server itself is
        # repeated at once: whether it comes again is the question, and a pause would only hide a race.
        chance = exchange.response is None or exchange.status in GATEWAY
        return Again(PAUSES[min(attempts, len(PAUSES)) - 1] if chance else 0.0)
    if reason := _says_nothing(request, exchange, together=together):
        return Unheard(reason)
    return Answer()


def _repeats(request: Request, exchange: Exchange, *, together: bool) -> int:
    """The number of attempts after which this is sent again for the last time; 0: it is not sent again."""
    if together and not (request.safe and not request.expects_429 and exchange.response is None):
        return 0  # alone, it would no longer compete with the others, which is what it was sent for
    if exchange.status in GATEWAY:
        return len(PAUSES) if request.verb in IDEMPOTENT else 0
    if exchange.response is not None:
        # `retry_status`: the earlier 5xx. Two are enough for a defect; a third attempt would add nothing.
        return PATIENCE + 1 if exchange.status >= 500 > (exchange.retry_status or 0) else 0
    if is_one_of(exchange.error, _FINAL):
        return 0  # a name or a certificate does not change within a second
    if request.verb not in IDEMPOTENT and not is_one_of(exchange.error, NEVER_SENT):
        return 0  # it may have been carried out, and twice would be our fault
    return 1 if is_one_of(exchange.error, _ONCE) else len(PAUSES)


def _says_nothing(request: Request, exchange: Exchange, *, together: bool) -> str | None:
    """Why this answer says nothing; None where it does.

    What a gateway says in place of an answer decides nothing about the request, however often it comes. A change that
    may have been carried out at an earlier attempt may be refused because of that.
    """
    key, earlier = request.operation.key, exchange.retry_status
    if exchange.response is None:
        return f"no answer from {key}: {exchange.error}"
    if exchange.status in GATEWAY and (together or not request.expects_429):
        return f"no answer from {key}: {exchange.status} in its place"
    if exchange.status >= 500 or request.safe or earlier is None or earlier == 429:
        return None
    if exchange.ok and request.verb in IDEMPOTENT:
        return None  # carried out once or twice, the outcome is the same
    return f"{key} answered {exchange.status} when it was sent again: it may have been carried out twice"


def _wait(exchange: Exchange, time_scale: float) -> float:
    """Seconds as the refusal says; about a window, and a minute at most, where it says nothing or too much."""
    longest = max((limit.window for limit in exchange.operation.limits), default=MINUTE) / time_scale
    advised = advised_wait(exchange)
    # Advice beyond the longest declared window is a defect of its own (a check reports it); to follow it could hold a
    # run for hours.
    if advised is None or advised > longest * 1.1 + 1:
        return min(longest, MINUTE / time_scale) * 1.05
    return advised


class Retrying:
    """Sends again until `next_step` takes an answer for one."""

    def __init__(self, inner: Layer, budget: Budget, recorder: Recorder) -> None:
        self._inner, self._budget, self._recorder = inner, budget, recorder

    async def send(self, delivery: Delivery) -> Exchange:
        """The answer that means something. Raises Void where none is to be had."""
        request, together = delivery.request, delivery.moment is not None
        heard: list[int] = []
        while True:
            exchange = await self._inner.send(delivery)
            heard.append(exchange.seq)
            step = next_step(request, exchange, len(heard), together=together, time_scale=self._budget.time_scale)
            if isinstance(step, Void):
                for seq in heard:
                    self._recorder.write("void", conversation=delivery.conversation, seq=seq)
                raise step
            if isinstance(step, Answer):
                return exchange
            if exchange.status == 429:  # the refusal is about everything of this kind, not this request alone
                self._budget.hold(request.operation, request.principal, step.wait)
            else:
                await asyncio.sleep(step.wait)
            delivery = attrs.evolve(delivery, moment=None, retry_of=exchange)
