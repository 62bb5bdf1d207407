"""Faults of whose a thing is."""

from __future__ import annotations

from typing import Any

from tests.foreign import rules
from tests.foreign.operations import memberships, users
from tests.foreign.planting import CLIENT, ORG, around
from tests.foreign.service import Ask, Does, Service


def _other(service: Service, ask: Ask) -> Any:
    return next(tenant for tenant in service.store.tenants if tenant is not ask.tenant)


@around(f"POST {CLIENT}/users/{{userId}}/force-refresh")
async def tokens_of_anybodys_user(does: Does, service: Service, ask: Ask) -> Any:
    """The user may belong to another client."""
    identity, other = rules.whole(ask.path["userId"]), _other(service, ask)
    if identity in other.managed:
        return service.store.pair(other, identity)
    return await does(service, ask)


@around(f"PATCH {ORG}/memberships/{{membershipId}}")
async def anybodys_membership(does: Does, service: Service, ask: Ask) -> Any:
    """The membership may belong to another organization."""
    if rules.whole(ask.path["membershipId"]) in _other(service, ask).memberships:
        ask.tenant = _other(service, ask)
    return await does(service, ask)


@around(f"DELETE {CLIENT}/webhooks")
async def everybodys_webhooks_go(does: Does, service: Service, ask: Ask) -> Any:
    """All webhooks of all clients are deleted."""
    _other(service, ask).webhooks.clear()
    return await does(service, ask)


@around(f"POST {ORG}/memberships")
async def anybody_may_be_taken_in(does: Does, service: Service, ask: Ask) -> Any:
    """A user of another tenant is shown by the attempt to make them a member."""
    other = _other(service, ask)
    if ask.body["userId"] in other.users:
        row = next(each for each in other.memberships.values() if each["userId"] == ask.body["userId"])
        return memberships.membership_view(service, other, row)
    return await does(service, ask)


@around(f"GET {CLIENT}/users")
async def emails_of_all_clients(does: Does, service: Service, ask: Ask) -> Any:
    """A filter by email finds users of all clients."""
    data = await does(service, ask)
    more = [row for row in _other(service, ask).users.values() if row["email"] in ask.query.get("emails", [])]
    return data + [users.profile(service, row) for row in more]


@around(f"GET {ORG}/attributes/{{attributeId}}/options")
async def options_of_anybodys_attribute(does: Does, service: Service, ask: Ask) -> Any:
    """The attribute may belong to another organization."""
    if ask.path["attributeId"] in _other(service, ask).attributes:
        ask.tenant = _other(service, ask)
    return await does(service, ask)
