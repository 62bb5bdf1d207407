"""The state machine of sessions finds planted faults, and shrinks them to the few steps that show them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.core.verdicts import BROKEN
from contracts.engine.run import Run
from contracts.judging.judge import Verdict
from tests.contracts.laws.credentials.judging import on_sandbox

LAW = ("a-session-goes",)
FAULTS = [
    "refresh-token-reusable",
    "spent-token-forgotten",
    "access-token-accepted-as-refresh",
    "force-refresh-keeps-old-token",
    "foreign-attempt-spends-token",
    "refresh-token-survives-deletion",
    "same-access-token-within-a-second",
]


def asked(made: Run) -> list[Verdict]:
    """The verdicts of the law of sessions."""
    return [each for each in made.verdicts if LAW[0] in each.item.rule.id]


def program(made: Run) -> list[str]:
    """The drawn program of the conversation that the verdict shows."""
    (verdict,) = asked(made)
    assert verdict.verdict == BROKEN, verdict
    lines = [json.loads(line) for line in (made.out / "evidence.ndjson").read_text().splitlines()]
    shown = {each["conversation"] for each in lines if each["type"] == "exchange" and each["seq"] in verdict.exchanges}
    drawn = {each["conversation"]: each["value"] for each in lines if each["type"] == "drawn"}
    (found,) = (drawn[number] for number in shown if number in drawn)
    return list(found)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_shrinks_to_at_most_four_steps(tmp_path: Path, fault: str) -> None:
    assert len(program(on_sandbox(tmp_path, [fault], LAW, "standard"))) <= 4


@pytest.mark.parametrize("variation", ["reuse-revokes-the-family", "old-access-token-dies", "spent-token-400"])
def test_what_the_document_leaves_open_breaks_nothing(tmp_path: Path, variation: str) -> None:
    made = on_sandbox(tmp_path, [], LAW, "standard", "--variation", variation)
    assert [each.verdict for each in asked(made)] == ["upheld"]
