"""The innermost layer: sends by the client, and records every exchange whoever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from contracts.core.conversation import Blocked
from contracts.core.exchange import Exchange, Request
from contracts.core.failures import HEARD, TIMED_OUT, is_one_of
from contracts.evidence.recorder import Recorder
from contracts.transport.guard import WriteGuard
from contracts.transport.layers import Delivery
from contracts.transport.wire_format import ClientResult
from specs.contract import Operation

GIVE_UP_AFTER = 12
"""So many requests without any answer in a row, and the deployment counts as gone."""
SLOW = 3
"""A request without an answer in time counts for so many: it costs that much more."""


class Client(Protocol):
    """What sends one request."""

    async def send(self, request: Request) -> ClientResult:
        """The response, or why there is none."""


class Recorded:
    """Sends, numbers and records. `on_exchange` gets every exchange before whoever sent the request does."""

    def __init__(
        self,
        client: Client,
        recorder: Recorder,
        base_url: str,
        guard: WriteGuard,
        on_exchange: Callable[[Exchange], None],
        in_flight: int = 16,
    ) -> None:
        self.gone: str | None = None
        """Why the deployment counts as gone; from then on nothing is sent any more."""
        self._client, self._recorder, self._base_url = client, recorder, base_url
        self._guard, self._on_exchange = guard, on_exchange
        self._places = asyncio.Semaphore(in_flight)
        self._seqs = itertools.count(1)
        self._pending: set[asyncio.Future[Exchange]] = set()
        self._only: int | None = None
        self._answered: set[str] = set()
        """Operations that have answered once."""
        self._lost: Counter[str] = Counter()
        """By operation, its requests without an answer in a row."""
        self._failures: Counter[str] = Counter()
        """By operation, requests without an answer since the last one of any that had one."""
        self._last = ""

    async def send(self, delivery: Delivery) -> Exchange:
        """Send it, unless the deployment is gone or the run stopped (Blocked), or it must not be sent (NotAsked)."""
        sending = asyncio.ensure_future(self._deliver(delivery))
        self._pending.add(sending)
        sending.add_done_callback(self._landed)
        return await asyncio.shield(sending)  # what was sent is recorded even if nobody waits for it any more

    async def close(self, conversation: int, patience: float | None = None) -> None:
        """Wait for what is under way; from now on this conversation alone may send.

        `patience`: seconds after which what has no answer yet is recorded as such, and not waited for.
        """
        self._only = conversation
        if self._pending and patience is not None:
            await asyncio.wait(set(self._pending), timeout=patience)
            for each in self._pending:
                each.cancel()
        while self._pending:
            await asyncio.wait(set(self._pending))

    def _landed(self, sending: asyncio.Future[Exchange]) -> None:
        self._pending.discard(sending)
        if not sending.cancelled():
            sending.exception()  # whoever still waits is told; nobody else needs to be

    async def _deliver(self, delivery: Delivery) -> Exchange:
        # requests sent together do not queue for a place: being at once is what they are about
        async with self._places if delivery.moment is None else contextlib.nullcontext():
            if self.gone:
                raise Blocked(self.gone)
            # what is removed at the end may need a credential that has ended meanwhile
            if self._only not in (None, delivery.conversation) and not delivery.request.logs_in:
                raise Blocked("the run was stopped")
            if self._lost[key := delivery.request.operation.key] >= GIVE_UP_AFTER:
                raise Blocked(f"{key} does not answer: {self._last}")
            self._guard.pass_on(delivery.request)
            if delivery.request.may_create:
                self._recorder.sending(delivery.request, delivery.conversation, time.time(), self._base_url)
            response, error, sent, received, beginning = await self._answer(delivery.request)
        earlier = delivery.retry_of
        exchange = Exchange(
            seq=next(self._seqs),
            request=delivery.request,
            response=response,
            error=error,
            sent=sent,
            received=received,
            retry_of=earlier.seq if earlier else None,
            retry_status=earlier.cause if earlier else None,
            conversation=delivery.conversation,
            beginning=beginning,
        )
        self._recorder.exchange(exchange, self._base_url)
        self._count(exchange)
        self._guard.heard(exchange)
        self._on_exchange(exchange)
        return exchange

    async def _answer(self, request: Request) -> ClientResult:
        begun = time.time()
        try:
            return await self._client.send(request)
        except asyncio.CancelledError:  # it was sent all the same
            return ClientResult(None, "cut off: the run ended before the answer", begun, time.time())

    def _count(self, exchange: Exchange) -> None:
        """An operation that never answers is left alone, and so is a deployment none of whose operations does."""
        key = exchange.operation.key
        if exchange.response is not None or is_one_of(exchange.error, HEARD):
            self._answered |= {key} if exchange.response else set()
            self._lost.pop(key, None)
            self._failures.clear()
            return
        self._last = exchange.error or ""
        self._lost[key] += SLOW if is_one_of(exchange.error, (TIMED_OUT,)) else 1
        self._failures[key] += 1
        if self._failures.total() >= GIVE_UP_AFTER and (len(self._failures) > 1 or not self._answered):
            self.gone = f"{self._base_url} does not answer: {exchange.error}"

    def hopeless(self, operation: Operation) -> bool:
        """Whether repeating a request to an operation is no use: no readable response has ever come from it."""
        return self.gone is not None or operation.key not in self._answered
