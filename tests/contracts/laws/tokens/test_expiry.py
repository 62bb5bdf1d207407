"""Expiry in all the ways documents say it, and enforced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.config import deployment as deployments
from contracts.core.conversation import Broken
from contracts.core.exchange import MISSING, Exchange, Request, Response
from contracts.gate.sandbox import Sandbox
from contracts.plan import duration
from contracts.plan.plan import make
from contracts.steps.tokens.expiry import seconds_left
from specs.contract import TokenMember, build
from specs.source.document import load
from tests.contracts.laws.credentials.judging import on_sandbox, verdicts

NOW = 1_800_000_000.0
OPERATION = build(load("calcom-v2")).operations[0]
ANSWER = Exchange(1, Request(OPERATION, "/"), Response(200, (), "", 0), None, NOW, NOW)


@pytest.mark.parametrize(
    ("expires", "unit", "value", "seconds"),
    [
        ("/expiresAt", "seconds", NOW + 3600, 3600),
        ("/expiresAt", "seconds", 3600, 3600 - NOW),
        ("/expires_in", "seconds", 3600, 3600),
        ("/expiresIn", "seconds", 3600, 3600),
        ("/expires", "seconds", 3600, 3600),
        ("/expires", "seconds", NOW + 3600, 3600),
        ("/expires_in_ms", "seconds", 3_600_000, 3600),
        ("/expiresAt", "milliseconds", (NOW + 3600) * 1000, 3600),
        ("/expires_at", "iso8601", "2027-01-15T09:00:00Z", 3600),
        ("/expiresAt", "seconds", MISSING, None),
    ],
)
def test_an_expiry_is_read_as_a_time_or_a_span(expires: str, unit: str, value: Any, seconds: float | None) -> None:
    assert seconds_left(TokenMember("/token", expires, None, unit, None), value, ANSWER) == seconds


@pytest.mark.parametrize("value", ["soon", True, [1]])
def test_what_is_no_time_breaks_the_promise(value: Any) -> None:
    with pytest.raises(Broken):
        seconds_left(TokenMember("/token", "/expiresAt", None, "seconds", None), value, ANSWER)


EXPIRED = ("an-expired-access-token", "an-expired-refresh-token")


def test_both_expiries_are_proven_where_the_clock_runs_fast(tmp_path: Path) -> None:
    made = on_sandbox(tmp_path, [], EXPIRED, "quick", "--time-scale", "3600")
    assert set(verdicts(made, "an-expired").values()) == {"upheld"}
    awaited = next(each for each in made.verdicts if EXPIRED[0] in each.item.rule.id)
    assert awaited.count == 2  # the supplied one and the awaited one


def test_a_lifetime_that_is_too_long_is_not_awaited(tmp_path: Path) -> None:
    made = on_sandbox(tmp_path, [], EXPIRED)
    told = next(each for each in made.verdicts if EXPIRED[0] in each.item.rule.id)
    assert told.verdict == "upheld"  # by the token the deployment file supplies
    assert "lifetime not awaited" in (told.reason or "")


def test_what_a_run_will_wait_for_is_told_beforehand(tmp_path: Path) -> None:
    sandbox = Sandbox(arguments=["--time-scale", "60"])
    try:
        plan = make(build(load("calcom-v2")), deployments.load(sandbox.deployment))
    finally:
        sandbox.stop()
    whole = duration.seconds(plan)
    others = duration.seconds(plan, {item.id for item in plan.items if "an-expired" not in item.rule.id})
    assert others < 60 < whole < 75
