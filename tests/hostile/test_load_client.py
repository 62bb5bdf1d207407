"""The client of the load says of every way to misbehave what that of the gate says, and keeps the same bounds."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import pytest

from contracts.config.http import Bounds
from contracts.config.vault import Vault
from contracts.core.exchange import Request
from contracts.core.failures import UNSENDABLE, Failure
from contracts.transport.connecting import Origin
from contracts.transport.messages import Incoming, Outgoing
from contracts.transport.wire_format import decode_answer
from load.runtime.connections import Connections
from specs.contract import Contract, build
from specs.source.document import load
from tests.hostile import odd_amounts, odd_content, odd_modes  # noqa: F401 - registers modes
from tests.hostile.expected import READ, UNREADABLE
from tests.hostile.notes import KEYS, ODD, files
from tests.hostile.server import Hostile

BOUNDS = Bounds(connect=1.0, read=0.4, total=0.8)
SECONDS = 3.0
MOST = 60 << 20
ASKED = Outgoing("GET", ODD.encode(), ((b"Host", b"here"), (b"X-Key", next(iter(KEYS)).encode())))


@pytest.fixture(scope="module")
def request_(tmp_path_factory: pytest.TempPathFactory) -> Request:
    folder = tmp_path_factory.mktemp("notes")
    files(folder, "http://127.0.0.1:9")
    contract: Contract = build(load(str(folder / "notes.json")))
    return Request(next(each for each in contract.operations if each.path == ODD), ODD)


def connections(server: Hostile) -> Connections:
    return Connections(Origin.of(server.base_url), BOUNDS)


def asked(server: Hostile, request: Outgoing = ASKED) -> Incoming:
    return connections(server).exchange(request.verb, request.written())


def answered(server: Hostile, request: Request) -> Any:
    return decode_answer(asked(server), request, Vault(), BOUNDS)


@pytest.mark.parametrize("mode", UNREADABLE)
def test_what_cannot_be_read_is_told_in_the_words_of_the_gate(mode: str, request_: Request) -> None:
    with Hostile(mode) as server:
        tracemalloc.start()
        began = time.monotonic()
        with pytest.raises(Failure) as failure:
            answered(server, request_)
        seconds, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert str(failure.value).startswith(UNREADABLE[mode])
    assert seconds < SECONDS
    assert peak < MOST


@pytest.mark.parametrize("mode", READ)
def test_what_is_odd_and_can_be_read_is_an_answer(mode: str, request_: Request) -> None:
    with Hostile(mode) as server:
        response = answered(server, request_)
    assert (response.status, response.remarks) == READ[mode]


@pytest.mark.parametrize("mode", ["drop", "reset", "drop-after"])
def test_nothing_is_sent_twice_in_secret(mode: str) -> None:
    with Hostile(mode) as server:
        mine = connections(server)
        for _ in range(3):
            with pytest.raises(Failure):
                mine.exchange("GET", ASKED.written())
        assert len(server.asked) == 3


def test_connections_are_used_again_while_they_are_of_use() -> None:
    with Hostile("well") as server:
        mine = connections(server)
        heard = [mine.exchange("GET", ASKED.written()) for _ in range(6)]
        assert len(heard) == len(server.asked) == 6
        assert server.connections == 1


def test_what_would_be_two_requests_is_not_sent() -> None:
    with Hostile("well") as server, pytest.raises(Failure, match=UNSENDABLE):
        asked(server, Outgoing("GET", b"/status", ((b"X-Key", b"a\r\nX-More: b"),)))
    assert server.asked == []


def test_nobody_listens() -> None:
    with Hostile("well") as server:
        pass
    with pytest.raises(Failure, match="the connection is refused"):
        asked(server)
