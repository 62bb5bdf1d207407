"""What a header counts in that tells when a limit resets, as the document words it."""

from __future__ import annotations

import pytest

from specs.contract import build
from specs.contract.limits import reset_unit
from specs.contract.model import Header
from specs.source.document import load


@pytest.mark.parametrize(
    ("description", "unit"),
    [
        ("When the current window ends, in seconds since the epoch (UTC).", "epoch"),
        ("Unix timestamp at which the limit resets.", "epoch"),
        ("Seconds until the limit resets.", "left"),
        ("The number of seconds remaining before the window ends", "left"),
        ("Remaining seconds of the window.", "left"),
        ("Milliseconds since the epoch.", None),
        ("When the limit resets.", None),
    ],
)
def test_the_description_tells_the_unit(description, unit):
    assert reset_unit([Header("X-RateLimit-Reset", False, {"type": "integer"}, "#", description)]) == unit


def test_other_headers_and_contradictions_tell_nothing():
    made = [Header("RateLimit-Reset", False, {}, "#", words) for words in ("Unix time.", "Seconds until then.")]
    assert reset_unit(made) is None
    assert reset_unit([Header("X-RateLimit-Limit", False, {}, "#", "Unix time.")]) is None


def test_a_date_is_a_date():
    assert reset_unit([Header("x-rate-limit-reset", False, {"format": "date-time"}, "#")]) == "date"


def test_our_document_counts_from_the_epoch():
    assert build(load("calcom-v2")).reset_unit == "epoch"
