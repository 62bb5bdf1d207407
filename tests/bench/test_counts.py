"""No more work is done than before, counted in what no machine's speed changes."""

from __future__ import annotations

import json

from tests.bench.counts import FILE, counted


def test_no_more_is_done_than_before() -> None:
    known, found = json.loads(FILE.read_text("utf-8")), counted()
    assert found.keys() == known.keys()
    assert {name: found[name] for name in known if found[name] > known[name] * 1.1} == {}
    # fewer would be less that is asked, not less work
    assert {name: found[name] for name in ("requests of a run", "cases made") if found[name] < known[name] * 0.9} == {}
