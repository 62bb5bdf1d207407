"""Structured fields: what they say is read as the RFC has it, and what does not parse says nothing."""

from __future__ import annotations

import pytest

from contracts.core.structured_fields import rate_limits


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"default";r=50;t=30', {"default": {"r": 50, "t": 30}}),
        ('"burst";q=100;w=60,"daily";q=1000;w=86400', {"burst": {"q": 100, "w": 60}, "daily": {"q": 1000, "w": 86400}}),
        ('"a";r=1;t=60.5', {"a": {"r": 1, "t": 60.5}}),
        ('"a, b; r=9";r=1', {"a, b; r=9": {"r": 1}}),
        ('a;r=1;pk=:cGsx:;x="5";y', {"a": {"r": 1}}),
        ("100;w=60", {"100": {"q": 100, "w": 60}}),
        ("limit=100, remaining=5, reset=30", {"100": {"q": 100, "r": 5, "t": 30}}),
        ('"a";r=1;t=', {}),
        ('"a";r=1 and more', {}),
        ("größer;r=1", {}),
        ("", {}),
    ],
)
def test_rate_limit_fields_are_read_as_numbers_by_policy(text: str, told: dict[str, dict[str, float]]) -> None:
    assert rate_limits(text) == told
