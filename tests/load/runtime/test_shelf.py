"""Bodies of a long load stay within the memory that they may take."""

from __future__ import annotations

import tracemalloc

from contracts.core.exchange import Exchange, Request, Response
from load.runtime.shelf import Shelf
from specs.contract import build
from specs.source.document import load

REQUEST = Request(build(load("calcom-v2")).operations[0], "/v2")


def heard(number: int, body: str) -> Exchange:
    return Exchange(number, REQUEST, Response(200, (("A", "b"),), body, len(body), ("odd",)), None, 1.0, 2.0)


def test_equal_bodies_are_kept_once() -> None:
    shelf = Shelf()
    one, other = (shelf.keep(heard(number, "".join(["x"] * 5000))) for number in (1, 2))
    assert one.response is not None
    assert other.response is not None
    assert one.response.body is other.response.body


def test_what_is_too_much_is_put_aside_and_reads_the_same() -> None:
    shelf = Shelf(most=20_000)
    bodies = [f"[{number}" + ", \udce4\ud800" * 1000 + "]" for number in range(50)]
    kept = [shelf.keep(heard(number, body)).response for number, body in enumerate(bodies)]
    assert [each and each.body for each in kept] == bodies
    last = kept[-1]
    assert last is not None
    assert (last.status, last.length, last.remarks, last.header("a")) == (200, len(bodies[-1]), ("odd",), "b")
    assert last.json is not None


def test_memory_is_bounded_though_every_body_is_another() -> None:
    shelf = Shelf(most=1 << 20)
    tracemalloc.start()
    kept = [shelf.keep(heard(number, f"{number}" + "x" * 100_000)) for number in range(300)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept) == 300
    assert peak < 5 << 20
