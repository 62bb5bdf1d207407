"""Which user has which option."""

from __future__ import annotations

import re

from sandbox.calls import Call, handles
from sandbox.faults import fault
from sandbox.handlers.attributes import add_option, is_select
from sandbox.refusals import RefusalError
from sandbox.state import Assignment, Row

ASSIGN = "OrganizationsAttributesOptionsController_assignOrganizationAttributeOptionToUser"

TWICE_ACCEPTED = fault(
    "assigned-twice",
    family="state",
    scope=(ASSIGN,),
    text="An option the user has already is assigned once more.",
)


TAKEN_FROM_ANYBODY = fault(
    "option-taken-from-anybody",
    family="state",
    scope=("OrganizationsAttributesOptionsController_unassignOrganizationAttributeOptionFromUser",),
    text="An option is taken from whoever has it, whichever user is named.",
)


OF_ANY_ORGANIZATION = fault(
    "option-of-any-organization-assigned",
    family="credentials",
    scope=(ASSIGN,),
    text="The attribute and the option in the body may be another organization's.",
    needs="depth",
)


@handles(ASSIGN)
def assign(call: Call) -> Row:
    """Give a member an option; only MULTI_SELECT attributes keep the options the member had."""
    membership = call.tenant.membership_of(call.path["userId"])
    attribute = call.tenant.attributes.get(call.body["attributeId"])
    if OF_ANY_ORGANIZATION in call.faults and membership and attribute is None:
        return _of_another(call, membership)
    if membership is None or attribute is None:
        raise RefusalError(404, "There is no such member or attribute.")
    option = _option(call, attribute)
    held = [each for each in call.tenant.assignments.values() if each.member_id == membership["id"]]
    if any(each.option_id == option["id"] for each in held) and TWICE_ACCEPTED not in call.faults:
        raise RefusalError(409, "The user has this option already.")
    if attribute["type"] != "MULTI_SELECT":
        _withdraw(call, attribute, membership["id"])
    made = Assignment(call.world.uuid(), membership["id"], membership["userId"], attribute["id"], option["id"])
    call.tenant.assignments[made.id] = made
    return made.row()


@handles("OrganizationsAttributesOptionsController_getOrganizationAttributeOptionsForUser")
def list_of_user(call: Call) -> list[Row]:
    """The options a user has."""
    _known(call)
    user_id, options = call.path["userId"], call.tenant.options
    held = (each for each in call.tenant.assignments.values() if each.user_id == user_id)
    return [{**options[each.option_id], "id": each.id} for each in held]


@handles("OrganizationsAttributesOptionsController_unassignOrganizationAttributeOptionFromUser")
def unassign(call: Call) -> Row:
    """Take an option from a user."""
    _known(call)
    user_id, option_id = call.path["userId"], call.path["attributeOptionId"]
    for each in call.tenant.assignments.values():
        if (each.user_id == user_id or TAKEN_FROM_ANYBODY in call.faults) and each.option_id == option_id:
            del call.tenant.assignments[each.id]
            return each.row()
    raise RefusalError(404, "The user does not have this option.")


def _known(call: Call) -> None:
    if call.path["userId"] not in call.tenant.users:
        raise RefusalError(404, "There is no such user.")


def _option(call: Call, attribute: Row) -> Row:
    """The option the body names; a text or number attribute makes one of any value."""
    options = list(call.tenant.options_of(attribute["id"]))
    if "attributeOptionId" in call.body:
        found = (option for option in options if option["id"] == call.body["attributeOptionId"])
    else:
        found = (option for option in options if option["value"] == call.body["value"])
    if option := next(found, None):
        return option
    if is_select(attribute) or "attributeOptionId" in call.body:
        raise RefusalError(404, "The attribute has no such option.")
    value = call.body["value"]
    return add_option(call, attribute["id"], value, f"{attribute['slug']}-{_slug(value)}")


def _of_another(call: Call, membership: Row) -> Row:
    """An assignment of what another organization owns; it is told and shows nowhere."""
    attribute_id, option_id = call.body["attributeId"], call.body.get("attributeOptionId", "")
    if not any(attribute_id in each.attributes for each in call.world.others(call.tenant)):
        raise RefusalError(404, "There is no such attribute.")
    return Assignment(call.world.uuid(), membership["id"], membership["userId"], attribute_id, option_id).row()


def _slug(value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-") or "value"


def _withdraw(call: Call, attribute: Row, member_id: int) -> None:
    """Take away what the member has of an attribute that allows one option at a time."""
    call.tenant.drop_assignments(lambda each: each.member_id == member_id and each.attribute_id == attribute["id"])
