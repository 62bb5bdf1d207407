"""The token client in httpx: clients of both kinds, many callers at once, one trade per expiry."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from contracts.transport.token_auth import TokenAuth
from contracts.transport.token_client import SINGLE_FLIGHT, Refused, TokenClient, Tokens


class Server:
    """Gives pairs, and takes the newest access token only until it is told to forget it."""

    def __init__(self) -> None:
        self.good, self.trades, self.lock = "", 0, threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            if request.url.path == "/token":
                self.trades += 1
                self.good = f"a{self.trades}"
                time.sleep(0.02)  # so that others meet it under way
                return httpx.Response(200, json={"access": self.good, "refresh": f"r{self.trades}"})
            good = request.headers["Authorization"] == f"Bearer {self.good}"
            return httpx.Response(200 if good else 401)


def auth() -> TokenAuth:
    def read(response: httpx.Response) -> Tokens | Refused:
        if response.status_code != 200:
            return Refused(response.status_code)
        return Tokens(**response.json())

    def ask(refresh: str | None) -> httpx.Request:
        return httpx.Request("POST", "http://server.test/token", json={"refresh": refresh})

    return TokenAuth(TokenClient(time.time, SINGLE_FLIGHT), ask, read)


def test_threads_that_share_a_client_trade_once_per_expiry():
    server = Server()
    client = httpx.Client(transport=httpx.MockTransport(server), auth=auth(), base_url="http://server.test")
    with client, ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda _: client.get("/x").status_code, range(24)))
        server.good = "expired"
        second = list(pool.map(lambda _: client.get("/x").status_code, range(24)))
    assert set(first) == set(second) == {200}
    assert server.trades == 2


def test_tasks_that_share_a_client_trade_once_per_expiry():
    server = Server()

    async def main() -> list[int]:
        transport = httpx.MockTransport(server)
        async with httpx.AsyncClient(transport=transport, auth=auth(), base_url="http://server.test") as client:
            first = await asyncio.gather(*(client.get("/x") for _ in range(24)))
            server.good = "expired"
            second = await asyncio.gather(*(client.get("/x") for _ in range(24)))
            return [each.status_code for each in (*first, *second)]

    assert set(asyncio.run(main())) == {200}
    assert server.trades == 2


def test_a_server_that_gives_no_pair_leaves_the_refusal_to_the_caller():
    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503 if request.url.path == "/token" else 401)

    signed = auth()
    signed._client.hold(Tokens("old", "r0"))
    with httpx.Client(transport=httpx.MockTransport(server), auth=signed, base_url="http://server.test") as client:
        assert client.get("/x").status_code == 401
