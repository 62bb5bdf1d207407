"""The HTTP client of the live driver: httpx, on aiohttp's connections because those are several times faster."""

from __future__ import annotations

import re
import time
from types import TracebackType

import httpx
from httpx_aiohttp import AiohttpTransport

from contracts.config.vault import Vault
from contracts.core.exchange import Request, Response
from contracts.transport.wire_format import decode_response, encode_body, encode_headers, encode_target

TIMEOUT = 30.0
"""Seconds after which a request counts as unanswered."""
CONNECTIONS = 64


class Client:
    """Sends requests to one deployment and nowhere else: no redirects are followed, no proxy or cookie is used.

    It speaks to httpx's transport itself: what `httpx.AsyncClient` adds (cookies, redirects, authentication) is what a
    judge of answers must not have, and costs half of the time.
    """

    def __init__(self, base_url: str, vault: Vault, timeout: float = TIMEOUT) -> None:
        self._vault = vault
        self._base = httpx.URL(base_url)
        self._prefix = self._base.raw_path.rstrip(b"/")
        self._transport = AiohttpTransport(trust_env=False, limits=httpx.Limits(max_connections=CONNECTIONS))
        self._extensions = {"timeout": httpx.Timeout(timeout).as_dict()}

    async def __aenter__(self) -> Client:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    async def send(self, request: Request) -> tuple[Response | None, str | None, float, float]:
        """The response or the transport's error, with the times of sending and receiving (epoch seconds)."""
        sent = time.time()
        try:
            answer = await self._transport.handle_async_request(self._built(request))
            content = await answer.aread()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, ValueError, OSError) as error:
            return None, self._vault.hide(_told(error)), sent, time.time()
        received = time.time()
        return self._read(answer, content), None, sent, received

    def _built(self, request: Request) -> httpx.Request:
        headers = [
            (name.encode("latin-1"), value.encode("utf-8")) for name, value in encode_headers(request, self._vault)
        ]
        raw_path = self._prefix + encode_target(request, self._vault).encode("ascii")
        return httpx.Request(
            request.verb,
            self._base.copy_with(raw_path=raw_path),
            headers=[(b"Host", self._base.netloc), *headers],
            content=encode_body(request, self._vault),
            extensions=self._extensions,
        )

    def _read(self, answer: httpx.Response, content: bytes) -> Response:
        headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw)
        return decode_response(answer.status_code, headers, content, self._vault)


_TLS = re.compile(r"\[SSL[^\]]*\] (.+?)(?: \(_ssl|\]|$)")
_NAME = re.compile(r"name or service|name resolution|nodename|no address associated|getaddrinfo", re.IGNORECASE)


def _told(error: Exception) -> str:
    """The error in words that say what happened, not which library noticed."""
    text = str(error)
    if tls := _TLS.search(text):
        return f"TLS failed, {tls[1].replace(': ', ', ')}"
    if _NAME.search(text):
        return "its name is not known"
    if "Connect call failed" in text or isinstance(error, httpx.ConnectError):
        return "the connection is refused"
    return f"{type(error).__name__}: {text}".rstrip(": ")
