"""The token client as an `httpx.Auth`: any httpx client keeps its access token good by itself, also among many callers.

    client = TokenClient(time.time, SINGLE_FLIGHT)
    auth = TokenAuth(client, ask=lambda refresh: httpx.Request("POST", url, json={"refreshToken": refresh}), read=read)
    httpx.Client(auth=auth).get(...)      # or httpx.AsyncClient(auth=auth)

`ask` makes the request that trades a refresh token (None: that gets a first pair); `read` makes Tokens of its answer,
or Refused. One `TokenAuth` may serve several clients, threads and tasks at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator

import httpx

from contracts.transport.token_client import Flow, Join, Refused, Reply, Step, TokenClient, Tokens, Use


class TokenAuth(httpx.Auth):
    """Signs requests with the access token that a `TokenClient` holds, and renews it by that client's policy."""

    requires_response_body = True

    def __init__(
        self,
        client: TokenClient,
        ask: Callable[[str | None], httpx.Request],
        read: Callable[[httpx.Response], Tokens | Refused],
    ) -> None:
        self._client = client
        self._ask = ask
        self._read = read
        self._lock = threading.Lock()  # between two steps only one thread decides

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """httpx calls this for every request of a `Client`."""
        flow, reply = self._client.call(), None
        last: Step | None = None
        while (step := self._next(flow, reply)) is not None:
            if isinstance(step, Join):
                landed = threading.Event()
                step.flight.when_over(landed.set)
                landed.wait()
                reply = None
            else:
                last = step
                response = yield self._request(step, request)
                response.read()
                reply = self._reply(step, response)
        if not isinstance(last, Use):
            yield request  # no pair came: the caller gets the answer to its own question, not to the trade

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """httpx calls this for every request of an `AsyncClient`."""
        flow, reply = self._client.call(), None
        last: Step | None = None
        while (step := self._next(flow, reply)) is not None:
            if isinstance(step, Join):
                await _landing(step)
                reply = None
            else:
                last = step
                response = yield self._request(step, request)
                await response.aread()
                reply = self._reply(step, response)
        if not isinstance(last, Use):
            yield request

    def _next(self, flow: Flow, reply: Reply) -> Step | None:
        with self._lock:
            try:
                return flow.send(reply)
            except StopIteration:
                return None

    def _request(self, step: Step, request: httpx.Request) -> httpx.Request:
        if isinstance(step, Use):
            request.headers["Authorization"] = f"Bearer {step.access}"
            return request
        assert not isinstance(step, Join)
        return self._ask(step.refresh)

    def _reply(self, step: Step, response: httpx.Response) -> Reply:
        return response.status_code if isinstance(step, Use) else self._read(response)


async def _landing(step: Join) -> None:
    """Wait for a trade that may end in another thread."""
    loop, landed = asyncio.get_running_loop(), asyncio.Event()

    def over() -> None:
        loop.call_soon_threadsafe(landed.set)

    step.flight.when_over(over)
    await landed.wait()
