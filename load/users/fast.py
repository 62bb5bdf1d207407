"""Sending as fast as Locust's client can: for requests of which only the times and the status are kept."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from geventhttpclient.url import URL
from locust.contrib.fasthttp import FAILURE_EXCEPTIONS, FastHttpSession

from contracts.deployment import Deployment
from contracts.exchange import Request
from load.users.wire import AGENT, Wire

Prepared = tuple[Request, str, dict[str, str], str]


class FastWire(Wire):
    """A wire that remembers how requests look that are sent again and again.

    It speaks to the connections of Locust's client themselves: what its session adds (cookies, redirects, retries, an
    object for the answer) nobody needs who keeps a status and two times. Locust's statistics hear of it all the same.
    """

    def __init__(self, client: FastHttpSession, deployment: Deployment) -> None:
        super().__init__(client, deployment)
        self._made: dict[int, Prepared] = {}
        self._base = URL(deployment.base_url)
        self._prefix = urlsplit(deployment.base_url).path.rstrip("/")

    def brief(self, request: Request) -> tuple[int, float, float]:
        """Send a request that only looks; gives its status (0: no answer) and the times of sending and receiving."""
        _, target, headers, name = self._made.get(id(request)) or self._prepared(request)
        agent: Any = self._client.client
        connections = agent.clientpool.get_client(self._base)
        status, length, error = 0, 0, None
        sent = time.time()
        try:
            answer = connections.request(request.verb, target, headers=headers)
            length = len(answer.read())
            status = int(answer.get_code())
        except FAILURE_EXCEPTIONS as failure:
            error = failure
        received = time.time()
        if error is None and (status >= 500 or status == 429):
            error = RuntimeError(f"{status}")
        self._client.request_event.fire(
            request_type=request.verb, name=name, response_time=(received - sent) * 1000, response_length=length,
            response=None, context={}, exception=error, start_time=sent, url=target,
        )  # fmt: skip
        return status, sent, received

    def _prepared(self, request: Request) -> Prepared:
        headers = {name: self._vault.reveal(value) for name, value in request.headers}
        headers |= {"User-Agent": AGENT, "Accept": "application/json, */*;q=0.5", "Accept-Encoding": "identity"}
        target = self._prefix + self._vault.reveal_url(request.target)
        self._made[id(request)] = made = (request, target, headers, request.operation.key)
        return made
