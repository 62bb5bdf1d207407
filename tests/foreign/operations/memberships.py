"""Memberships."""

from __future__ import annotations

from typing import Any

from tests.foreign import rules
from tests.foreign.operations.attributes import held
from tests.foreign.operations.reading import ORG, SKIP, one, optional, paged
from tests.foreign.service import Ask, RefusedError, Service, operation
from tests.foreign.store import Row, Tenant


def membership_view(service: Service, tenant: Tenant, row: Row) -> Row:
    """A membership as answered, with its user."""
    user = tenant.users[row["userId"]]
    shown = ["username", "name", "email", "bio"]
    shown += [] if "optional-members-missing" in service.choices else ["avatarUrl", "metadata"]
    return row | {"user": {name: user[name] for name in shown}}


def membership(ask: Ask) -> Row:
    """The membership the path names."""
    return one(ask.tenant.memberships, rules.whole(ask.path["membershipId"]), "membership")


def leave(tenant: Tenant, row: Row) -> None:
    """End a membership and what hangs on it."""
    for mine, _ in held(tenant, row):
        del tenant.assignments[mine["id"]]
    del tenant.memberships[row["id"]]


@operation("GET", f"{ORG}/memberships", "key client", 60, query=SKIP)
async def list_memberships(service: Service, ask: Ask) -> Any:
    rows = list(ask.tenant.memberships.values())
    if ask.caller.role == "MEMBER" and "members-see-less" in service.choices:
        rows = rows[:1]
    rows = paged(service, ask, rows, told=optional(service))
    return [membership_view(service, ask.tenant, row) for row in rows]


@operation("POST", f"{ORG}/memberships", "key client", 10, body=rules.MEMBERSHIP, needed=("userId", "role"), status=201)
async def create_membership(service: Service, ask: Ask) -> Any:
    user = one(ask.tenant.users, ask.body["userId"], "user")
    if any(each["userId"] == user["id"] for each in ask.tenant.memberships.values()):
        raise RefusedError(400 if "duplicates-400" in service.choices else 409, "A member already.")
    identity = service.store.number()
    row = {
        "id": identity,
        "teamId": ask.tenant.org,
        "accepted": False,
        "disableImpersonation": False,
        "attributes": [],
    } | {name: value for name, value in ask.body.items() if name in rules.MEMBERSHIP}
    row["userId"] = user["id"]
    ask.tenant.memberships[identity] = row
    if "late-side-effects" in service.choices:
        service.later(lambda: row.update(attributes=[{"id": "a", "type": "text", "value": "x"}]))
    return membership_view(service, ask.tenant, row)


@operation("GET", f"{ORG}/memberships/{{membershipId}}", "key client", 60)
async def show_membership(service: Service, ask: Ask) -> Any:
    row = membership(ask)
    if (
        ask.caller.role == "MEMBER"
        and "members-see-less" in service.choices
        and row is not next(iter(ask.tenant.memberships.values()))
    ):
        raise RefusedError(403, "Not yours.")
    return membership_view(service, ask.tenant, row)


@operation("DELETE", f"{ORG}/memberships/{{membershipId}}", "key client", 5)
async def delete_membership(service: Service, ask: Ask) -> Any:
    row = membership(ask)
    view = membership_view(service, ask.tenant, row)
    leave(ask.tenant, row)
    return view


@operation("PATCH", f"{ORG}/memberships/{{membershipId}}", "key client", 10, body=rules.MEMBERSHIP_CHANGE)
async def change_membership(service: Service, ask: Ask) -> Any:
    row = membership(ask)
    row |= {name: value for name, value in ask.body.items() if name in rules.MEMBERSHIP_CHANGE}
    return membership_view(service, ask.tenant, row)
