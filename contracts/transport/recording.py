"""The innermost layer: sends by the client, and records every exchange whoever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import Protocol

from contracts.core.conversation import Blocked
from contracts.core.exchange import Exchange, Request, Response
from contracts.evidence.recorder import Recorder
from contracts.transport.layers import Delivery

IN_FLIGHT = 16
GIVE_UP_AFTER = 12
"""So many requests without any answer in a row, and the deployment counts as gone."""


class Client(Protocol):
    """What sends one request."""

    async def send(self, request: Request) -> tuple[Response | None, str | None, float, float]:
        """The response or the transport's error, and the times of sending and receiving (epoch seconds)."""


class Recorded:
    """Sends, numbers and records. `on_exchange` hears of every exchange before whoever asked for it does."""

    def __init__(
        self, client: Client, recorder: Recorder, base_url: str, on_exchange: Callable[[Exchange], None]
    ) -> None:
        self.gone: str | None = None
        """Why the deployment counts as gone; from then on nothing is sent any more."""
        self._client, self._recorder, self._base_url = client, recorder, base_url
        self._on_exchange = on_exchange
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self._seqs = itertools.count(1)
        self._pending: set[asyncio.Future[Exchange]] = set()
        self._only: int | None = None
        self._failures = 0

    async def send(self, delivery: Delivery) -> Exchange:
        """Send it, unless the deployment is gone or the run stopped (Blocked)."""
        sending = asyncio.ensure_future(self._deliver(delivery))
        self._pending.add(sending)
        sending.add_done_callback(self._landed)
        return await asyncio.shield(sending)  # what was sent is recorded even if nobody waits for it any more

    async def close(self, conversation: int) -> None:
        """Wait for what is under way; from now on this conversation alone may send."""
        self._only = conversation
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
            if self._only not in (None, delivery.conversation):
                raise Blocked("the run was stopped")
            response, error, sent, received = await self._client.send(delivery.request)
        earlier = delivery.retry_of
        exchange = Exchange(
            seq=next(self._seqs),
            request=delivery.request,
            response=response,
            error=error,
            sent=sent,
            received=received,
            retry_of=earlier.seq if earlier else None,
            retry_status=earlier.status if earlier else None,
            conversation=delivery.conversation,
        )
        self._recorder.exchange(exchange, self._base_url)
        self._count(exchange)
        self._on_exchange(exchange)
        return exchange

    def _count(self, exchange: Exchange) -> None:
        self._failures = 0 if exchange.response else self._failures + 1
        if self._failures >= GIVE_UP_AFTER:
            self.gone = f"{self._base_url} does not answer: {exchange.error}"
