"""Runs that are killed or ended at random moments leave nothing, and a record that can be judged."""

from __future__ import annotations

from random import Random

from tests.power.kills import tallied


def test_killed_runs_are_judged_rendered_and_cleaned_up_after() -> None:
    tally = tallied("killed", 5, Random(7))
    assert (tally.failures, tally.left) == ([], 0)


def test_ended_runs_clean_up_and_report_by_themselves() -> None:
    tally = tallied("ended", 2, Random(7))
    assert (tally.failures, tally.left, tally.orphans) == ([], 0, 0)
