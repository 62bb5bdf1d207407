"""Faults of creations."""

from __future__ import annotations

from typing import Any

from tests.foreign.operations import attributes, users
from tests.foreign.planting import CLIENT, OPTION, ORG, around
from tests.foreign.service import Ask, Does, RefusedError, Service, moment


@around(f"POST {ORG}/attributes")
async def false_is_the_default(does: Does, service: Service, ask: Ask) -> Any:
    """A new attribute is enabled, even if it is sent as not."""
    ask.body["enabled"] = ask.body.get("enabled") or True
    return await does(service, ask)


@around(f"POST {ORG}/memberships")
async def what_is_optional_is_lost(does: Does, service: Service, ask: Ask) -> Any:
    """accepted and disableImpersonation have no effect in a creation."""
    ask.body = {name: ask.body[name] for name in ("userId", "role")}
    return await does(service, ask)


@around(f"POST {CLIENT}/users")
async def metadata_is_lost(does: Does, service: Service, ask: Ask) -> Any:
    """The metadata of a new user are answered, and not kept."""
    data = await does(service, ask)
    ask.tenant.users[data["user"]["id"]]["metadata"] = {}
    return data


@around(f"POST {OPTION}")
async def conflict_500(does: Does, service: Service, ask: Ask) -> Any:
    """A conflict is answered 500."""
    try:
        return await does(service, ask)
    except RefusedError as refusal:
        raise RefusedError(500 if refusal.status == 409 else refusal.status, "Internal error") from None


@around(f"PATCH {CLIENT}/users/{{userId}}")
async def conflict_of_an_update_500(does: Does, service: Service, ask: Ask) -> Any:
    """An update to an email that somebody has is answered 500."""
    try:
        return await does(service, ask)
    except RefusedError as refusal:
        raise RefusedError(500 if refusal.status == 409 else refusal.status, "Internal error") from None


@around(f"POST {ORG}/memberships")
async def member_twice(does: Does, service: Service, ask: Ask) -> Any:
    """A user may become a member again and again."""
    hidden = {key: row for key, row in ask.tenant.memberships.items() if row["userId"] == ask.body["userId"]}
    for key in hidden:
        del ask.tenant.memberships[key]
    data = await does(service, ask)
    ask.tenant.memberships |= hidden
    return data


@around(f"POST {ORG}/attributes")
async def refused_and_made(does: Does, service: Service, ask: Ask) -> Any:
    """An attribute that is refused as taken is made, under another slug."""
    try:
        return await does(service, ask)
    except RefusedError:
        ask.body["slug"] += f"-{service.store.text()}"
        await does(service, ask)
        raise


@around(f"POST {ORG}/attributes/options/{{userId}}")
async def assigned_twice(does: Does, service: Service, ask: Ask) -> Any:
    """A user may be given the same option twice."""
    had = list(ask.tenant.assignments.items())
    mine = attributes.member(ask)["id"]
    ask.tenant.assignments = {key: row for key, row in had if row["memberId"] != mine}
    try:
        return await does(service, ask)
    finally:
        ask.tenant.assignments = dict(had) | ask.tenant.assignments


@around(f"POST {CLIENT}/users")
async def race_of_creations(does: Does, service: Service, ask: Ask) -> Any:
    """Two users created at the same moment may have the same email."""
    email = ask.body["email"]
    users.free_email(service, email)
    await moment()
    ask.body["email"] = f"{service.store.text()}@nowhere.example"
    data = await does(service, ask)
    ask.tenant.users[data["user"]["id"]]["email"] = data["user"]["email"] = email
    return data
