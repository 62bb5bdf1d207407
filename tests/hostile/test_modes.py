"""What the client says of every way in which a server can misbehave, and that it costs little time and memory."""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc
from pathlib import Path

import pytest

from contracts.config.http import Bounds
from contracts.config.vault import Vault
from contracts.core.exchange import Request
from contracts.core.failures import BODY_ANNOUNCED, TRAILING
from contracts.transport.client import Client
from contracts.transport.wire_format import ClientResult
from specs.contract import Contract, build
from specs.source.document import load
from tests.hostile import modes, odd_amounts, odd_content, odd_modes
from tests.hostile.expected import READ, UNREADABLE
from tests.hostile.notes import KEYS, ODD, files
from tests.hostile.server import MODES, Hostile

SECONDS = 3.0
BOUNDS = Bounds(connect=1.0, read=0.4, total=0.8)
MOST = 60 << 20
"""Bytes of memory that an answer may take, whatever it is."""


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
    assert modes.__doc__ and odd_modes.__doc__ and odd_content.__doc__ and odd_amounts.__doc__
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


def test_the_members_of_a_gzip_are_one_content(contract: Contract) -> None:
    with Hostile("gzip-in-two-members") as server:
        response = deliveries(server, contract)[0].response
    assert response is not None
    assert response.body.encode() == modes.BODY


def test_a_gzip_of_very_many_members_is_too_large(contract: Contract) -> None:
    def members(line: modes.Line) -> None:
        odd_modes.encoded(line, "gzip", gzip.compress(b"") * 100_000)

    with Hostile(members) as server:
        began = time.monotonic()
        error = deliveries(server, contract, bounds=Bounds())[0].error or ""
    assert error.startswith("too large: a gzip of more than 100 members")
    assert time.monotonic() - began < SECONDS


def test_what_comes_late_is_not_held_against_the_next_request(contract: Contract) -> None:
    with Hostile("late-bytes") as server:
        errors = {each.error for each in deliveries(server, contract, times=9)}
    assert [each for each in errors if each and not each.startswith("cut off: 'late bytes'")] == []
