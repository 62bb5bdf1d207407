"""How long a run takes is said before it begins, and corrected by how long it took so far."""

from __future__ import annotations

from types import SimpleNamespace

import attrs
import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.engine.run import Run
from contracts.gate import session, terminal
from contracts.laws import load
from contracts.plan import duration
from contracts.plan.plan import Plan, PlanItem
from contracts.transport.pacing import Queue

ACME = Principal("acme", "acme", "api_key", values={})
DEPLOYMENT = Deployment("x", "http://127.0.0.1:1", "x", (ACME,), Vault())
KEY = "POST /v2/organizations/{orgId}/attributes"


@pytest.fixture
def plan(contract):
    """Forty plan items of two requests at an operation of ten a minute; half of them count for its caller."""
    law = attrs.evolve(next(iter(load().values())), cases=lambda *_: [], examples=(0, 0, 0), wait_estimate=None)
    items = tuple(
        PlanItem(attrs.evolve(law, name=f"law-{number}"), contract.operation(KEY), ACME, False, ())
        for number in range(40)
    )
    return Plan(contract, DEPLOYMENT, "quick", items, ())


def test_what_took_longer_than_planned_makes_the_rest_longer(plan):
    every = [item.id for item in plan.items]
    assert duration.seconds(plan) == 189
    assert duration.left(plan, every, every, 5.0) == 189
    assert duration.left(plan, every, every[20:], 240.0) == 120
    assert duration.left(plan, every, (), 900.0) == 0


def told(plan, queue, unsettled, monkeypatch, tmp_path):
    run = Run(plan, tmp_path)
    run.selected = {item.id for item in plan.items}
    monkeypatch.setattr(Run, "unsettled", unsettled)
    monkeypatch.setattr(Run, "queue", queue)
    run.conversations = SimpleNamespace(progress=SimpleNamespace(started=0.0, requests=7, ended=3, broken=1))
    monkeypatch.setattr(terminal.time, "monotonic", lambda: 240.0)
    return terminal.progress(run)


def test_a_progress_line_says_how_long_it_takes_and_what_it_waits_for(plan, monkeypatch, tmp_path):
    later = {item.id for item in plan.items[20:]}
    line = told(plan, Queue(KEY, "acme", 12, 70.0), later, monkeypatch, tmp_path)
    assert line.endswith(f"; about 2 minutes left, waiting for {KEY} as acme (12 requests, 70 s)")
    line = told(plan, Queue(KEY, None, 0, 200.0), later, monkeypatch, tmp_path)
    assert line.endswith(f"; about 3 minutes left, waiting for {KEY} without a credential (3 minutes)")
    assert told(plan, None, set(), monkeypatch, tmp_path).endswith("1 plan items broken")


def test_what_a_run_waits_for_is_said_every_half_minute(monkeypatch):
    plugins = SimpleNamespace(
        get_plugin=lambda name: SimpleNamespace(write_line=said.append) if "report" in name else None
    )
    gate = SimpleNamespace(config=SimpleNamespace(pluginmanager=plugins), run=object(), began=0.0, due=0.0, said=0)
    said: list[str] = []
    monkeypatch.setattr(terminal, "progress", lambda _: "on the way")
    for now in range(0, 1800, 5):
        monkeypatch.setattr(session.time, "monotonic", lambda now=now: float(now))
        session.Gate.show_progress(gate)
    assert 1800 / 30 <= len(said) <= 1800 / 30 + 10
