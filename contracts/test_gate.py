"""The gate: one item per line of the plan. Broken fails, blocked is an error, what cannot be seen is skipped."""

from __future__ import annotations

import pytest

from contracts.gate import finding
from contracts.judge import Verdict
from contracts.law import BROKEN


def test_promise(verdict: Verdict, told: dict[str, str]) -> None:
    """The deployment keeps what the document promises here."""
    if verdict.verdict == BROKEN:
        pytest.fail(finding(verdict, told), pytrace=False)
