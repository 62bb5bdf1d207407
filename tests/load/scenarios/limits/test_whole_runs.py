"""The whole scenario against servers in this process: lies are found through it, and a right server is never blamed."""

from __future__ import annotations

import random

import pytest

from contracts.core.verdicts import BROKEN, NOT_ASKED, UPHELD
from load.scenarios.limits.rewriting import HEADERS
from tests.load.limiters.simulated import KINDS
from tests.load.scenarios.limits.shop import CHANGE, LIST, MAKE, READ, REMOVE, Shop, judged

TWO = {"t1": "one", "t2": "two"}
AT_ONCE = {"from first", "block", "log"}
"""Kinds that have room for everything when a window after the first request has passed."""
NUMBER, NOTHING = "declared-limit-is-enforced", "a-refused-request-changes-nothing"
LONGER = "longer-limits-hold"


def opened(seed, **more):
    return Shop(random.Random(seed), dict(more.pop("things", TWO)), **more)


def broken(found):
    return {(law, operation) for (law, operation), each in found.verdicts.items() if each.verdict == BROKEN}


def test_a_right_server_is_blamed_for_nothing_in_hardly_more_than_a_window(seeds):
    for seed in range(seeds):
        kind = list(KINDS)[seed % len(KINDS)]
        found = judged(opened(seed, kind=kind, things=TWO if seed % 3 else {}))
        assert not broken(found), (seed, kind)
        assert {found.of(NUMBER, each).verdict for each in (LIST, MAKE, CHANGE, REMOVE)} == {UPHELD}, (seed, kind)
        if kind in AT_ONCE:
            assert {found.of(NOTHING, each).verdict for each in (MAKE, CHANGE)} == {UPHELD}, (seed, kind)
        assert found.lasted < (1.1 if kind in AT_ONCE else 2.5), (seed, kind)


def test_what_refused_requests_have_done_all_the_same_is_found(seeds):
    """A creation and a change, at depth quick, with windows of a minute."""
    for seed in range(seeds):
        found = judged(opened(seed, applied=True))
        assert broken(found) == {(f"limits/{NOTHING}", MAKE), (f"limits/{NOTHING}", CHANGE)}, seed


def test_a_limit_is_asked_for_what_exists(seeds):
    """This one is enforced for unknown ids alone."""
    for seed in range(seeds):
        found = judged(opened(seed, unlimited=frozenset({READ})))
        assert found.of(NUMBER, READ).verdict == BROKEN, seed
        assert {operation for _, operation in broken(found)} == {READ}, seed


def test_where_nothing_exists_it_is_said_that_all_answers_were_404(seeds):
    for seed in range(seeds):
        found = judged(opened(seed, things={}, unlimited=frozenset({READ})), writes=False)
        assert found.of(NUMBER, READ).verdict == UPHELD, seed
        assert "all responses were 404" in (found.of(NUMBER, READ).reason or ""), seed


def test_a_bucket_for_each_path_is_found(seeds):
    for seed in range(seeds):
        found = judged(opened(seed, things=(TWO, {"t1": "one"}, {})[seed % 3], by_path=True))
        assert {found.of(NUMBER, each).verdict for each in (READ, REMOVE)} == {BROKEN}, seed
        assert {operation for _, operation in broken(found)} <= {READ, REMOVE, CHANGE}, seed


def test_a_bucket_that_another_header_renews_is_found(seeds):
    for seed in range(seeds):
        found = judged(opened(seed, by_header=HEADERS[seed % len(HEADERS)][0]))
        assert (f"limits/{NUMBER}", READ) in broken(found), seed


@pytest.mark.parametrize("depth", ["quick", "full"])
@pytest.mark.parametrize("there", [True, False])
def test_a_limit_of_the_hour_is_not_asked_for_and_said_with_the_time_it_takes(depth, there):
    found = judged(opened(1, hourly=there), depth=depth, hourly=True).of(LONGER, LIST)
    assert found.verdict == NOT_ASKED
    assert found.reason.startswith("needs depth soak, about 64 minutes here")


@pytest.mark.parametrize(("there", "verdict"), [(True, UPHELD), (False, BROKEN)])
def test_at_depth_soak_a_limit_of_the_hour_is_found_or_found_missing(there, verdict, seeds):
    for seed in range(seeds // 5):
        found = judged(opened(seed, hourly=there), depth="soak", hourly=True)
        assert found.of(LONGER, LIST).verdict == verdict, (seed, found.of(LONGER, LIST))
        assert {law for law, _ in broken(found)} <= {f"limits/{LONGER}"}, seed


@pytest.mark.parametrize("uncounted", ['"', "["])
def test_bodies_that_are_refused_uncounted_are_not_the_last_ones_tried(uncounted, seeds):
    for seed in range(seeds // 5):
        found = judged(opened(seed, refused_first=uncounted))
        assert {found.of(NUMBER, each).verdict for each in (MAKE, CHANGE)} == {UPHELD}, seed
        assert not broken(found), seed
