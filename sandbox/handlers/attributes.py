"""Attributes of an organization."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox import rush
from sandbox.calls import Call, Page, handles
from sandbox.document import Operation
from sandbox.faults import fault
from sandbox.pages import page
from sandbox.refusals import RefusalError, failure
from sandbox.state import Row, Tenant, World

CREATE = "OrganizationsAttributesController_createOrganizationAttribute"
UPDATE = "OrganizationsAttributesController_updateOrganizationAttribute"
DELETE = "OrganizationsAttributesController_deleteOrganizationAttribute"

UNICODE_500 = fault(
    "unicode-name-500",
    family="exchange",
    scope=(CREATE, UPDATE),
    text="A name beyond ASCII is answered 500.",
)
DELETED_READABLE = fault(
    "deleted-attribute-readable",
    family="state",
    scope=(DELETE,),
    text="Deleting an attribute leaves it readable to those who know its id.",
)

_SEEDED = 7
LISTED_TWICE = fault(
    "new-item-listed-twice",
    family="state",
    scope=("OrganizationsAttributesController_getOrganizationAttributes",),
    text="Attributes beyond the first seven stand twice in the list.",
)

ASSIGNMENTS_STAY = fault(
    "deleted-attribute-stays-assigned",
    family="state",
    scope=(DELETE,),
    text="Deleting an attribute leaves its options with the users who have them.",
)
CONFLICT_STORED = fault(
    "conflicting-creation-stored",
    family="state",
    scope=(CREATE,),
    text="A creation refused for a taken slug has stored the attribute all the same.",
)
ECHOED_ONLY = fault(
    "creation-echoes-what-it-does-not-store",
    family="state",
    scope=(CREATE,),
    text="A new attribute is always enabled, whatever the answer to its creation says.",
)
INVALID_HALF_APPLIED = fault(
    "invalid-update-half-applied",
    family="state",
    scope=(UPDATE,),
    text="An update refused for an invalid type has stored the name all the same.",
)
REFUSED_DELETION_DONE = fault(
    "refused-deletion-carried-out",
    family="state",
    scope=(DELETE,),
    text="A deletion without a credential is answered 401 and carried out all the same.",
)
INVALID_STORED = fault(
    "invalid-creation-stored",
    family="state",
    scope=(CREATE,),
    text="A creation refused for an invalid type has stored a TEXT attribute all the same.",
)

OPTIONS_LOST = fault(
    "new-attribute-loses-its-options",
    family="state",
    scope=(CREATE,),
    text="The options sent with a new attribute are not stored.",
    needs="depth",
)


def find(call: Call) -> Row:
    """The attribute the path names, or RefusalError 404."""
    attribute = call.tenant.attributes.get(call.path["attributeId"])
    if attribute is None:
        raise RefusalError(404, "There is no such attribute.")
    return attribute


@handles("OrganizationsAttributesController_getOrganizationAttributes")
def list_attributes(call: Call) -> Page:
    """The organization's attributes, oldest first."""
    gone = call.tenant.hidden_ids
    rows = [row for row in call.tenant.attributes.values() if row["id"] not in gone]
    if LISTED_TWICE in call.faults:
        rows += rows[_SEEDED:]
    return page(call, rows)


@handles(CREATE)
def create_attribute(call: Call) -> Row:
    """A new attribute; a select attribute gets its options with it."""
    _ascii(call)
    if CONFLICT_STORED not in call.faults:
        _free(call.tenant, call.body["slug"], None)
    taken = any(row["slug"] == call.body["slug"] for row in call.tenant.attributes.values())
    sent: list[Row] = call.body["options"]
    if len({option["slug"] for option in sent}) < len(sent):
        raise RefusalError(400, "Two of the options have the same slug.")
    attribute = {
        "id": call.world.uuid(),
        "teamId": call.tenant.org_id,
        "type": call.body["type"],
        "name": call.body["name"],
        "slug": call.body["slug"],
        "enabled": call.body.get("enabled", True),
        "usersCanEditRelation": False,
    }
    call.tenant.attributes[attribute["id"]] = attribute
    for option in sent if is_select(attribute) and OPTIONS_LOST not in call.faults else ():
        add_option(call, attribute["id"], option["value"], option["slug"])
    if taken:
        raise RefusalError(409, "An attribute with this slug exists already.")
    if ECHOED_ONLY in call.faults:
        shown, attribute["enabled"] = dict(attribute), True
        return shown
    return attribute


@handles("OrganizationsAttributesController_getOrganizationAttribute")
def get_attribute(call: Call) -> Row:
    """One attribute."""
    return find(call)


@handles(UPDATE)
def update_attribute(call: Call) -> Row:
    """Change what was sent."""
    attribute = find(call)
    _ascii(call)
    if "slug" in call.body:
        _free(call.tenant, call.body["slug"], attribute["id"])
    attribute.update({name: call.body[name] for name in ("name", "slug", "type", "enabled") if name in call.body})
    return attribute


@handles(DELETE)
def delete_attribute(call: Call) -> Row:
    """Forget an attribute, its options and who has them."""
    attribute = find(call)
    if call.world.rush.hit(rush.NOT_DELETED):
        return attribute
    if DELETED_READABLE in call.faults:
        call.tenant.hidden_ids.add(attribute["id"])
    elif ASSIGNMENTS_STAY in call.faults:
        del call.tenant.attributes[attribute["id"]]
    else:
        call.tenant.drop_attribute(attribute["id"])
    return attribute


def is_select(attribute: Row) -> bool:
    """Whether users choose among options."""
    return attribute["type"] in {"SINGLE_SELECT", "MULTI_SELECT"}


def add_option(call: Call, attribute_id: str, value: Any, slug: Any) -> Row:
    """A new option of an attribute."""
    option = {"id": call.world.uuid(), "attributeId": attribute_id, "value": value, "slug": slug}
    call.tenant.options[option["id"]] = option
    return option


def _ascii(call: Call) -> None:
    if UNICODE_500 in call.faults and not str(call.body.get("name", "")).isascii():
        raise failure()


def _free(tenant: Tenant, slug: str, owner: str | None) -> None:
    if any(row["slug"] == slug and row["id"] != owner for row in tenant.attributes.values()):
        raise RefusalError(409, "An attribute with this slug exists already.")


def deleted_all_the_same(world: World, operation: Operation, raw: Mapping[str, str]) -> None:
    """With the fault: carry out a deletion that had no valid credential."""
    if REFUSED_DELETION_DONE in world.faults and operation.operation_id in REFUSED_DELETION_DONE.scope:
        for tenant in world.tenants.values():
            if str(tenant.org_id) == raw["orgId"] and raw["attributeId"] in tenant.attributes:
                tenant.drop_attribute(raw["attributeId"])


def stored_all_the_same(call: Call) -> None:
    """With the faults: store what can be used of a body that is refused as invalid."""
    name = call.operation.operation_id
    body = _object(call.body)
    if body.get("type") in ("TEXT", "NUMBER", "SINGLE_SELECT", "MULTI_SELECT", None):
        return
    if INVALID_HALF_APPLIED in call.faults and name == UPDATE and isinstance(body.get("name"), str):
        find(call)["name"] = body["name"]
    if INVALID_STORED in call.faults and name == CREATE and {"name", "slug"} <= body.keys():
        call.body = {"name": body["name"], "slug": body["slug"], "type": "TEXT", "options": []}
        create_attribute(call)


def _object(raw: bytes | None) -> Row:
    try:
        value = json.loads(raw or b"null")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
