"""The last steps of a tour, each of one operation: edges of what may be sent, and what has to be done before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.document import Operation
from tests.sandbox.wire import Wire

Ask = Callable[..., Any]
EDGE_OF_IDS = ("0", "-1")
RANGE = "afterCreatedAt=2024-05-10T00:00:00Z&beforeCreatedAt=2024-05-24T00:00:00Z"
ELSEWHERE = "afterUpdatedAt=2024-05-24T12:00:00%2B14:00"


def edge_steps(wire: Wire, operation: Operation, path: str, ask: Ask) -> Iterator[Any]:
    """What `ask` is answered there; `path` is the operation's, of a thing that exists."""
    yield from _edges_of_ids(operation, path, ask)
    if operation.paging is not None:
        yield ask(path=f"{path}?{operation.paging.size.name}=")
    if "beforeCreatedAt" in operation.query_parameters:
        yield from (ask(path=f"{path}?{each}") for each in (RANGE, ELSEWHERE))
    yield from STEPS.get(operation.operation_id.partition("_")[2], lambda *_: iter(()))(wire, path, ask)


def _edges_of_ids(operation: Operation, path: str, ask: Ask) -> Iterator[Any]:
    if operation.path.endswith("}") and operation.method == "GET":
        for value in EDGE_OF_IDS:
            yield ask(path=f"{path.rpartition('/')[0]}/{value}")


def _mixed_metadata(wire: Wire, path: str, ask: Ask) -> Iterator[Any]:
    yield ask(json={"metadata": {"ofTheTour": "x"}})


def _address_with_a_port(wire: Wire, path: str, ask: Ask) -> Iterator[Any]:
    yield ask(json={"active": True, "subscriberUrl": "https://people.example:8443/x", "triggers": ["MEETING_ENDED"]})


def _half_of_an_update(wire: Wire, path: str, ask: Ask) -> Iterator[Any]:
    yield ask(json={"payloadTemplate": "half", "active": "neither"})
    yield ask("GET")


def _said_charset(wire: Wire, path: str, ask: Ask) -> Iterator[Any]:
    headers = wire.acme.admin | {"content-type": "application/json; charset=utf-8"}
    yield ask(headers=headers, content=json.dumps({"value": "Charset", "slug": "charset"}).encode())


def _refused_before(wire: Wire, path: str, ask: Ask) -> Iterator[Any]:
    """A token that was presented with a wrong secret, presented with the right one."""
    acme, world = wire.acme.tenant, wire.app.world
    token = world.tokens.issue(acme.client_id, next(iter(acme.managed)), world.clock())["refreshToken"]
    for secret in ("wrong", acme.secret):
        yield ask(headers=wire.acme.client | {"x-cal-secret-key": secret}, json={"refreshToken": token})


def _member_who_changes(wire: Wire, path: str, ask: Ask) -> Iterator[Any]:
    tenant = wire.acme.tenant
    row = next(each for each in tenant.memberships.values() if each["userId"] in tenant.managed)
    mine = f"{path.rpartition('/')[0]}/{row['id']}"
    yield ask(path=mine)
    yield ask("PATCH", f"{wire.acme.users}/{row['userId']}", wire.acme.client, json={"name": "Renamed"})
    yield ask(path=mine)


def _inactive(wire: Wire, path: str, ask: Ask) -> Iterator[Any]:
    mine = f"{wire.acme.webhooks}/{list(wire.acme.tenant.webhooks)[-1]}"
    yield ask("PATCH", mine, json={"active": False})
    yield ask(path=mine)


def _disabled(wire: Wire, path: str, ask: Ask) -> Iterator[Any]:
    yield ask("PATCH", json={"enabled": False})
    yield ask()


def _option_by_value(wire: Wire, path: str, ask: Ask) -> Iterator[Any]:
    tenant = wire.acme.tenant
    for each in list(tenant.attributes):
        for option in list(tenant.options_of(each))[:1]:
            yield ask(json={"attributeId": each, "value": option["value"]})


def _every_held_option(wire: Wire, path: str, ask: Ask) -> Iterator[Any]:
    above = path.rpartition("/")[0]
    user = int(above.rpartition("/")[2])
    for each in [one for one in wire.acme.tenant.assignments.values() if one.user_id == user]:
        yield ask(path=f"{above}/{each.option_id}")
    yield ask("GET", above)


STEPS: dict[str, Callable[[Wire, str, Ask], Iterator[Any]]] = {
    "updateUser": _mixed_metadata,
    "createOAuthClientWebhook": _address_with_a_port,
    "updateOAuthClientWebhook": _half_of_an_update,
    "createOrganizationAttributeOption": _said_charset,
    "refreshTokens": _refused_before,
    "getOrgMembership": _member_who_changes,
    "deleteOAuthClientWebhook": _inactive,
    "getOrganizationAttribute": _disabled,
    "assignOrganizationAttributeOptionToUser": _option_by_value,
    "unassignOrganizationAttributeOptionFromUser": _every_held_option,
}
