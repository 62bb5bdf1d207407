"""Percentiles and comparisons of samples, held against what is known of them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.core.statistics import chance_of_more, percentile, shift, thinned

samples = st.lists(st.floats(0, 100), min_size=1, max_size=60)


@given(samples, st.floats(0.1, 100))
def test_so_many_percent_do_not_exceed_a_percentile(values, percent):
    found = percentile(sorted(values), percent)
    assert found in values
    assert sum(each <= found for each in values) >= percent / 100 * len(values) - 1e-9
    assert sum(each < found for each in values) < max(1, percent / 100 * len(values) + 1e-9)


@given(samples, samples)
def test_a_shift_is_the_same_seen_from_the_other_side(before, after):
    one, other = shift(before, after), shift(after, before)
    assert one.above == pytest.approx(1 - other.above)
    assert one.chance == pytest.approx(other.chance)
    assert 0 <= one.chance <= 1


def test_equal_samples_do_not_differ_and_distant_ones_do():
    values = [each / 10 for each in range(50)]
    assert shift(values, values).above == pytest.approx(0.5)
    assert shift(values, values).chance > 0.9
    assert shift(values, [each + 10 for each in values]).above == 1.0
    assert shift(values, [each + 10 for each in values]).chance < 1e-9


def test_chance_differences_are_called_significant_as_rarely_as_they_should_be():
    random = Random(3)
    draws = [shift([random.random() for _ in range(40)], [random.random() for _ in range(40)]) for _ in range(400)]
    assert 0.005 < sum(each.chance < 0.05 for each in draws) / len(draws) < 0.1


def test_a_thinned_sample_stands_for_the_whole():
    random = Random(1)
    values = [random.gauss(10, 2) for _ in range(5000)]
    few = thinned(values)
    assert len(few) == 200
    assert percentile(few, 50) == pytest.approx(percentile(sorted(values), 50), rel=0.01)


def test_fishers_chance_is_the_known_one():
    assert chance_of_more(1, 10, 8, 10) == pytest.approx(0.00273, abs=1e-5)  # the textbook's lady, one-sided
    assert chance_of_more(0, 100, 0, 100) == pytest.approx(1.0)
