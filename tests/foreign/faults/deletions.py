"""Faults of deletions, and of what goes with them."""

from __future__ import annotations

from typing import Any

from tests.foreign.operations import attributes, users
from tests.foreign.planting import CLIENT, OPTION, ORG, around, remembered
from tests.foreign.service import Ask, Does, RefusedError, Service


@around(f"DELETE {ORG}/attributes/{{attributeId}}")
async def options_outlive_their_attribute(does: Does, service: Service, ask: Ask) -> Any:
    """Users keep the options of a deleted attribute."""
    row = attributes.attribute(ask)
    del ask.tenant.attributes[row["id"]]
    return row


@around(f"DELETE {OPTION}/{{optionId}}")
async def option_cannot_go_while_held(does: Does, service: Service, ask: Ask) -> Any:
    """An option that somebody has is not deleted, and the answer is a success."""
    row = attributes.option(ask)
    if any(each["attributeOptionId"] == row["id"] for each in ask.tenant.assignments.values()):
        return row
    return await does(service, ask)


@around(f"DELETE {CLIENT}/users/{{userId}}")
async def membership_outlives_its_user(does: Does, service: Service, ask: Ask) -> Any:
    """The memberships of a deleted user stay."""
    user = users.managed(ask)
    ask.tenant.managed.discard(user["id"])
    service.store.forget(user["id"])
    return users.profile(service, user)


@around(f"GET {ORG}/attributes/{{attributeId}}")
async def deleted_are_still_read(does: Does, service: Service, ask: Ask) -> Any:
    """An attribute that was read once can be read after its deletion."""
    place = ("attribute", ask.tenant.org, ask.path["attributeId"])
    try:
        data = await does(service, ask)
    except RefusedError:
        if place not in remembered(service):
            raise
        return remembered(service)[place]
    remembered(service)[place] = dict(data)
    return data


@around(f"DELETE {ORG}/memberships/{{membershipId}}")
async def deleting_again_succeeds(does: Does, service: Service, ask: Ask) -> Any:
    """What was deleted can be deleted again."""
    place = ("deleted", ask.tenant.name, ask.path["membershipId"])
    if place not in remembered(service):
        remembered(service)[place] = await does(service, ask)
    return remembered(service)[place]


@around(f"DELETE {ORG}/attributes/options/{{userId}}/{{attributeOptionId}}")
async def all_of_the_users_go(does: Does, service: Service, ask: Ask) -> Any:
    """With one option all options of the user go."""
    data = await does(service, ask)
    for mine, _ in attributes.held(ask.tenant, attributes.member(ask)):
        del ask.tenant.assignments[mine["id"]]
    return data


@around(f"DELETE {CLIENT}/webhooks")
async def switched_off_ones_stay(does: Does, service: Service, ask: Ask) -> Any:
    """Webhooks that are not active are not deleted."""
    kept = {key: row for key, row in ask.tenant.webhooks.items() if not row["active"]}
    data = await does(service, ask)
    ask.tenant.webhooks |= kept
    return data
