"""What a check saw broken once is asked again, if asking changes nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import attrs
import pytest

from contracts import checks
from contracts.config.deployment import Deployment
from contracts.config.vault import Vault
from contracts.core.conversation import Void
from contracts.core.exchange import Exchange, Request
from contracts.engine import recheck
from contracts.plan.plan import Plan, PlanItem
from tests.contracts.checks.exchanges import DELETE, GET, POST, contract, exchange

RULE = "errors/error-fits-its-schema"
WRONG = {"status": "error"}


class Told:
    """A driver that only remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    async def answer(self, request: Request, _: int) -> Any:
        self.asked.append(request)
        raise Void("no answer")


def plan(*keys: str) -> Plan:
    operations = [contract().operation(key) for key in keys]
    lines = tuple(PlanItem(checks.load()[RULE], each, None, writes=False, promises=()) for each in operations)
    return Plan(contract(), Deployment("d", "http://h", "calcom-v2", (), Vault()), "quick", lines, ())


def asked(given: list[Exchange], *keys: str) -> list[str]:
    told: Any = Told()
    numbered = {number: attrs.evolve(each, seq=number) for number, each in enumerate(given, 1)}
    asyncio.run(recheck.ask_again(plan(*keys), told, numbered, 1))
    assert all(each.bypass_cache for each in told.asked)
    return [each.verb for each in told.asked]


@pytest.mark.parametrize(
    ("given", "again"),
    [
        ([exchange(GET, 404, WRONG)], ["GET"]),
        ([exchange(GET, 404, WRONG), exchange(GET, 404, WRONG)], []),
        ([exchange(GET, 404, {"status": "error", "message": "No."})], []),
        ([exchange(POST, 404, WRONG)], ["POST"]),
        ([exchange(DELETE, 404, WRONG)], ["DELETE"]),
        ([exchange(DELETE, 500, WRONG, because=500)], []),
    ],
    ids=[
        "seen once",
        "seen twice",
        "not broken",
        "it makes one more of its own",
        "it was refused",
        "it may have removed something",
    ],
)
def test_only_what_was_seen_once_and_can_be_asked_safely_is_asked_again(
    given: list[Exchange], again: list[str]
) -> None:
    assert asked(given, GET, POST, DELETE) == again


def test_no_more_is_asked_again_than_helps() -> None:
    keys = [each.key for each in contract().operations if each.safe]
    given = [exchange(key, 404, {**WRONG, "n": number}) for number, key in enumerate(keys)]
    assert len(asked(given, *keys)) == min(len(keys), recheck.MOST)
