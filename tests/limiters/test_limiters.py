"""Real limiters, and what the estimator calls them: kind, limit, window, unit and header family."""

from __future__ import annotations

import pytest

from load.limiters.conclusion import Estimate
from load.limiters.header_dialects import Terms, headers
from load.limiters.models import Block, FromFirst, SlidingLog
from tests.limiters.examining import examined

LIMIT, WINDOW = 10, 8
FIRST, LOG, BLOCK = FromFirst.kind, SlidingLog.kind, Block.kind
EPOCH, LEFT = "seconds since 1970", "seconds left"
PYTHON = [
    ("served_slowapi", "fixed-window", FIRST),
    ("served_slowapi", "moving-window", LOG),
    ("served_flask", "fixed-window", FIRST),
    ("served_flask", "moving-window", LOG),
]


def looked_at(port: int) -> Estimate:
    return examined(port, LIMIT, float(WINDOW))[0]


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
    found = looked_at(started(serve, name, STRATEGY=strategy))
    kept(found, kind)
    told = headers(found.samples, Terms(found.rule))
    assert (told.family, told.unit) == ("X-RateLimit-*", EPOCH)


@pytest.mark.parametrize("name", ["served_slowapi", "served_flask"])
def test_python_with_four_workers(serve, name):
    looser(looked_at(started(serve, name, STRATEGY="fixed-window", WORKERS="4")))


@pytest.mark.parametrize(
    ("name", "kind", "unit"),
    [("express.js", FIRST, EPOCH), ("fastify.js", FIRST, LEFT), ("nest.js", BLOCK, LEFT)],
)
def test_node(serve, name, kind, unit):
    found = looked_at(started(serve, name))
    kept(found, kind)
    told = headers(found.samples, Terms(found.rule))
    assert (told.family, told.suffixes, told.unit) == ("X-RateLimit-*", (), unit)


@pytest.mark.parametrize("name", ["express.js", "fastify.js", "nest.js"])
def test_node_with_four_workers(serve, name):
    looser(looked_at(started(serve, name, WORKERS="4")))


def test_two_named_limits(serve):
    """Their headers carry the names, and only the shorter one binds here."""
    found = looked_at(started(serve, "nest.js", NAMED="2"))
    kept(found, BLOCK)
    told = headers(found.samples, Terms(found.rule))
    assert (told.family, told.suffixes, told.unit) == ("X-RateLimit-*", ("long", "short"), LEFT)
