"""Attributes, their options, and who has them."""

from __future__ import annotations

from typing import Any

from tests.foreign import rules
from tests.foreign.operations.reading import ORG, SKIP, one, paged, several, stored, those, whole
from tests.foreign.service import Ask, RefusedError, Service, operation
from tests.foreign.store import Row, Tenant


def attribute(ask: Ask) -> Row:
    """The attribute the path names."""
    return one(ask.tenant.attributes, ask.path["attributeId"], "attribute")


def free_slug(service: Service, rows: list[Row], row: Row, but: Any = None) -> None:
    """Refuse a slug (and an option's value) that another row has."""
    for other in rows:
        if other["id"] != but and any(
            name in row and row[name] == other[name] for name in ("slug", "value") if name in other
        ):
            raise RefusedError(400 if "duplicates-400" in service.choices else 409, "That is taken.")


def options_of(tenant: Tenant, identity: str) -> list[Row]:
    """The options of an attribute."""
    return [row for row in tenant.options.values() if row["attributeId"] == identity]


def drop_option(tenant: Tenant, identity: str) -> None:
    """Delete an option and its assignments."""
    del tenant.options[identity]
    for each in [each for each in tenant.assignments.values() if each["attributeOptionId"] == identity]:
        del tenant.assignments[each["id"]]


@operation("GET", f"{ORG}/attributes", "key token", 60, query=SKIP)
async def list_attributes(service: Service, ask: Ask) -> Any:
    rows = list(ask.tenant.attributes.values())
    if ask.caller.role == "MEMBER" and "members-see-less" in service.choices:
        rows = [row for row in rows if row["enabled"]]
    return paged(service, ask, rows)


@operation(
    "POST",
    f"{ORG}/attributes",
    "key token",
    10,
    body=rules.ATTRIBUTE,
    needed=("name", "slug", "type", "options"),
    status=201,
)
async def create_attribute(service: Service, ask: Ask) -> Any:
    kept = stored(service, {name: ask.body[name] for name in ("name", "slug", "type", "enabled") if name in ask.body})
    free_slug(service, list(ask.tenant.attributes.values()), kept)
    if "options-on-texts-refused" in service.choices and ask.body["options"] and kept["type"] in ("TEXT", "NUMBER"):
        raise RefusedError(400, "Only a select attribute has options.")
    identity = service.store.text()
    row = {"id": identity, "teamId": ask.tenant.org, "enabled": True, "usersCanEditRelation": False} | kept
    ask.tenant.attributes[identity] = row
    for option in ask.body["options"]:
        add_option(service, ask.tenant, identity, option)
    return row


def add_option(service: Service, tenant: Tenant, identity: str, body: Row) -> Row:
    """Give an attribute one more option."""
    kept = stored(service, {name: body.get(name) for name in ("value", "slug")})
    free_slug(service, options_of(tenant, identity), kept)
    row = {"id": service.store.text(), "attributeId": identity} | kept
    tenant.options[row["id"]] = row
    return row


@operation("GET", f"{ORG}/attributes/{{attributeId}}", "key token", 60)
async def show_attribute(service: Service, ask: Ask) -> Any:
    row = attribute(ask)
    if ask.caller.role == "MEMBER" and "members-see-less" in service.choices and not row["enabled"]:
        raise RefusedError(404, "No such attribute.")
    return row


@operation("PATCH", f"{ORG}/attributes/{{attributeId}}", "key token", 10, body=rules.ATTRIBUTE_CHANGE)
async def change_attribute(service: Service, ask: Ask) -> Any:
    row = attribute(ask)
    change = stored(service, {name: value for name, value in ask.body.items() if name in rules.ATTRIBUTE_CHANGE})
    free_slug(service, list(ask.tenant.attributes.values()), change, row["id"])
    row |= change
    return row


@operation("DELETE", f"{ORG}/attributes/{{attributeId}}", "key token", 5)
async def delete_attribute(service: Service, ask: Ask) -> Any:
    row = attribute(ask)
    for option in options_of(ask.tenant, row["id"]):
        drop_option(ask.tenant, option["id"])
    del ask.tenant.attributes[row["id"]]
    return row


@operation(
    "POST",
    f"{ORG}/attributes/{{attributeId}}/options",
    "key token",
    10,
    body=rules.OPTION,
    needed=("value", "slug"),
    status=201,
)
async def create_option(service: Service, ask: Ask) -> Any:
    row = attribute(ask)
    if "options-on-texts-refused" in service.choices and row["type"] in ("TEXT", "NUMBER"):
        raise RefusedError(400, "Only a select attribute has options.")
    return add_option(service, ask.tenant, row["id"], ask.body)


@operation("GET", f"{ORG}/attributes/{{attributeId}}/options", "key token", 60)
async def list_options(service: Service, ask: Ask) -> Any:
    rows = options_of(ask.tenant, attribute(ask)["id"])
    return rows[::-1] if "newest-first" in service.choices else rows


