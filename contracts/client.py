"""The HTTP client of the live driver: httpx, on aiohttp's connections because those are several times faster."""

from __future__ import annotations

import time
from types import TracebackType

import httpx
from httpx_aiohttp import AiohttpTransport

from contracts.exchange import Request, Response
from contracts.vault import Vault

TIMEOUT = 30.0
"""Seconds after which a request counts as unanswered."""
AGENT = "calcom-contracts/0.1"


class Client:
    """Sends requests to one deployment and nowhere else: no redirects are followed, no proxy is used."""

    def __init__(self, base_url: str, vault: Vault, timeout: float = TIMEOUT) -> None:
        self._base = base_url
        self._vault = vault
        self._http = httpx.AsyncClient(
            transport=AiohttpTransport(trust_env=False),
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": AGENT, "Accept": "application/json, */*;q=0.5"},
        )

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def send(self, request: Request) -> tuple[Response | None, str | None, float, float]:
        """The response or the transport's error, with the times of sending and receiving (epoch seconds)."""
        sent = time.time()
        try:
            answer = await self._http.send(self._built(request))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError, OSError) as error:
            return None, self._vault.hide(f"{type(error).__name__}: {error}".rstrip(": ")), sent, time.time()
        return self._read(answer), None, sent, time.time()

    def _built(self, request: Request) -> httpx.Request:
        headers = [(name, self._vault.reveal(value)) for name, value in request.headers]
        content = None
        if request.body is not None:
            self._vault.ours(request.body)
            content = self._vault.reveal_json(request.body).encode("utf-8", "surrogateescape")
        url = httpx.URL(self._base + self._vault.reveal_url(request.target))
        if url.host != httpx.URL(self._base).host:
            raise ValueError("the address left the deployment")
        raw = [(name.encode(), value.encode("utf-8")) for name, value in headers]
        return self._http.build_request(request.verb, url, headers=raw, content=content)

    def _read(self, answer: httpx.Response) -> Response:
        hide = self._vault.hide
        return Response(
            status=answer.status_code,
            headers=tuple(
                (name.decode("latin-1"), hide(value.decode("latin-1"))) for name, value in answer.headers.raw
            ),
            body=hide(answer.content.decode("utf-8", "surrogateescape")),
            length=len(answer.content),
        )
