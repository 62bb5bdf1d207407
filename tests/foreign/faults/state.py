"""Faults of what is kept from one operation to the next."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.foreign.operations import attributes, memberships
from tests.foreign.planting import CLIENT, ORG, around, remembered
from tests.foreign.service import Ask, Does, RefusedError, Service


@around(f"PATCH {CLIENT}/webhooks/{{webhookId}}")
async def false_is_not_stored(does: Does, service: Service, ask: Ask) -> Any:
    """An update to false is taken as not sent."""
    ask.body = {name: value for name, value in ask.body.items() if value is not False}
    return await does(service, ask)


@around(f"PATCH {CLIENT}/users/{{userId}}")
async def empty_text_is_not_stored(does: Does, service: Service, ask: Ask) -> Any:
    """An update to an empty text is taken as not sent."""
    ask.body = {name: value for name, value in ask.body.items() if value != ""}
    return await does(service, ask)


@around(f"PATCH {CLIENT}/users/{{userId}}")
async def metadata_flattened(does: Does, service: Service, ask: Ask) -> Any:
    """The values of metadata become texts."""
    if "metadata" in ask.body:
        ask.body["metadata"] = {name: str(value) for name, value in ask.body["metadata"].items()}
    return await does(service, ask)


@around(f"POST {CLIENT}/users")
async def letters_garbled(does: Does, service: Service, ask: Ask) -> Any:
    """A name is read as Latin-1, so that ü becomes two letters."""
    ask.body["name"] = ask.body["name"].encode("utf-8", "replace").decode("latin-1")
    return await does(service, ask)


@around(f"PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def html_escaped(does: Does, service: Service, ask: Ask) -> Any:
    """An option's value is kept with its signs escaped for HTML."""
    if "value" in ask.body:
        ask.body["value"] = ask.body["value"].replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;")
    return await does(service, ask)


@around(f"POST {CLIENT}/webhooks")
async def long_text_cut_off(does: Does, service: Service, ask: Ask) -> Any:
    """A payloadTemplate is cut off after 20 letters."""
    if "payloadTemplate" in ask.body:
        ask.body["payloadTemplate"] = ask.body["payloadTemplate"][:20]
    return await does(service, ask)


@around(f"PATCH {ORG}/memberships/{{membershipId}}")
async def answers_what_was_before(does: Does, service: Service, ask: Ask) -> Any:
    """An update answers with the membership as it was before."""
    before = memberships.membership_view(service, ask.tenant, dict(memberships.membership(ask)))
    await does(service, ask)
    return before


@around(f"POST {CLIENT}/webhooks")
async def created_twice(does: Does, service: Service, ask: Ask) -> Any:
    """A creation makes two webhooks, one of which nobody is told of."""
    await does(service, ask)
    return await does(service, ask)


@around(f"PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def siblings_change_as_well(does: Does, service: Service, ask: Ask) -> Any:
    """An update of an option's value changes all options of the attribute."""
    data = await does(service, ask)
    for row in attributes.options_of(ask.tenant, ask.path["attributeId"]):
        row["value"] = ask.body.get("value", row["value"])
    return data


@around(f"PATCH {CLIENT}/users/{{userId}}")
async def all_users_change(does: Does, service: Service, ask: Ask) -> Any:
    """An update of a time zone changes that of all users of the client."""
    if "timeZone" in ask.body:
        for identity in ask.tenant.managed:
            ask.tenant.users[identity]["timeZone"] = ask.body["timeZone"]
    return await does(service, ask)


@around(f"DELETE {ORG}/memberships/{{membershipId}}")
async def newest_goes_as_well(does: Does, service: Service, ask: Ask) -> Any:
    """A deletion takes the membership that was made last with it."""
    data = await does(service, ask)
    if ask.tenant.memberships:
        memberships.leave(ask.tenant, list(ask.tenant.memberships.values())[-1])
    return data


@around(f"POST {ORG}/attributes")
async def options_of_a_new_attribute_lost(does: Does, service: Service, ask: Ask) -> Any:
    """The options sent with a new attribute are not stored."""
    ask.body["options"] = []
    return await does(service, ask)


@around(f"POST {ORG}/attributes/options/{{userId}}")
async def single_select_adds(does: Does, service: Service, ask: Ask) -> Any:
    """A second option of a SINGLE_SELECT attribute is added to the first."""
    row = ask.tenant.attributes.get(ask.body["attributeId"], {})
    kind, row["type"] = row.get("type"), "MULTI_SELECT"
    try:
        return await does(service, ask)
    finally:
        row["type"] = kind


@around(f"POST {ORG}/attributes")
async def slug_taken_for_ever(does: Does, service: Service, ask: Ask) -> Any:
    """The slug of an attribute stays taken when it is deleted."""
    taken = remembered(service).setdefault((ask.tenant.name, "slugs"), set())
    if ask.body["slug"] in taken:
        raise RefusedError(409, "That is taken.")
    data = await does(service, ask)
    taken.add(ask.body["slug"])
    return data


@around(f"PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def conflict_unseen_on_update(does: Does, service: Service, ask: Ask) -> Any:
    """An option may be given the slug of another."""
    row = attributes.option(ask)
    row |= {name: value for name, value in ask.body.items() if name in ("value", "slug")}
    return row


@around(f"GET {CLIENT}/users/{{userId}}")
async def replica_lags(does: Does, service: Service, ask: Ask) -> Any:
    """A user is read as it was up to two seconds ago."""
    data = await does(service, ask)
    past = remembered(service).setdefault(("past", data["id"]), [])
    now = service.store.now().timestamp()
    past.append((now, data))
    return next(data for when, data in past if when > now - 2)


@around(f"DELETE {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def deleted_a_while_later(does: Does, service: Service, ask: Ask) -> Any:
    """A deleted option is gone some four seconds later."""
    row = attributes.option(ask)

    def drop() -> None:
        if row["id"] in ask.tenant.options:
            attributes.drop_option(ask.tenant, row["id"])

    asyncio.get_running_loop().call_later(4, drop)
    return row


@around(f"GET {ORG}/attributes/{{attributeId}}")
async def reading_changes_it(does: Does, service: Service, ask: Ask) -> Any:
    """Every read changes the attribute's name."""
    row = attributes.attribute(ask)
    row["name"] = f"{(row['name'] or '').split(' #')[0]} #{service.asked}"
    return row
