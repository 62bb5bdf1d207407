"""Sending a recorded request with Locust's own client: secrets put in on the way out, taken out on the way in."""

from __future__ import annotations

import socket
import ssl
import time
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from geventhttpclient.url import URL
from locust.contrib.fasthttp import FAILURE_EXCEPTIONS, FastHttpSession
from locust.env import Environment

from contracts.config.deployment import Deployment
from contracts.core.exchange import Request
from contracts.core.failures import CUT_OFF, NAME, NOT_HTTP, REFUSED, RESET, TIMED_OUT, TLS, UNSENDABLE
from contracts.transport.wire_format import decode_response, encode_body, encode_headers, encode_target
from load.runtime.run import Sent


def words(error: BaseException | None) -> str:
    """What became of a request without an answer, in the words that the gate uses as well."""
    if isinstance(error, socket.gaierror):
        return NAME
    if isinstance(error, ssl.SSLError):
        return f"{TLS}: {(error.reason or 'the handshake failed').replace('_', ' ').lower()}"
    if isinstance(error, TimeoutError):
        return f"{TIMED_OUT}: no answer"
    if isinstance(error, ConnectionRefusedError):
        return REFUSED
    if isinstance(error, ConnectionError):
        return RESET
    if isinstance(error, HTTPException):
        return f"{NOT_HTTP}: {error}".partition("\n")[0]
    return f"{CUT_OFF}: {error or 'no answer'}".partition("\n")[0]


class Wire:
    """One user's way to the deployment. Redirects are not followed, and every status is an answer."""

    def __init__(self, client: FastHttpSession, deployment: Deployment) -> None:
        self._client = client
        self._vault = deployment.vault
        vars(client.client)["redirect_response_codes"] = frozenset()

    @classmethod
    def alone(cls, environment: Environment, deployment: Deployment) -> Wire:
        """A way that belongs to no user."""
        session = FastHttpSession(
            deployment.base_url, environment.events.request, None, network_timeout=30.0, connection_timeout=30.0
        )
        return cls(session, deployment)

    def send(self, request: Request) -> Sent:
        """The response or the transport's error, with the times of sending and receiving."""
        headers, target = self._encoded(request)
        body: Any = encode_body(request, self._vault)
        sent = time.time()
        try:
            answering = self._client.request(
                request.verb, target, name=request.operation.key, headers=headers, data=body, catch_response=True
            )
        except ValueError:  # it quotes what it cannot send, secrets and all
            return None, UNSENDABLE, sent, time.time()
        with answering as answer:
            received = time.time()
            answer.request_meta["url"] = request.target  # whoever listens to Locust learns no secret
            return self._judged(answer, request, sent, received)

    def _judged(self, answer: Any, request: Request, sent: float, received: float) -> Sent:
        if not answer.status_code:
            error = self._vault.hide(words(answer.error))
            answer.failure(error)
            return None, error, sent, received
        if answer.status_code >= 500 or (answer.status_code == 429 and not request.expects_429):
            answer.failure(f"{answer.status_code}")
        else:
            answer.success()
        content = answer.content or b""
        key = request.operation.key
        response = decode_response(answer.status_code, answer.headers.items(), content, self._vault, key)
        return response, None, sent, received

    def _encoded(self, request: Request) -> tuple[dict[str, str], str]:
        """Headers and target; the body is not to be compressed, which Locust's client would request."""
        headers = {**dict(encode_headers(request, self._vault)), "Accept-Encoding": "identity"}
        return headers, encode_target(request, self._vault)


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
            error = RuntimeError(self._vault.hide(words(failure)))
        except ValueError:
            error = RuntimeError(UNSENDABLE)
        received = time.time()
        if error is None and (status >= 500 or status == 429):
            error = RuntimeError(f"{status}")
        self._client.request_event.fire(
            request_type=request.verb, name=name, response_time=(received - sent) * 1000, response_length=length,
            response=None, context={}, exception=error, start_time=sent, url=request.target,
        )  # fmt: skip
        return status, sent, received

    def _prepared(self, request: Request) -> Prepared:
        headers, target = self._encoded(request)
        self._made[id(request)] = made = (request, self._prefix + target, headers, request.operation.key)
        return made
