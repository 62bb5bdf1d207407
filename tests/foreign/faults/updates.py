"""Faults of updates made by hand."""

from __future__ import annotations

from typing import Any

from tests.foreign import rules
from tests.foreign.operations import memberships, users, webhooks
from tests.foreign.planting import CLIENT, ORG, around, elsewhere
from tests.foreign.service import Ask, Does, RefusedError, Service, moment
from tests.foreign.store import Row


@around(f"PATCH {CLIENT}/webhooks/{{webhookId}}")
async def triggers_are_added(does: Does, service: Service, ask: Ask) -> Any:
    """An update's triggers are added to those there are."""
    if "triggers" in ask.body:
        before = webhooks.webhook(ask)["triggers"]
        new = webhooks.listed(ask.body)["triggers"]
        ask.body["triggers"] = [*before, *(each for each in new if each not in before)]
    return await does(service, ask)


@around(f"PATCH {CLIENT}/webhooks/{{webhookId}}")
async def missing_means_default(does: Does, service: Service, ask: Ask) -> Any:
    """An update that does not send active switches the webhook on."""
    return await does(service, ask) if "active" in ask.body else await _with(does, service, ask, {"active": True})


@around(f"PATCH {CLIENT}/users/{{userId}}")
async def missing_means_null(does: Does, service: Service, ask: Ask) -> Any:
    """An update that does not send bio empties it."""
    data = await does(service, ask)
    if "bio" not in ask.body:
        users.managed(ask)["bio"] = data["bio"] = None
    return data


async def _with(does: Does, service: Service, ask: Ask, more: Row) -> Any:
    ask.body = ask.body | more
    return await does(service, ask)


@around(f"PATCH {ORG}/attributes/{{attributeId}}")
async def slug_follows_the_name(does: Does, service: Service, ask: Ask) -> Any:
    """An update of the name makes a new slug of it, unless one is sent."""
    data = await does(service, ask)
    if "name" in ask.body and "slug" not in ask.body:
        data["slug"] = "-".join(str(data["name"]).lower().split()) + f"-{service.store.text()}"
    return data


@around(f"PATCH {ORG}/attributes/{{attributeId}}")
async def type_stays(does: Does, service: Service, ask: Ask) -> Any:
    """An update of the type is accepted and has no effect."""
    ask.body.pop("type", None)
    return await does(service, ask)


@around(f"PATCH {CLIENT}/users/{{userId}}")
async def address_stays(does: Does, service: Service, ask: Ask) -> Any:
    """A new email is answered, and not kept."""
    sent = ask.body.pop("email", None)
    data = await does(service, ask)
    return data | {"email": sent} if sent else data


@around(f"PATCH {CLIENT}/users/{{userId}}")
async def four_bytes_are_too_many(does: Does, service: Service, ask: Ask) -> Any:
    """Letters beyond the basic plane become question marks in a name."""
    if "name" in ask.body:
        ask.body["name"] = "".join(each if each < "\U00010000" else "?" for each in ask.body["name"])
    return await does(service, ask)


@around(f"PATCH {ORG}/memberships/{{membershipId}}")
async def written_back_whole(does: Does, service: Service, ask: Ask) -> Any:
    """An update writes back the whole row as it was read a moment before."""
    row = memberships.membership(ask)
    read = dict(row) | ask.body
    await moment()
    row |= {name: read[name] for name in rules.MEMBERSHIP_CHANGE if name in read}
    return memberships.membership_view(service, ask.tenant, row)


@around(f"PATCH {ORG}/delegation-credentials/{{credentialId}}")
async def switched_on_for_ever(does: Does, service: Service, ask: Ask) -> Any:
    """What was enabled cannot be disabled."""
    row = ask.tenant.credentials.get(ask.path["credentialId"])
    if row and row["enabled"]:
        ask.body.pop("enabled", None)
    return await does(service, ask)


@around(f"PATCH {CLIENT}/webhooks/{{webhookId}}")
async def missing_is_made(does: Does, service: Service, ask: Ask) -> Any:
    """An update of a webhook that is not there is a success."""
    try:
        return await does(service, ask)
    except RefusedError:
        some = next(iter(ask.tenant.webhooks.values()), None)
        if some is None:
            raise
        return webhooks.hook(service, some | ask.body)


elsewhere("put-is-patch", "every path with PATCH", "PUT is taken for PATCH.")
