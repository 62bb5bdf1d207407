"""Kinds of limiters are told apart at depth full, and what is not told is said."""

from __future__ import annotations

import random

import pytest

from load.limiters.examination import examine
from load.limiters.models import Block, FromFirst, SlidingLog
from load.limiters.rule import Rule
from load.limiters.setting import Setting
from load.limiters.windowed_models import Aligned
from tests.load.limiters.simulated import COARSE, FAULTS, KINDS, Server, by_seconds, drive
from tests.load.limiters.unusual import TRIALS

NOW = 1_700_000_000.0
NAMES = {"fixed": Aligned.kind, "from first": FromFirst.kind, "block": Block.kind, "log": SlidingLog.kind}
FULL = Setting(windows=4.0, kinds=True)


def examined(kind, limit=5, window=10.0, *, seed, setting=FULL):
    """The estimate, and how many windows it took."""
    rng = random.Random(seed)
    server = Server(kind(limit, window, rng), rng, 0.005)
    found, _ = drive(examine(Rule(limit, window), NOW + rng.uniform(0, 600), 0.0, setting), server)
    return found, (found.samples[-1].received - found.samples[0].sent) / window


@pytest.mark.parametrize("kind", NAMES)
def test_a_kept_limit_is_named_by_its_kind_in_hardly_more_than_two_windows(kind, seeds):
    lasted = []
    for seed in range(seeds):
        limit = (5, 30)[seed % 2]
        found, span = examined(KINDS[kind], limit, seed=seed)
        assert (found.verdict, found.reason.partition(";")[0]) == ("kept", f"{limit} in 10 s proven")
        assert NAMES[kind] in found.kinds
        assert set(NAMES.values()) & set(found.kinds) == {NAMES[kind]}
        lasted.append(span)
    assert sum(lasted) / len(lasted) <= 2.2


def test_what_is_not_told_apart_is_said():
    found, _ = examined(KINDS["log"], seed=1, setting=Setting(windows=4.0))
    assert found.verdict == "kept"
    assert "sliding log: not distinguished, which needs about 12 more requests" in found.reason


def test_one_window_says_by_which_assumption():
    found, _ = examined(KINDS["from first"], 30, seed=1, setting=Setting(windows=1.12, waits=False))
    assert found.reason.startswith("30 in 10 s, assumed that it is a fixed window from the first request")


class Several:
    """Every request meets one of three counters, each of which admits the whole number."""

    def __init__(self, limit, window, rng):
        self.limit, self.window, self.rng = limit, window, rng
        self.counters = [KINDS["from first"](limit, window, rng) for _ in range(3)]

    def allow(self, now):
        return self.rng.choice(self.counters).allow(now)


def test_several_counters_show_the_number_that_proves_them():
    found, _ = examined(Several, 10, seed=1)
    assert (found.verdict, found.kinds) == ("looser", ("several counters",))
    number = int(found.reason.split()[0])
    assert found.reason.startswith(f"{number} admitted within 10 s")
    assert 20 < number <= 30


@pytest.mark.parametrize("kind", COARSE)
def test_who_counts_in_a_way_of_its_own_is_never_blamed(kind, seeds):
    for seed in range(seeds):
        rule = ((5, 10.0), (10, 60.0), (20, 10.0))[seed % 3]
        assert examined(COARSE[kind], *rule, seed=seed)[0].verdict in {"kept", "inconclusive"}, seed


@pytest.mark.parametrize("fault", ["half", "one less", "twice", "half the window", "twice the window"])
def test_who_counts_in_whole_seconds_and_breaks_its_rule_is_always_found(fault, seeds):
    limit, window = FAULTS[fault](10, 60.0)
    for seed in range(seeds):
        kind, rng = ("bucket", "log", "from first")[seed % 3], random.Random(seed)
        server = Server(by_seconds(KINDS[kind])(limit, window, rng), rng, 0.005)
        found, _ = drive(examine(Rule(10, 60.0), NOW + rng.uniform(0, 600), 0.0, FULL), server)
        assert found.verdict in {"tighter", "looser", "window"}, (seed, found.reason)


@pytest.mark.parametrize("name", TRIALS)
def test_what_others_build_is_blamed_where_it_breaks_its_rule_and_nowhere_else(name):
    """With few seeds; `python -m tests.power limits-trials --unusual 50` tries as many as are wanted."""
    assert TRIALS[name].wrong(4) == []


class Once:
    """Admits the number once and nobody ever again."""

    def __init__(self, limit, window, rng):
        self.left = limit

    def allow(self, now):
        self.left -= 1
        return self.left >= 0


def test_a_limit_that_never_recovers_is_no_limiter_that_counts_refused_requests():
    for seed in range(20):
        found, span = examined(Once, (5, 30)[seed % 2], seed=seed)
        assert (found.verdict, found.recovered) == ("window", False)
        assert span <= 6.2
