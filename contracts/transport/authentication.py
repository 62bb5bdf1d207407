"""Credentials: no request is sent with a dead one, a token is renewed in time, a refusal may mean that one has died."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from contracts.core.conversation import Blocked, Void
from contracts.core.exchange import Exchange
from contracts.evidence.recorder import Recorder
from contracts.transport.layers import Delivery, Layer

TokenFor = Callable[..., Awaitable[str]]
"""Makes sure that a principal of the suite's own making holds a good token, and gives its text, or the first's."""
Renewed = Callable[[Exchange, str], Awaitable[bool]]
"""Whether the principal of a refused request holds another token now than the one it was sent with."""
Died = Callable[[Exchange], Awaitable[str | None]]
"""Whether a refusal means that the credential of its request has died: the reason, or None."""


class Authenticated:
    """Sends only with credentials that are alive."""

    def __init__(self, inner: Layer, recorder: Recorder) -> None:
        self.dead: dict[str, str] = {}
        """Principals whose credentials are not accepted any more, and how that was found out."""
        self.token_for: TokenFor | None = None
        self.died: Died | None = None
        self.renewed: Renewed | None = None
        self._inner, self._recorder = inner, recorder

    async def send(self, delivery: Delivery) -> Exchange:
        """Send it; Blocked where its credential is dead already, Void where it turns out to be."""
        principal = delivery.request.principal
        if principal in self.dead:
            raise Blocked(self.dead[principal])
        shown = await self.token_for(principal) if self.token_for and principal else None
        exchange = await self._inner.send(delivery)
        if exchange.status == 401 and shown and self.renewed and await self.renewed(exchange, shown):
            exchange = await self._inner.send(attrs.evolve(delivery, retry_of=exchange, moment=None))
        if exchange.status in {401, 403} and self.died and (reason := await self.died(exchange)):
            self._recorder.write("void", conversation=delivery.conversation, seq=exchange.seq)
            raise Void(reason)
        return exchange
