"""A client that asks an application in this process instead of a server."""

from __future__ import annotations

from typing import Any

import httpx

from contracts.transport.client import Client
from contracts.transport.http1 import Incoming, Outgoing


def asking(application: Any) -> type[Client]:
    """A class of clients that ask an ASGI application."""
    transport = httpx.ASGITransport(application)

    class InProcess(Client):
        async def exchange(self, request: Outgoing) -> Incoming:
            url = httpx.URL("http://other.test").copy_with(raw_path=request.target)
            asked = httpx.Request(request.verb, url, headers=list(request.headers), content=request.body)
            answer = await transport.handle_async_request(asked)
            body = b"".join([piece async for piece in answer.stream])  # type: ignore[union-attr]
            return Incoming(answer.status_code, list(answer.headers.raw), body)

    return InProcess
