"""How a server is reached: certificates of both sides, and proxies of each kind; what goes wrong is told in words."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl

import pytest
import trustme

from contracts.config.deployment import load
from contracts.config.route import Route
from contracts.config.vault import Vault
from contracts.core.exchange import Request
from contracts.transport.client import Client
from specs.contract import build
from specs.source.document import as_document

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
OPERATION = build(
    as_document(
        {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {"responses": {}}}}}
    )
).operations[0]


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def files(authority, tmp_path):
    """The files of a client: the authority, and a certificate of its own."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    issued = authority.issue_cert("client@example.com")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "client.pem")
    issued.private_key_pem.write_to_path(tmp_path / "client.key")
    return {"ca": str(tmp_path / "ca.pem"), "cert": str(tmp_path / "client.pem"), "key": str(tmp_path / "client.key")}


def server_context(authority, *, wants_client=False):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    if wants_client:
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)
    return context


@contextlib.asynccontextmanager
async def listening(handle, context=None):
    """The port of a server."""
    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def plain(reader, writer):
    """Answers every request."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(ANSWER)
            await writer.drain()
    writer.close()


async def asked(base_url, route, vault=None):
    async with Client(base_url, vault or Vault(), None, route) as client:
        return await client.send(Request(OPERATION, "/a"))


def over_tls(authority, route, *, wants_client=False):
    async def run():
        async with listening(plain, server_context(authority, wants_client=wants_client)) as port:
            return await asked(f"https://127.0.0.1:{port}", route)

    return asyncio.run(run())


def test_a_certificate_of_an_own_authority_is_accepted_by_its_file(authority, files):
    assert over_tls(authority, Route(ca=files["ca"])).response.status == 200
    refused = over_tls(authority, Route())
    assert "the certificate is not accepted" in refused.error


def test_verify_false_accepts_any(authority):
    assert over_tls(authority, Route(verify=False)).response.status == 200


def test_a_server_that_wants_a_certificate_gets_it(authority, files):
    assert over_tls(authority, Route(**files), wants_client=True).response.status == 200
    assert over_tls(authority, Route(ca=files["ca"]), wants_client=True).response is None


class Proxy:
    """A proxy of HTTP, or of SOCKS 5, that remembers what it was told."""

    def __init__(self):
        self.seen = []

    async def http(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.seen.append(head)
        if "Proxy-Authorization: Basic " + base64.b64encode(b"me:pass-word-0123").decode() not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif head.startswith("CONNECT "):
            host, _, port = head.split()[1].partition(":")
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            return await self.joined(reader, writer, host, int(port))
        else:
            writer.write(ANSWER)
        await writer.drain()
        return writer.close()

    async def socks(self, reader, writer):
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        host = await reader.readexactly((await reader.readexactly(1))[0]) if kind == 3 else await reader.readexactly(4)
        port = int.from_bytes(await reader.readexactly(2), "big")
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        self.seen.append((host, port))
        await self.joined(reader, writer, "127.0.0.1", port)

    @staticmethod
    async def joined(reader, writer, host, port):
        inner, outer = await asyncio.open_connection(host, port)

        async def copy(source, sink):
            with contextlib.suppress(OSError):
                while data := await source.read(4096):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(copy(reader, outer), copy(inner, writer))


def through(kind, scheme, route_of, context=None):
    """What comes through a proxy, and what it was told."""
    proxy = Proxy()

    async def run():
        async with listening(plain, context) as port, listening(getattr(proxy, kind)) as before:
            return await asked(f"{scheme}://127.0.0.1:{port}", route_of(before))

    return asyncio.run(run()), proxy.seen


def test_plain_http_is_asked_of_the_proxy_by_its_whole_address():
    came, seen = through("http", "http", lambda port: Route(proxy=f"http://me:pass-word-0123@127.0.0.1:{port}"))
    assert came.response.status == 200
    assert seen[0].startswith("GET http://127.0.0.1:")


def test_tls_goes_through_a_tunnel(authority, files):
    def route(port):
        return Route(proxy=f"http://me:pass-word-0123@127.0.0.1:{port}", ca=files["ca"])

    came, seen = through("http", "https", route, server_context(authority))
    assert came.response.status == 200
    assert seen[0].startswith("CONNECT 127.0.0.1:")


def test_a_proxy_that_refuses_is_told_without_its_password(authority):
    came, _ = through("http", "https", lambda port: Route(proxy=f"http://me:wrong-0123@127.0.0.1:{port}"))
    assert came.response is None
    assert "the proxy refuses (407)" in came.error
    assert "wrong" not in came.error


def test_socks_is_spoken_too():
    came, seen = through("socks", "http", lambda port: Route(proxy=f"socks5://127.0.0.1:{port}"))
    assert came.response.status == 200
    assert len(seen) == 1


def test_a_proxy_that_is_not_there_is_told():
    came = asyncio.run(asked("https://api.example", Route(proxy="http://127.0.0.1:9")))
    assert "by the proxy, which is not there" in came.error


@pytest.mark.parametrize(
    ("url", "route", "environment", "expected"),
    [
        ("https://api.example", Route(), {}, None),
        ("https://api.example", Route(), {"HTTPS_PROXY": "http://p.example:1"}, "http://p.example:1"),
        ("http://api.example", Route(), {"HTTPS_PROXY": "http://p.example:1"}, None),
        ("https://api.example", Route(), {"ALL_PROXY": "socks5://p.example:1"}, "socks5://p.example:1"),
        ("https://api.example", Route(proxy=""), {"HTTPS_PROXY": "http://p.example:1"}, None),
        ("http://127.0.0.1:8000", Route(), {"HTTP_PROXY": "http://p.example:1"}, None),
        ("https://api.example", Route(), {"HTTPS_PROXY": "http://p.example:1", "NO_PROXY": ".example"}, None),
        ("https://api.example", Route(proxy="p.example:1"), {}, "http://p.example:1"),
        ("https://api.example", Route(proxy="p.example:1"), {"NO_PROXY": "api.example"}, None),
        ("https://api.example", Route(proxy="p.example:1", no_proxy=("api.example",)), {}, None),
        ("https://api.example", Route(proxy="p.example:1", no_proxy=()), {"NO_PROXY": "*"}, "http://p.example:1"),
    ],
)
def test_which_proxy_stands_before_a_server(monkeypatch, url, route, environment, expected):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        for each in (name, name.lower()):
            monkeypatch.delenv(each, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert route.through(url, Vault()) == expected


def test_the_password_of_a_proxy_is_hidden_wherever_it_stands(tmp_path):
    file = tmp_path / "d.toml"
    file.write_text('[deployment]\nbase_url = "http://a.test"\n[http]\nproxy = "http://me:pass-word-0123@p.test:1"\n')
    deployment = load(file)
    assert "pass-word-0123" not in str(deployment)
    assert "pass-word" not in deployment.vault.hide("the proxy said pass-word-0123")
    assert deployment.route.through("http://b.test", deployment.vault) == "http://me:pass-word-0123@p.test:1"
