"""Sending a recorded request as one of Locust's users: secrets put in on the way out, taken out on the way in."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment

from contracts.config.deployment import Deployment
from contracts.core.exchange import Request
from contracts.core.failures import Failure
from contracts.transport.connecting import Origin
from contracts.transport.wire_format import decode_answer, outgoing, shown
from load.runtime.connections import Connections
from load.runtime.run import Sent

KEPT = 1024
"""Requests of one user that are kept as they are written."""


class Failed(Exception):  # noqa: N818 - what Locust lists, and no error of ours
    """Why a request counts as failed; Locust shows it as it is represented."""

    def __repr__(self) -> str:
        return str(self)


class Wire:
    """One user's way to the deployment. Redirects are not followed, and every status is an answer.

    Of Locust's client nothing but its statistics is used, which hear of every request.
    """

    def __init__(self, client: FastHttpSession, deployment: Deployment) -> None:
        self._event = client.request_event
        self._vault, self._bounds = deployment.vault, deployment.http
        base_url = client.base_url or deployment.base_url
        self._origin = Origin.of(base_url, deployment.route, deployment.vault)
        self._prefix = urlsplit(base_url).path.rstrip("/").encode("ascii", "replace")
        self._written: dict[tuple[Any, ...], bytes] = {}
        """How requests look that are sent again and again, while the secrets in them are what they were."""
        self._version = self._vault.version
        own: dict[str, Any] = vars(client)  # a user's connections are kept as long as the user
        self._connections: Connections = own.setdefault("connections", Connections(self._origin, self._bounds))

    @classmethod
    def alone(cls, environment: Environment, deployment: Deployment, base_url: str = "") -> Wire:
        """A way that belongs to no user; `base_url`: to another origin than the deployment's."""
        return cls(FastHttpSession(base_url or deployment.base_url, environment.events.request, None), deployment)

    def send(self, request: Request) -> Sent:
        """The response or the transport's error, with the times of sending and receiving."""
        sent, beginning = time.time(), b""
        try:
            answer = self._connections.exchange(request.verb, self._message(request))
            received, beginning = time.time(), answer.beginning
            response = decode_answer(answer, request, self._vault, self._bounds)
            made = Sent(response, None, sent, received)
        except Failure as failure:
            error = self._vault.hide(str(failure))
            made = Sent(None, error, sent, time.time(), shown(failure.received or beginning, self._vault))
        status, length = (made.response.status, made.response.length) if made.response else (0, 0)
        bad = status >= 500 or (status == 429 and not request.expects_429)
        self._tell(request, made.sent, made.received, length, made.error or (f"{status}" if bad else None))
        return made

    def brief(self, request: Request) -> tuple[int, float, float]:
        """Send a request that only looks; gives its status (0: no answer) and the times of sending and receiving."""
        status, length, error = 0, 0, None
        sent = time.time()
        try:
            answer = self._connections.exchange(request.verb, self._message(request))
            status, length = answer.status, len(answer.body)
        except Failure as failure:
            error = self._vault.hide(str(failure))
        received = time.time()
        if status >= 500 or status == 429:
            error = f"{status}"
        self._tell(request, sent, received, length, error)
        return status, sent, received

    def _message(self, request: Request) -> bytes:
        """A request as it goes on the wire. Raises Failure."""
        if self._version != self._vault.version or len(self._written) >= KEPT:
            self._version = self._vault.version
            self._written.clear()
        key = (request.verb, request.target, request.headers, request.body)
        if (message := self._written.get(key)) is None:
            made = outgoing(request, self._vault, self._origin, self._prefix, encodings=b"identity")
            self._written[key] = message = made.written()
        return message

    def _tell(self, request: Request, sent: float, received: float, length: int, error: str | None) -> None:
        """Have Locust count a request; whoever listens to it learns no secret."""
        self._event.fire(
            request_type=request.verb, name=request.operation.key, url=request.target,
            response_time=(received - sent) * 1000, response_length=length, response=None, context={},
            exception=Failed(error) if error else None, start_time=sent,
        )  # fmt: skip
