"""The HTTP client of the live driver: sends within bounds, and says in plain words why an answer cannot be read."""

from __future__ import annotations

import time
from types import TracebackType
from urllib.parse import urlsplit

from contracts.config.http import Bounds
from contracts.config.route import Route
from contracts.config.vault import Vault
from contracts.core.exchange import Request
from contracts.core.failures import Failure
from contracts.transport.connecting import Origin
from contracts.transport.http1 import Transport
from contracts.transport.messages import Incoming, Outgoing
from contracts.transport.wire_format import ClientResult, decode_answer, outgoing, shown


class Client:
    """Sends requests to one deployment and nowhere else: no redirects are followed, no cookie is kept.

    `route`: the proxy it is reached through, and what TLS needs to know.
    """

    def __init__(self, base_url: str, vault: Vault, bounds: Bounds | None = None, route: Route | None = None) -> None:
        self._vault = vault
        self._bounds = bounds or Bounds()
        self._prefix = urlsplit(base_url).path.rstrip("/").encode("ascii", "replace")
        self._origin = Origin.of(base_url, route, vault)
        self._transport = Transport(self._origin, self._bounds)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.close()

    async def send(self, request: Request) -> ClientResult:
        """The response, or why there is none."""
        sent, beginning = time.time(), b""
        try:
            answer = await self.exchange(outgoing(request, self._vault, self._origin, self._prefix))
            received, beginning = time.time(), answer.beginning
            return ClientResult(decode_answer(answer, request, self._vault, self._bounds), None, sent, received)
        except Failure as failure:
            error = self._vault.hide(str(failure))
            return ClientResult(None, error, sent, time.time(), shown(failure.received or beginning, self._vault))

    async def exchange(self, request: Outgoing) -> Incoming:
        """Send one request. Raises Failure. Where tests hand over an application in place of a server."""
        return await self._transport.exchange(request)
