"""Certificates that cannot be trusted end an exchange at once, with the reason, in the gate and in the load alike."""

from __future__ import annotations

import asyncio
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from contracts.config.http import Bounds
from contracts.config.vault import Vault
from contracts.core.failures import Failure
from contracts.transport.client import Client
from contracts.transport.connecting import Origin
from contracts.transport.messages import Outgoing
from load.runtime.connections import Connections

BOUNDS = Bounds(connect=3.0, read=1.0, total=4.0)
ASKED = Outgoing("GET", b"/", ((b"Host", b"here"),))
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
AUTHORITY = trustme.CA()
CERTIFICATES = {
    "self-signed": (trustme.CA().issue_cert("localhost"), "unable to get local issuer"),
    "expired": (AUTHORITY.issue_cert("localhost", not_after=PAST), "certificate has expired"),
    "of-somebody-else": (AUTHORITY.issue_cert("other.example"), "Hostname mismatch"),
}
GOOD = AUTHORITY.issue_cert("localhost")


@pytest.fixture(autouse=True)
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority of these tests, and no other, is trusted by this process."""
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


def answered(secure: ssl.SSLSocket) -> None:
    secure.recv(65536)
    secure.sendall(ANSWER)


def in_the_clear(secure: ssl.SSLSocket) -> None:
    """The beginning of an answer, and then what was not encrypted by the keys that were agreed on."""
    secure.recv(65536)
    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")
    with socket.socket(fileno=secure.detach()) as wire:
        wire.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
        wire.recv(65536)


@contextmanager
def serving(certificate: trustme.LeafCert, answer: Callable[[ssl.SSLSocket], None] = answered) -> Iterator[str]:
    """A server that shows a certificate and answers every request on a connection once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, context, answer), daemon=True).start()
        yield f"https://localhost:{listener.getsockname()[1]}"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, context: ssl.SSLContext, answer: Callable[[ssl.SSLSocket], None]) -> None:
    while True:
        try:
            wire, _ = listener.accept()
        except OSError:
            return
        with suppress(OSError), context.wrap_socket(wire, server_side=True) as secure:
            answer(secure)


def by_gate(base_url: str) -> int:
    async def ask() -> int:
        async with Client(base_url, Vault(), BOUNDS) as client:
            return (await client.exchange(ASKED)).status

    return asyncio.run(ask())


def by_load(base_url: str) -> int:
    return Connections(Origin.of(base_url), BOUNDS).exchange("GET", ASKED.written()).status


@pytest.mark.parametrize("ask", [by_gate, by_load])
@pytest.mark.parametrize("kind", CERTIFICATES)
def test_a_certificate_that_cannot_be_trusted_is_told_at_once(kind: str, ask) -> None:  # type: ignore[no-untyped-def]
    certificate, reason = CERTIFICATES[kind]
    began = time.monotonic()
    with serving(certificate) as base_url, pytest.raises(Failure) as failure:
        ask(base_url)
    assert str(failure.value).startswith(f"TLS failed: the certificate is not accepted ({reason}")
    assert time.monotonic() - began < BOUNDS.connect


@pytest.mark.parametrize("ask", [by_gate, by_load])
def test_one_that_can_is(ask) -> None:  # type: ignore[no-untyped-def]
    with serving(GOOD) as base_url:
        assert ask(base_url) == 200


@pytest.mark.parametrize("ask", [by_gate, by_load])
def test_where_tls_breaks_within_an_answer_that_is_said_and_no_name_of_a_library(ask) -> None:  # type: ignore[no-untyped-def]
    with serving(GOOD, in_the_clear) as base_url, pytest.raises(Failure) as failure:
        ask(base_url)
    assert str(failure.value) == "cut off: TLS ended (decryption failed or bad record mac)"
