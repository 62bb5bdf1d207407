"""The HTTP client of the live driver: sends within bounds, and says in plain words why an answer cannot be read."""

from __future__ import annotations

import re
import time
from types import TracebackType
from typing import NamedTuple
from urllib.parse import urlsplit

import attrs

from contracts.config.http import Bounds
from contracts.config.vault import Vault
from contracts.core.exchange import Request, Response
from contracts.core.failures import UNSENDABLE, Failure
from contracts.transport.connecting import Origin
from contracts.transport.decoding import ACCEPTED, decoded
from contracts.transport.http1 import Incoming, Outgoing, Transport
from contracts.transport.wire_format import decode_response, encode_body, encode_headers, encode_target

SHOWN = 1024
"""Bytes recorded of an answer that cannot be read."""
_LAST_WORD = re.compile(r"[^\s\",;]*\Z")


class ClientResult(NamedTuple):
    """What became of a request: its response, or why there is none, with the times (epoch seconds).

    `beginning`: how an answer began that cannot be read.
    """

    response: Response | None
    error: str | None
    sent: float
    received: float
    beginning: str | None = None


class Client:
    """Sends requests to one deployment and nowhere else: no redirects are followed, no proxy or cookie is used."""

    def __init__(self, base_url: str, vault: Vault, bounds: Bounds | None = None) -> None:
        self._vault = vault
        self._bounds = bounds or Bounds()
        self._prefix = urlsplit(base_url).path.rstrip("/").encode("ascii", "replace")
        self._origin = Origin.of(base_url)
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
            answer = await self.exchange(self._outgoing(request))
            received, beginning = time.time(), answer.beginning
            return ClientResult(self._read(answer, request), None, sent, received)
        except Failure as failure:
            error = self._vault.hide(str(failure))
            return ClientResult(None, error, sent, time.time(), self._shown(failure.received or beginning))

    async def exchange(self, request: Outgoing) -> Incoming:
        """Send one request. Raises Failure. Where tests hand over an application in place of a server."""
        return await self._transport.exchange(request)

    def _outgoing(self, request: Request) -> Outgoing:
        try:
            own = encode_headers(request, self._vault)
            headers = [(name.encode("latin-1"), value.encode("utf-8")) for name, value in own]
            target = self._prefix + encode_target(request, self._vault).encode("ascii")
        except UnicodeError:
            raise Failure(UNSENDABLE, "a character that no header or target can hold") from None
        framing = ((b"Host", self._origin.name), (b"Accept-Encoding", ACCEPTED))
        return Outgoing(request.verb, target, (*framing, *headers), encode_body(request, self._vault) or b"")

    def _read(self, answer: Incoming, request: Request) -> Response:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
        encodings = ",".join(value for name, value in headers if name.lower() == "content-encoding")
        content = decoded(answer.body, encodings, self._bounds) if encodings else answer.body
        response = decode_response(answer.status, headers, content, self._vault, request.operation.key)
        return attrs.evolve(response, remarks=answer.remarks) if answer.remarks else response

    def _shown(self, beginning: bytes) -> str | None:
        """The beginning of an answer without secrets; a word that is cut in two might be one, and is left out."""
        text = beginning[:SHOWN].decode("utf-8", "surrogateescape")
        return self._vault.hide(_LAST_WORD.sub("", text) if len(beginning) >= SHOWN else text) or None
