"""Which limits a run leaves unproven, and so ends with 4."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from load.limiters.conclusion import Estimate
from load.limiters.rule import Rule
from load.scenarios.limits.findings import LimitFinding
from load.scenarios.limits.table import unproven


@pytest.mark.parametrize(
    ("verdict", "number", "depth", "told"),
    [
        ("kept", 5, "full", 0),
        ("inconclusive", 5, "full", 1),
        ("inconclusive", 5, "quick", 0),
        ("inconclusive", None, "quick", 1),
        ("looser", 9, "full", 0),
    ],
)
def test_what_is_unproven_depends_on_the_depth(verdict, number, depth, told):
    found = Estimate(Rule(5, 60.0), verdict, (), number, None, 5, 1.0, "", "open", ())
    finding = LimitFinding(SimpleNamespace(key=("GET /", "acme")), found)
    assert len(unproven(SimpleNamespace(depth=depth), {("GET /", "acme"): finding})) == told
