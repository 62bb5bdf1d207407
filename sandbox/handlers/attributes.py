"""Attributes of an organization."""

from __future__ import annotations

from typing import Any

from sandbox.calls import Call, Page, handles
from sandbox.faults import fault
from sandbox.pages import page
from sandbox.refusals import RefusalError
from sandbox.state import Row, Tenant

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
    return page(call, [row for row in call.tenant.attributes.values() if row["id"] not in gone])


@handles(CREATE)
def create_attribute(call: Call) -> Row:
    """A new attribute; a select attribute gets its options with it."""
    _ascii(call)
    _free(call.tenant, call.body["slug"], None)
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
    for option in sent if is_select(attribute) else ():
        add_option(call, attribute["id"], option["value"], option["slug"])
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
    if DELETED_READABLE in call.faults:
        call.tenant.hidden_ids.add(attribute["id"])
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
        raise RefusalError(500, "Something went wrong on the server.")


def _free(tenant: Tenant, slug: str, owner: str | None) -> None:
    if any(row["slug"] == slug and row["id"] != owner for row in tenant.attributes.values()):
        raise RefusalError(409, "An attribute with this slug exists already.")
