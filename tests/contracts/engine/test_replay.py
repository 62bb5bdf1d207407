"""Replays of records that another version of the suite has made."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from contracts.core.verdicts import BLOCKED
from contracts.engine import replay_driver
from contracts.evidence.reader import Conversation
from contracts.plan.plan import Plan, PlanItem
from contracts.plan.planning import planned

FILE = '[deployment]\nbase_url = "http://127.0.0.1:9"\ndocument = "calcom-v2"\n'
LAW = "input/what-the-document-forbids-is-refused"


@pytest.fixture
def item(tmp_path: Path) -> tuple[Plan, PlanItem]:
    """An item whose law is handed a table of wrong requests."""
    file = tmp_path / "deployment.toml"
    file.write_text(FILE)
    plan = planned(str(file))
    found = next(each for each in plan.items if each.rule.id == LAW)
    return plan, attrs.evolve(found, closed=None)


@pytest.mark.parametrize("same_plan", [True, False])
def test_inputs_of_another_form_are_passed_over_where_the_plan_was_another(
    item: tuple[Plan, PlanItem], same_plan: bool
) -> None:
    plan, line = item
    old = Conversation(1, line.id, inputs=["a list", "where a table is read"], tag="ct000000-1")
    endings = [each.ending for each in replay_driver.attempts(plan, line, [old], 0, same_plan=same_plan)]
    assert [each.verdict for each in endings] == ([BLOCKED] if same_plan else [])
