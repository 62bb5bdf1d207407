"""The gate: a test per plan item. Broken fails (minor: xfail), blocked is an error, what cannot be seen is skipped."""

from __future__ import annotations

import pytest

from contracts.core.verdicts import BROKEN, KNOWN
from contracts.gate.session import Gate
from contracts.judging.judge import Verdict, fails


def test_promise(verdict: Verdict, gate: Gate) -> None:
    """The deployment keeps what the document promises here."""
    if verdict.verdict == KNOWN or fails(verdict, gate.plan.deployment):
        if verdict.verdict == BROKEN and (excuse := gate.excuse(verdict)):
            pytest.xfail(excuse)
        pytest.fail(gate.finding(verdict), pytrace=False)
    if verdict.verdict == BROKEN:
        pytest.xfail(f"{verdict.severity.level if verdict.severity else ''}: {verdict.expected}, got {verdict.got}")


def test_known(complaint: str | None) -> None:
    """A known deviation still happens, and its day has not passed."""
    if complaint:
        pytest.fail(complaint, pytrace=False)


def test_limits_under_load(under_load: tuple[str, str]) -> None:
    """The deployment keeps its declared limits when they are used up."""
    word, told = under_load
    if word == BROKEN:
        pytest.fail(told, pytrace=False)
