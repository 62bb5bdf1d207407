"""The estimator against simulated limiters of every kind, with and without faults."""

from __future__ import annotations

import random

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load.limiters.examination import examine
from load.limiters.rule import Rule
from load.limiters.setting import Setting
from load.scenarios.limits.examiner import QUICK
from tests.load.limiters.simulated import FAULTS, KINDS, Off, Server, drive

NOW = 1_700_000_000.0
WINDOW = 60.0


def estimated(kind, limit, fault="none", *, seed=0, setting=None):
    rng = random.Random(seed)
    real, length = FAULTS[fault](limit, WINDOW)
    limiter = Off(real, length, rng) if fault == "off" else KINDS[kind](real, length, rng)
    found, _ = drive(examine(Rule(limit, WINDOW), NOW + rng.uniform(0, 600), 0.0, setting), Server(limiter, rng, 0.01))
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("limit", [5, 30])
def test_a_conforming_limiter_is_never_called_broken(kind, limit):
    for seed in range(3):
        assert estimated(kind, limit, seed=seed).verdict in {"kept", "inconclusive"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "log of all"])
def test_a_conforming_limiter_is_proven(kind):
    found = estimated(kind, 10, seed=4)
    assert found.verdict == "kept"
    assert found.limit == 10
    assert 57.6 <= found.window[0] <= 60.1 <= 62.4 or found.window[1] <= 62.4


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "none"])
@pytest.mark.parametrize("kind", ["fixed", "log", "bucket"])
def test_a_fault_is_never_called_kept(kind, fault):
    assert estimated(kind, 10, fault, seed=2).verdict != "kept"


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("half", "tighter"),
        ("twice", "looser"),
        ("one more", "looser"),
        ("half the window", "window"),
        ("off", "not enforced"),
    ],
)
def test_a_fault_is_named(fault, verdict):
    assert estimated("fixed", 30, fault, seed=1).verdict == verdict


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    fault=st.sampled_from(sorted(FAULTS)),
    limit=st.sampled_from([5, 10, 30]),
    seed=st.integers(0, 10**6),
)
def test_no_verdict_is_wrong(kind, fault, limit, seed):
    found = estimated(kind, limit, fault, seed=seed)
    assert found.verdict == "inconclusive" or found.conforms == (fault == "none")


def test_one_window_tells_the_number_and_says_what_it_does_not_tell():
    found = estimated("fixed", 30, setting=Setting(windows=1.12, waits=False))
    assert (found.verdict, found.limit) == ("inconclusive", 30)
    assert "window lies between" in found.reason


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_number_is_looser_within_few_windows_though_a_window_might_have_ended_just_then(kind):
    for seed in range(4):
        assert estimated(kind, (30, 60)[seed % 2], "twice", seed=seed, setting=QUICK).verdict == "looser", seed


class Late(Server):
    """A server that is now and then very slow, asked by a machine that is now and then late."""

    def answer(self, ask):
        self.delay = self.rng.choice((0.5, 0.5, 1.0, 4.0))
        return super().answer(attrs.evolve(ask, at=ask.at + self.rng.choice((0.0, 0.0, 0.1, 0.6)) * WINDOW))


@pytest.mark.parametrize("kind", ["fixed", "fixed, any phase", "from first", "block", "log"])
def test_a_window_that_ends_within_a_slow_burst_is_no_finding(kind):
    for seed in range(12):
        rng = random.Random(seed)
        server = Late(KINDS[kind](60, WINDOW, rng), rng)
        found, _ = drive(examine(Rule(60, WINDOW), NOW + rng.uniform(0, 600), 0.0), server)
        assert found.verdict in {"kept", "inconclusive"}


def test_a_window_that_ends_between_the_first_request_and_the_burst_is_no_race():
    rng = random.Random(1)
    limiter = KINDS["fixed, any phase"](60, WINDOW, rng)
    limiter.phase = (NOW + 0.0105) % WINDOW  # after the first answer has left
    found, _ = drive(examine(Rule(60, WINDOW), NOW, 0.0, Setting(waits=False)), Server(limiter, rng, 0.01))
    assert found.admitted == 61
    assert (found.verdict, found.limit) == ("inconclusive", 60)


@pytest.mark.parametrize("apart", [-1.0, 1.0])
def test_a_clock_a_second_apart_costs_no_further_window(apart):
    rng = random.Random(3)
    found, asked = drive(examine(Rule(30, WINDOW), NOW + 20, apart), Server(KINDS["fixed"](30, WINDOW, rng), rng, 0.01))
    assert found.verdict == "kept"
    assert asked[-1].at - asked[0].at < 2 * WINDOW


def test_a_server_too_slow_to_be_used_up_is_not_called_unlimited():
    rng = random.Random(1)
    server = Server(KINDS["fixed"](60, 1.0, rng), rng, delay=0.6, noise=0.1)
    found, _ = drive(examine(Rule(60, 1.0), NOW, 0.0), server)
    assert found.verdict == "inconclusive"
