"""A run at the declared limits takes as long as was said before it, and removes what it makes while it goes on."""

from __future__ import annotations

import attrs
import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.core.verdicts import BLOCKED, BROKEN
from contracts.engine.run import Run
from contracts.plan import duration
from contracts.plan.plan import Plan, make
from sandbox.build import Options, build
from tests.in_process import judged
from tests.power import harness
from tests.virtual_time import Clock, virtual_time

FORECAST = 0.25
"""The share by which a run may take longer or shorter than was said."""


@pytest.fixture(scope="module")
def paced() -> tuple[Run, float, Clock]:
    """A run on a sandbox that limits, the seconds it took, and the clock at its end."""
    with virtual_time() as clock:
        plan = harness.sandbox([], "quick").plan
        began = clock.now
        run = judged(build(Options(), harness.document(), clock.time), plan, [item.id for item in plan.items])
        return run, clock.now - began, clock


def test_a_run_at_the_declared_limits_takes_as_long_as_was_said(paced: tuple[Run, float, Clock]) -> None:
    run, took, _ = paced
    assert not [each.item.id for each in run.verdicts if each.verdict in {BROKEN, BLOCKED}]
    # who comes first in a window is luck, so that a run may need one more
    window = min(limit.window for each in run.plan.contract.operations for limit in each.limits) * duration.LATE
    assert abs(took - duration.seconds(run.plan)) <= max(took * FORECAST, window + 1)


def test_what_is_made_is_removed_while_the_run_goes_on(paced: tuple[Run, float, Clock]) -> None:
    run, took, _ = paced
    lines = run.conversations.lines
    ended = max(each.sent for each in run.exchanges.values())
    last = [each.sent for each in run.exchanges.values() if lines[each.conversation] == "sweep"]
    meanwhile = [each for each in run.exchanges.values() if lines[each.conversation] == "early removal"]
    assert meanwhile and all(each.ok for each in meanwhile)
    assert [each for each in run.left_behind if "no way to remove" not in each] == []
    assert ended - min(last) < took * 0.1


def test_a_second_credential_of_a_tenant_halves_the_time() -> None:
    plan = harness.sandbox([], "standard").plan
    named = [each for each in plan.deployment.principals if not each.provisioned]
    twice = attrs.evolve(plan.deployment, principals=(*named, *map(_again, named)))
    assert duration.seconds(_planned(plan, twice)) <= duration.seconds(plan) * 0.6


def _again(principal: Principal) -> Principal:
    """The same principal by another credential."""
    values = {key: f"{value}_2" if value.startswith("$") else value for key, value in principal.values.items()}
    return attrs.evolve(principal, name=f"{principal.name}-2", values=values)


def _planned(plan: Plan, deployment: Deployment) -> Plan:
    return make(plan.contract, deployment, plan.depth)
