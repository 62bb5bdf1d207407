"""Real limiters, and what the estimator calls them: kind, limit, window, unit and header family."""

from __future__ import annotations

import http.client
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from load.limiters.conclusion import Estimate
from load.limiters.examination import Ask, Setting, examine
from load.limiters.header_dialects import headers
from load.limiters.models import Block, FromFirst, SlidingLog
from load.limiters.trace import Sample
from load.limiters.version_space import Rule
from load.runtime.run import told_by

LIMIT, WINDOW = 10, 4
FIRST, LOG, BLOCK = FromFirst.kind, SlidingLog.kind, Block.kind
EPOCH, LEFT = "seconds since 1970", "seconds left"
PYTHON = [
    ("served_slowapi", "fixed-window", FIRST),
    ("served_slowapi", "moving-window", LOG),
    ("served_flask", "fixed-window", FIRST),
    ("served_flask", "moving-window", LOG),
]


def one(port: int) -> Sample:
    """One request over a connection of its own, so that every worker gets its share."""
    sent = time.time()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        return Sample(sent, time.time(), answer.status, told_by(answer.getheaders()))
    except OSError:
        return Sample(sent, time.time(), 0)
    finally:
        connection.close()


def answered(ask: Ask, port: int) -> list[Sample]:
    time.sleep(max(0.0, ask.at - time.time()))
    found: list[Sample] = []
    row = 0
    with ThreadPoolExecutor(ask.together) as pool:
        while len(found) < ask.count and row < ask.refusals:
            batch = min(ask.together, ask.count - len(found))
            for each in pool.map(one, [port] * batch):
                found.append(each)
                row = row + 1 if each.refused else 0
    return found


def examined(port: int, **setting: object) -> Estimate:
    one(port)  # wakes what is made at the first request
    time.sleep(WINDOW * 1.2)
    examination = examine(Rule(LIMIT, float(WINDOW)), time.time(), 0.0, Setting(**{"windows": 8.0, **setting}))
    ask = next(examination)
    while True:
        try:
            ask = examination.send(answered(ask, port))
        except StopIteration as ended:
            return ended.value


def started(serve, name: str, **settings: str) -> int:
    return serve(name, LIMIT=str(LIMIT), WINDOW=str(WINDOW), **settings)


def kept(found: Estimate, kind: str) -> None:
    assert (found.verdict, found.limit) == ("kept", LIMIT), found.reason
    assert kind in found.kinds
    shortest, longest = found.window or (0.0, 0.0)
    assert shortest <= WINDOW * 1.01
    assert longest >= WINDOW * 0.99


def looser(found: Estimate) -> None:
    """Four stores, each with the whole number: as many times the number as workers were reached."""
    assert found.verdict == "looser", found.reason
    assert 2.5 <= found.admitted / LIMIT <= 4.0


@pytest.mark.parametrize(("name", "strategy", "kind"), PYTHON)
def test_python(serve, name, strategy, kind):
    found = examined(started(serve, name, STRATEGY=strategy))
    kept(found, kind)
    told = headers(found.samples)
    assert (told.family, told.unit) == ("X-RateLimit-*", EPOCH)


@pytest.mark.parametrize("name", ["served_slowapi", "served_flask"])
def test_python_with_four_workers(serve, name):
    looser(examined(started(serve, name, STRATEGY="fixed-window", WORKERS="4")))


@pytest.mark.parametrize(
    ("name", "kind", "unit"),
    [("express.js", FIRST, EPOCH), ("fastify.js", FIRST, LEFT), ("nest.js", BLOCK, LEFT)],
)
def test_node(serve, name, kind, unit):
    found = examined(started(serve, name))
    kept(found, kind)
    told = headers(found.samples)
    assert (told.family, told.suffixes, told.unit) == ("X-RateLimit-*", (), unit)


@pytest.mark.parametrize("name", ["express.js", "fastify.js", "nest.js"])
def test_node_with_four_workers(serve, name):
    looser(examined(started(serve, name, WORKERS="4")))


def test_two_named_limits(serve):
    """Their headers carry the names, and only the shorter one binds here."""
    found = examined(started(serve, "nest.js", NAMED="2"))
    kept(found, BLOCK)
    told = headers(found.samples)
    assert (told.family, told.suffixes, told.unit) == ("X-RateLimit-*", ("long", "short"), LEFT)
