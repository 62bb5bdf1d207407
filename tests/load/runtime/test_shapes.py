"""Shapes and pacing: how many requests are due when, and what a stall does to the grid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.runtime.shapes import SHAPES, Pacer, shape

names = st.sampled_from(sorted(SHAPES))
rates = st.floats(0.5, 500)
lengths = st.floats(1, 3600)


@given(names, rates, lengths, st.floats(0.001, 0.999))
def test_when_is_the_inverse_of_hits(name, rate, seconds, part):
    made = shape(name, rate, seconds)
    moment = part * made.seconds
    assert made.when(made.hits(moment)) == pytest.approx(moment, rel=1e-6, abs=1e-3)


@given(names, rates, lengths)
def test_hits_are_the_area_below_the_rate(name, rate, seconds):
    made = shape(name, rate, seconds)
    slices = 4000
    width = made.seconds / slices
    area = sum(made.rate((number + 0.5) * width) for number in range(slices)) * width
    assert made.hits(made.seconds) == pytest.approx(area, rel=0.01)
    assert made.seconds == pytest.approx(seconds)
    assert made.rate(seconds + 1) == 0.0


@given(names, rates, lengths, st.integers(1, 20), st.floats(0, 0.99))
def test_users_share_a_shape_evenly_and_nobody_goes_on_after_it(name, rate, seconds, users, phase):
    made = shape(name, rate, seconds)
    pacer = Pacer(made, users, phase)
    mine = int(made.hits(made.seconds) / users - phase)
    assert pacer.due(mine + 2) == float("inf")
    assert mine < 1 or pacer.due(mine - 1) < float("inf")


def test_a_stall_moves_no_later_request():
    pacer = Pacer(shape("soak", 100, 60), 10, 0.25)
    assert pacer.due(0) == pytest.approx(0.025)
    assert pacer.wait(2.0, 3) == pytest.approx(0.325 - 2.0)  # late by as much
    assert pacer.due(4) - pacer.due(3) == pytest.approx(0.1)


def test_only_the_rising_shape_ends_by_what_gives():
    assert [name for name in SHAPES if shape(name, 10).rising] == ["to-the-limit"]


def test_an_unknown_shape_is_named_with_those_there_are():
    with pytest.raises(ValueError, match=r"'bell' .*known: soak, steps, ramp, spike, to-the-limit, waves"):
        shape("bell", 10)
