"""Faults of what is kept, and of what is taken for valid, as they come of updates and deletions made by hand."""

from __future__ import annotations

from typing import Any

from tests.foreign import operations, rules
from tests.foreign.planting import CLIENT, ORG, around, elsewhere, lax, remembered
from tests.foreign.service import Ask, Does, RefusedError, Service, moment
from tests.foreign.store import Row

OPTION = f"{ORG}/attributes/{{attributeId}}/options"

# -- updates --------------------------------------------------------------------------------------------------------


@around(f"PATCH {CLIENT}/webhooks/{{webhookId}}")
async def triggers_are_added(does: Does, service: Service, ask: Ask) -> Any:
    """An update's triggers are added to those there are."""
    if "triggers" in ask.body:
        before = operations.webhook(ask)["triggers"]
        new = operations.listed(ask.body)["triggers"]
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
        operations.managed(ask)["bio"] = data["bio"] = None
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
    row = operations.membership(ask)
    read = dict(row) | ask.body
    await moment()
    row |= {name: read[name] for name in rules.MEMBERSHIP_CHANGE if name in read}
    return operations.membership_view(service, ask.tenant, row)


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
        return operations.hook(service, some | ask.body)


elsewhere("put-is-patch", "every path with PATCH", "PUT is taken for PATCH.")

# -- creations ------------------------------------------------------------------------------------------------------


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
    mine = operations.member(ask)["id"]
    ask.tenant.assignments = {key: row for key, row in had if row["memberId"] != mine}
    try:
        return await does(service, ask)
    finally:
        ask.tenant.assignments = dict(had) | ask.tenant.assignments


@around(f"POST {CLIENT}/users")
async def race_of_creations(does: Does, service: Service, ask: Ask) -> Any:
    """Two users created at the same moment may have the same email."""
    email = ask.body["email"]
    operations.free_email(service, email)
    await moment()
    ask.body["email"] = f"{service.store.text()}@nowhere.example"
    data = await does(service, ask)
    ask.tenant.users[data["user"]["id"]]["email"] = data["user"]["email"] = email
    return data


# -- deletions ------------------------------------------------------------------------------------------------------


@around(f"DELETE {ORG}/attributes/{{attributeId}}")
async def options_outlive_their_attribute(does: Does, service: Service, ask: Ask) -> Any:
    """Users keep the options of a deleted attribute."""
    row = operations.attribute(ask)
    del ask.tenant.attributes[row["id"]]
    return row


@around(f"DELETE {OPTION}/{{optionId}}")
async def option_cannot_go_while_held(does: Does, service: Service, ask: Ask) -> Any:
    """An option that somebody has is not deleted, and the answer is a success."""
    row = operations.option(ask)
    if any(each["attributeOptionId"] == row["id"] for each in ask.tenant.assignments.values()):
        return row
    return await does(service, ask)


@around(f"DELETE {CLIENT}/users/{{userId}}")
async def membership_outlives_its_user(does: Does, service: Service, ask: Ask) -> Any:
    """The memberships of a deleted user stay."""
    user = operations.managed(ask)
    ask.tenant.managed.discard(user["id"])
    service.store.forget(user["id"])
    return operations.profile(service, user)


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
    for mine, _ in operations.held(ask.tenant, operations.member(ask)):
        del ask.tenant.assignments[mine["id"]]
    return data


@around(f"DELETE {CLIENT}/webhooks")
async def switched_off_ones_stay(does: Does, service: Service, ask: Ask) -> Any:
    """Webhooks that are not active are not deleted."""
    kept = {key: row for key, row in ask.tenant.webhooks.items() if not row["active"]}
    data = await does(service, ask)
    ask.tenant.webhooks |= kept
    return data


# -- input ----------------------------------------------------------------------------------------------------------

lax("null-empties", f"PATCH {ORG}/attributes/{{attributeId}}", "The name may be null.", "name", lambda value: True)
lax(
    "text-as-flag",
    f"PATCH {ORG}/memberships/{{membershipId}}",
    'The text "false" is taken for true.',
    "disableImpersonation",
    lambda value: rules.flag(value) or value in ("true", "false"),
)
lax(
    "role-in-any-case",
    f"POST {ORG}/memberships",
    "A role may be in small letters.",
    "role",
    lambda value: rules.text(value) and value.upper() in rules.ROLES,
)
lax(
    "user-id-as-text",
    f"POST {ORG}/memberships",
    "The id of a user may be a text.",
    "userId",
    lambda value: rules.number(value) or (rules.text(value) and value.isdigit()),
)
lax(
    "unknown-trigger",
    f"PATCH {CLIENT}/webhooks/{{webhookId}}",
    "In a list of triggers the first is looked at alone.",
    "triggers",
    lambda value: rules.triggers(value[:1] if isinstance(value, list) else value),
)
lax(
    "option-without-slug",
    f"POST {ORG}/attributes",
    "The options of a new attribute may be without a slug, which is then null.",
    "options",
    lambda value: isinstance(value, list) and all(rules.thing(each) and "value" in each for each in value),
)
