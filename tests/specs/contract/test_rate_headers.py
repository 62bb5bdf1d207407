"""What a rate header tells by its name, and what it counts in as the document words it."""

from __future__ import annotations

import pytest

from specs.contract import build
from specs.contract.model import Header
from specs.contract.rate_headers import RateName, rate_headers, taken_apart, unit_of
from specs.source.document import load


@pytest.mark.parametrize(
    ("description", "unit"),
    [
        ("When the current window ends, in seconds since the epoch (UTC).", "epoch"),
        ("Unix timestamp at which the limit resets.", "epoch"),
        ("Unix timestamp in milliseconds of the next reset", "epoch-ms"),
        ("Milliseconds since the epoch.", "epoch-ms"),
        ("Seconds until the limit resets.", "left"),
        ("The number of seconds remaining before the window ends", "left"),
        ("Remaining seconds of the window.", "left"),
        ("Time (in milliseconds) until reset of the period", "left-ms"),
        ("Seconds to wait until the one-minute window resets", "left"),
        ("ISO 8601 time of the next reset", "date"),
        ("An HTTP-date", "date"),
        ("Minutes until the reset", "other"),
        ("When the limit resets.", None),
        ("When the one-minute window resets.", None),
        ("Time until the limit resets, in seconds", "left"),
        ("The time in seconds at which the count goes back to zero", None),
        ("How many seconds remain in the window", "left"),
        ("The time at which the limit resets, in seconds.", None),
    ],
)
def test_the_description_tells_the_unit(description, unit):
    assert unit_of(Header("X-RateLimit-Reset", False, {"type": "integer"}, "#", description)) == unit


@pytest.mark.parametrize(
    ("schema", "unit"),
    [
        ({"format": "date-time"}, "date"),
        ({"example": 1700000000}, "epoch"),
        ({"example": "1700000000000"}, "epoch-ms"),
        ({"example": 30}, None),
    ],
)
def test_where_the_words_are_silent_format_and_example_tell(schema, unit):
    assert unit_of(Header("X-RateLimit-Reset", False, schema, "#")) == unit


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("X-RateLimit-Limit", RateName("x-ratelimit", "limit", "")),
        ("X-RateLimit-Reset-Short", RateName("x-ratelimit", "reset", "short")),
        ("X-RateLimit-UserPathReset", RateName("x-ratelimit", "reset", "userpath")),
        ("X-Rate-Limit-Remaining", RateName("x-rate-limit", "remaining", "")),
        ("RateLimit", RateName("ratelimit", "state", "")),
        ("RateLimit-Policy", RateName("ratelimit", "policy", "")),
        ("Retry-After", RateName("Retry-After", "wait", "")),
        ("X-RateLimit-Used", None),
        ("Content-Type", None),
    ],
)
def test_the_name_tells_what_it_is_about(name, told):
    assert taken_apart(name) == told


def test_a_header_that_is_worded_in_two_ways_is_not_understood():
    made = [Header("RateLimit-Reset", False, {}, "#", words) for words in ("Unix time.", "Seconds until then.")]
    assert rate_headers(made)["ratelimit-reset"].unit == "other"


def test_our_document_counts_from_the_epoch():
    assert build(load("calcom-v2")).rate_headers["x-ratelimit-reset"].unit == "epoch"
