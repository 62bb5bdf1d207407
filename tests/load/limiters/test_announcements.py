"""Servers of every kind that keep their limit, and tell the truth of it or do not."""

from __future__ import annotations

from itertools import product

import pytest

from specs.contract.rate_headers import RateHeader
from tests.load.limiters.announcing import UNITS, Voice, heard
from tests.load.limiters.simulated import KINDS


def words(unit, kind="integer"):
    return {"x-ratelimit-reset": RateHeader("X-RateLimit-Reset", "reset", unit, kind)}


@pytest.mark.parametrize("kind", KINDS)
def test_true_headers_are_never_blamed(kind, seeds):
    for seed in range(seeds):
        assert heard(kind, Voice(), seed, words("epoch"))[1] == []


def window_of(kind):
    """Long enough for what is told in whole seconds to be seen wrong: a bucket's next token comes soon."""
    return 60.0 if kind == "bucket" else 10.0


@pytest.mark.parametrize("kind", KINDS)
def test_a_reset_always_one_second_ahead_is_always_found(kind, seeds):
    for seed in range(seeds):
        told = [
            each.expected for each in heard(kind, Voice(reset=1.0), seed, words("epoch"), window=window_of(kind))[1]
        ]
        assert "a request after X-RateLimit-Reset is admitted" in told, seed


@pytest.mark.parametrize("kind", KINDS)
def test_a_wait_of_always_one_second_is_always_found(kind, seeds):
    for seed in range(seeds):
        told = [each.expected for each in heard(kind, Voice(wait=1), seed, words("epoch"), window=window_of(kind))[1]]
        assert "admitted 1 s later, as Retry-After says" in told, seed


@pytest.mark.parametrize("unit", UNITS)
def test_a_header_that_keeps_its_description_is_never_blamed(unit, seeds):
    worded = {"fraction": "left", "iso": "date"}.get(unit, unit)
    for seed in range(seeds):
        kind = list(KINDS)[seed % len(KINDS)]
        for said in (words(worded, "number"), {}):
            assert heard(kind, Voice(unit=unit), seed, said)[1] == [], (kind, seed, said)


@pytest.mark.parametrize(
    ("unit", "said"), [("left", "epoch"), ("epoch", "left"), ("epoch-ms", "epoch"), ("left", "date")]
)
def test_a_header_in_another_unit_than_described_is_always_found(unit, said, seeds):
    for seed in range(seeds):
        assert heard("from first", Voice(unit=unit), seed, words(said))[1]


FAMILIES = ("X-RateLimit", "RateLimit", "X-Rate-Limit", "draft 7", "draft 8")


def test_whatever_the_headers_are_called_the_truth_is_not_blamed():
    for seed, (family, kind) in enumerate(product(FAMILIES, KINDS)):
        assert heard(kind, Voice(unit="left", family=family), seed)[1] == []


@pytest.mark.parametrize("lie", [{"limit": 1}, {"stuck": True}, {"reset": 1.0}, {"reset": 40.0}])
def test_whatever_the_headers_are_called_a_lie_is_found(lie, seeds):
    for seed in range(seeds):
        family = FAMILIES[seed % len(FAMILIES)]
        assert heard("from first", Voice(unit="left", family=family, **lie), seed)[1], seed


def test_a_policy_of_an_hour_beside_it_and_a_wait_with_some_chance_in_it_are_not_blamed(seeds):
    voice = Voice(unit="left", family="draft 8", hourly=True, jitter=(1.0, 1.5))
    for seed in range(seeds):
        kind = list(KINDS)[seed % len(KINDS)]
        assert heard(kind, voice, seed)[1] == [], (kind, seed)


def test_a_wait_that_is_too_short_by_chance_is_found(seeds):
    for seed in range(seeds):
        kind = [each for each in KINDS if each != "bucket"][seed % (len(KINDS) - 1)]
        told = [each.expected for each in heard(kind, Voice(jitter=(0.2, 0.6)), seed, words("epoch"), window=60.0)[1]]
        assert any(each.endswith("as Retry-After says") for each in told), (kind, seed)


def test_who_waits_as_told_but_asks_before_is_not_lied_to_where_each_request_renews_the_expiry():
    for seed in range(10):
        assert heard("expiring", Voice(unit="left"), seed)[1] == [], seed


def test_headers_that_come_only_when_hardly_anything_is_left_are_not_blamed(seeds):
    for seed in range(seeds):
        voice = Voice(unit="left", family=FAMILIES[seed % len(FAMILIES)], near_end=True)
        kind = list(KINDS)[seed % len(KINDS)]
        assert heard(kind, voice, seed, limit=(5, 30)[seed % 2])[1] == [], (kind, seed)


@pytest.mark.parametrize("lie", [{"later": 4.0}, {"again": True}])
def test_a_reset_that_is_too_late_and_a_number_that_is_told_twice_are_found(lie, seeds):
    for seed in range(seeds):
        kind = ("from first", "block")[seed % 2]
        voice = Voice(unit="left", family=FAMILIES[seed % len(FAMILIES)], **lie)
        assert heard(kind, voice, seed, limit=(5, 10)[seed // 2 % 2], kinds=True)[1], (kind, seed)


@pytest.mark.parametrize("family", ["draft 7", "draft 8"])
def test_a_policy_with_another_window_is_found(family, seeds):
    for seed in range(seeds):
        assert heard("from first", Voice(unit="left", family=family, window=6.0), seed)[1], seed
