"""What the client says of every way in which a server can misbehave, and that it costs little time and memory."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from pathlib import Path

import pytest

from contracts.config.http import Bounds
from contracts.config.vault import Vault
from contracts.core.exchange import Request
from contracts.core.failures import BODY_ANNOUNCED, LENGTH_TWICE, TRAILING
from contracts.transport.client import Client, ClientResult
from specs.contract import Contract, build
from specs.source.document import load
from tests.hostile import modes
from tests.hostile.notes import KEYS, ODD, files
from tests.hostile.server import MODES, Hostile

SECONDS = 3.0
BOUNDS = Bounds(connect=1.0, read=0.4, total=0.8)
MOST = 60 << 20
"""Bytes of memory that an answer may take, whatever it is."""

UNREADABLE = {
    "silent": "timed out: no answer, nothing for 0.4 s",
    "slow-head": "timed out: no end of the answer after",
    "slow-body": "timed out: no end of the answer after",
    "endless-103": "not HTTP: more than 100 interim answers",
    "continue-flood": "not HTTP: more than 100 interim answers",
    "endless-headers": "too large headers: more than 65536 bytes",
    "endless-status-line": "too large headers: more than 65536 bytes",
    "body-of-a-gigabyte": "too large: a body of more than 10485760 bytes",
    "endless-body": "too large: a body of more than 10485760 bytes",
    "body-until-close": "too large: a body of more than 10485760 bytes",
    "gzip-bomb": "too large: a body of",
    "gzip-bomb-in-gzip": "too large: a body of",
    "deflate-bomb": "too large: a body of",
    "br-bomb": "too large: a body of",
    "zstd-bomb": "not HTTP: the body is encoded as zstd, which was not accepted",
    "not-gzip": "not HTTP: the body is called gzip and is not",
    "half-gzip": "cut off: the gzip of the body ends before its end",
    "many-headers": "too large headers: 1002 fields, more than 256",
    "long-header": "too large headers: more than 65536 bytes",
    "two-lengths": "not HTTP: Content-Length is given twice, with different values",
    "length-is-no-number": "not HTTP: Content-Length is no number",
    "negative-length": "not HTTP: Content-Length is no number",
    "length-too-large": "cut off: the connection was closed after 12 of 500 bytes of the body",
    "bad-status-line": "not HTTP: it begins with 'HTTP/1.1 fine', which is no status line",
    "status-20000": "not HTTP: it begins with 'HTTP/1.1 20000 OK', which is no status line",
    "status-099": "not HTTP: it begins with 'HTTP/1.1 099 Low', which is no status line",
    "switching-protocols": "not HTTP: a switch of protocols (101) that was not requested",
    "garbage": "not HTTP: it begins with '\\x80\\x81",
    "http-09": "not HTTP: it begins with '{\"ok\": true}', which is no status line",
    "a-shell-banner": "not HTTP: it begins with 'SSH-2.0",
    "bad-header-line": "not HTTP: a header line without a name and a colon",
    "bad-chunk-size": "not HTTP: a chunk of the body does not begin or end as it should",
    "bad-chunk-end": "not HTTP: a chunk of the body does not begin or end as it should",
    "no-last-chunk": "cut off: the connection was closed before the last chunk of the body",
    "odd-transfer-encoding": "not HTTP: a Transfer-Encoding other than chunked",
    "reset": "the connection was reset",
    "reset-in-the-body": "the connection was reset: after",
    "drop": "cut off: the connection was closed without an answer",
    "drop-after": "cut off: the connection was closed without an answer",
    "close-in-the-headers": "cut off: the connection was closed after",
}
"""How the error of the exchange begins."""
READ = {
    "same-length-twice": (200, (LENGTH_TWICE,)),
    "length-too-small": (200, (TRAILING,)),
    "bytes-after-the-answer": (200, (TRAILING,)),
    "status-999": (999, ()),
    "retry-after-squared": (429, ()),
    "retry-after-huge": (429, ()),
    "retry-after-wrong-date": (429, ()),
    "bare-line-feeds": (200, ()),
    "http-10": (200, ()),
    "away": (302, ()),
    "deep-json": (200, ()),
    "huge-number": (200, ()),
    "not-a-number": (200, ()),
    "well": (200, ()),
}
"""Status and remarks of what can be read all the same."""


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    folder: Path = tmp_path_factory.mktemp("notes")
    files(folder, "http://127.0.0.1:9")
    return build(load(str(folder / "notes.json")))


def deliveries(server: Hostile, contract: Contract, times: int = 1, bounds: Bounds = BOUNDS) -> list[ClientResult]:
    """What comes of asking the odd operation so often, on one client."""
    operation = next(each for each in contract.operations if each.path == ODD)
    request = Request(operation, ODD, (("X-Key", next(iter(KEYS))),))

    async def ask() -> list[ClientResult]:
        async with Client(server.base_url, Vault(), bounds) as client:
            return [await client.send(request) for _ in range(times)]

    return asyncio.run(ask())


def test_every_mode_has_a_test() -> None:
    assert modes.__doc__
    assert {*UNREADABLE, *READ, "body-on-204", "flaky"} == set(MODES)


@pytest.mark.parametrize("mode", UNREADABLE)
def test_what_cannot_be_read_is_told_in_the_right_words(mode: str, contract: Contract) -> None:
    with Hostile(mode) as server:
        tracemalloc.start()
        began = time.monotonic()
        delivery = deliveries(server, contract)[0]
        seconds, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert delivery.response is None
    assert (delivery.error or "").startswith(UNREADABLE[mode])
    assert seconds < SECONDS
    assert peak < MOST


@pytest.mark.parametrize("mode", READ)
def test_what_is_odd_and_can_be_read_is_an_answer(mode: str, contract: Contract) -> None:
    with Hostile(mode) as server:
        delivery = deliveries(server, contract)[0]
    assert delivery.response is not None, delivery.error
    assert (delivery.response.status, delivery.response.remarks) == READ[mode]


def test_a_body_on_a_204_harms_no_request_after_it(contract: Contract) -> None:
    with Hostile("body-on-204") as server:
        answers = [each.response for each in deliveries(server, contract, times=5)]
    told = [(each.status, each.body, bool({TRAILING, BODY_ANNOUNCED} & {*each.remarks})) for each in answers if each]
    assert told == [(204, "", True)] * 5


def test_the_beginning_of_what_cannot_be_read_is_kept(contract: Contract) -> None:
    with Hostile("two-lengths") as server:
        beginning = deliveries(server, contract)[0].beginning or ""
    assert beginning.startswith("HTTP/1.1 200 OK\r\n")
    assert "Content-Length: 5" in beginning


def test_a_connection_that_is_used_again_is_not_asked_again_in_secret(contract: Contract) -> None:
    with Hostile("well") as server:
        heard = deliveries(server, contract, times=20)
        asked = len(server.asked)
    assert [each.response.status for each in heard if each.response] == [200] * 20
    assert asked == 20


def test_nobody_listens(contract: Contract) -> None:
    with Hostile("well") as server:
        pass
    assert deliveries(server, contract)[0].error == "the connection is refused"


def test_tls_with_a_server_that_speaks_none_fails_at_once(contract: Contract) -> None:
    with Hostile("well") as server:
        server.base_url = server.base_url.replace("http:", "https:")
        began = time.monotonic()
        error = deliveries(server, contract)[0].error or ""
    assert error.startswith("TLS failed: ")
    assert time.monotonic() - began < SECONDS


def test_a_name_that_nobody_has_is_told_as_such(contract: Contract) -> None:
    with Hostile("well") as server:
        server.base_url = "http://no-such-host.invalid"
        assert deliveries(server, contract)[0].error == "its name is not known"


def test_large_answers_within_the_bounds_are_read_whole(contract: Contract) -> None:
    body = b'{"ok": true, "more": "' + b"x" * (3 << 20) + b'"}'

    def large(line: modes.Line) -> None:
        line.send(modes.OK, f"Content-Length: {len(body)}\r\n\r\n", body)
        line.open = True

    with Hostile(large) as server:
        answers = [each.response for each in deliveries(server, contract, times=2, bounds=Bounds())]
    assert [each and each.length for each in answers] == [len(body)] * 2
