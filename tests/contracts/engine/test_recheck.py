"""What a check saw broken once is asked again, if asking changes nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import attrs
import pytest

from contracts import checks
from contracts.config.deployment import Deployment, Principal
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
    asyncio.run(recheck.ask_again(plan(*keys), told, numbered, (1, "ct000000-1")))
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


def test_what_conversations_share_is_sent_again_all_the_same() -> None:
    shared = exchange(POST, 404, WRONG)
    shared = attrs.evolve(shared, seq=1, request=attrs.evolve(shared.request, share_key="a life in webhooks 3"))
    told: Any = Told()
    asyncio.run(recheck.ask_again(plan(POST), told, {1: shared}, (1, "ct000000-1")))
    assert [each.share_key for each in told.asked] == [""]


class Granting(Told):
    """One that grants whatever it is asked."""

    async def answer(self, request: Request, _: int, **__: Any) -> Any:
        self.asked.append(request)
        return exchange(request.operation.key, 201, {"status": "success", "data": {"id": 7}})


def test_a_refused_creation_is_sent_as_it_was_and_again_where_its_name_is_free_by_now() -> None:
    refused = exchange(POST, 409, WRONG)
    body = '{"email": "ct000000-3-1@example.com"}'
    refused = attrs.evolve(refused, seq=1, request=attrs.evolve(refused.request, body=body))
    told: Any = Granting()
    asyncio.run(recheck.ask_again(plan(POST), told, {1: refused}, (5, "ct000000-5")))
    assert [each.body for each in told.asked] == [body, body]


class Making(Told):
    """One that answers a creation with what it has made."""

    async def answer(self, request: Request, _: int, **__: Any) -> Any:
        self.asked.append(request)
        made = {"status": "success", "data": {"id": 7}}
        return attrs.evolve(exchange(request.operation.key, 201 if request.verb == "POST" else 200, made), seq=9)


def test_what_one_deletion_showed_is_looked_for_at_another() -> None:
    hook = "/v2/oauth-clients/{clientId}/webhooks"
    acme = Principal("acme", "acme", "oauth_client", {"client_id": "cl1", "secret": "$SECRET"})
    given = attrs.evolve(exchange(f"DELETE {hook}/{{webhookId}}", 200, {"status": "success", "data": {}}), seq=1)
    line = PlanItem(checks.load()["schema/body-fits-its-schema"], given.operation, None, writes=False, promises=())
    owned = Deployment("d", "http://h", "calcom-v2", (acme,), Vault(), writes=True)
    told: Any = Making()
    asyncio.run(recheck.ask_again(Plan(contract(), owned, "quick", (line,), ()), told, {1: given}, (5, "ct000000-5")))
    assert [(each.verb, each.target) for each in told.asked] == [
        ("POST", "/v2/oauth-clients/cl1/webhooks"),
        ("DELETE", "/v2/oauth-clients/cl1/webhooks/7"),
    ]


def test_no_more_is_asked_again_than_helps() -> None:
    keys = [each.key for each in contract().operations if each.safe]
    given = [exchange(key, 404, {**WRONG, "n": number}) for number, key in enumerate(keys)]
    assert len(asked(given, *keys)) == min(len(keys), recheck.MOST)