def option(ask: Ask) -> Row:
    """The option the path names, below its attribute."""
    row = one(ask.tenant.options, ask.path["optionId"], "option")
    if row["attributeId"] != attribute(ask)["id"]:
        raise RefusedError(404, "No such option.")
    return row


@operation("DELETE", f"{ORG}/attributes/{{attributeId}}/options/{{optionId}}", "key token", 5)
async def delete_option(service: Service, ask: Ask) -> Any:
    row = option(ask)
    drop_option(ask.tenant, row["id"])
    return row


@operation("PATCH", f"{ORG}/attributes/{{attributeId}}/options/{{optionId}}", "key token", 10, body=rules.OPTION)
async def change_option(service: Service, ask: Ask) -> Any:
    row = option(ask)
    change = stored(service, {name: value for name, value in ask.body.items() if name in rules.OPTION})
    free_slug(service, options_of(ask.tenant, row["attributeId"]), change, row["id"])
    row |= change
    return row


ASSIGNED = SKIP | {"assignedOptionIds": several(those(bool)), "teamIds": several(whole(1))}


@operation("GET", f"{ORG}/attributes/{{attributeId}}/options/assigned", "key token", 60, query=ASSIGNED)
async def list_assigned(service: Service, ask: Ask) -> Any:
    return assigned(service, ask, attribute(ask))


@operation("GET", f"{ORG}/attributes/slugs/{{attributeSlug}}/options/assigned", "key token", 60, query=ASSIGNED)
async def list_assigned_by_slug(service: Service, ask: Ask) -> Any:
    for row in ask.tenant.attributes.values():
        if row["slug"] == ask.path["attributeSlug"]:
            return assigned(service, ask, row)
    raise RefusedError(404, "No such attribute.")


def assigned(service: Service, ask: Ask, row: Row) -> list[Row]:
    """The options of an attribute that somebody has."""
    rows = []
    for each in options_of(ask.tenant, row["id"]):
        holders = [one["memberId"] for one in ask.tenant.assignments.values() if one["attributeOptionId"] == each["id"]]
        users = [ask.tenant.memberships[holder]["userId"] for holder in holders]
        rows.append(each | {"assignedUserIds": users})
    rows = [each for each in rows if each["assignedUserIds"]]
    if "assignedOptionIds" in ask.query:
        rows = [each for each in rows if each["id"] in ask.query["assignedOptionIds"]]
    if "teamIds" in ask.query and ask.tenant.org not in ask.query["teamIds"]:
        rows = []
    return paged(service, ask, rows)


def member(ask: Ask) -> Row:
    """The membership of the user the path names."""
    identity = rules.whole(ask.path["userId"])
    for row in ask.tenant.memberships.values():
        if row["userId"] == identity:
            return row
    raise RefusedError(404, "No such member.")


def held(tenant: Tenant, holder: Row) -> list[tuple[Row, Row]]:
    """A member's assignments with their options."""
    mine = [each for each in tenant.assignments.values() if each["memberId"] == holder["id"]]
    return [(each, tenant.options[each["attributeOptionId"]]) for each in mine]


@operation(
    "POST",
    f"{ORG}/attributes/options/{{userId}}",
    "key token",
    10,
    body=rules.ASSIGNMENT,
    needed=("attributeId",),
    status=201,
)
async def assign(service: Service, ask: Ask) -> Any:
    if "attributeOptionId" not in ask.body and "value" not in ask.body:
        raise RefusedError(400, "attributeOptionId or value is needed")
    holder = member(ask)
    row = one(ask.tenant.attributes, ask.body["attributeId"], "attribute")
    name = "id" if "attributeOptionId" in ask.body else "value"
    wanted = ask.body["attributeOptionId" if name == "id" else "value"]
    found = [each for each in options_of(ask.tenant, row["id"]) if each[name] == wanted]
    if not found:
        raise RefusedError(404, "No such option.")
    for mine, option in held(ask.tenant, holder):
        if option["id"] == found[0]["id"]:
            raise RefusedError(400 if "duplicates-400" in service.choices else 409, "The user has it.")
        if option["attributeId"] == row["id"] and row["type"] != "MULTI_SELECT":
            del ask.tenant.assignments[mine["id"]]
    identity = service.store.text()
    made = {"id": identity, "memberId": holder["id"], "attributeOptionId": found[0]["id"]}
    ask.tenant.assignments[identity] = made
    return made


@operation("GET", f"{ORG}/attributes/options/{{userId}}", "key token", 60)
async def list_held(service: Service, ask: Ask) -> Any:
    return [option | {"id": mine["id"]} for mine, option in held(ask.tenant, member(ask))]


@operation("DELETE", f"{ORG}/attributes/options/{{userId}}/{{attributeOptionId}}", "key token", 5)
async def unassign(service: Service, ask: Ask) -> Any:
    for mine, option in held(ask.tenant, member(ask)):
        if option["id"] == ask.path["attributeOptionId"]:
            return ask.tenant.assignments.pop(mine["id"])
    raise RefusedError(404, "The user does not have it.")
