"""Options of an attribute, and the lists of those that are assigned."""

from __future__ import annotations

from functools import partial

from sandbox.calls import GAP, Call, Later, Page, handles
from sandbox.faults import fault
from sandbox.handlers.attributes import add_option, find, is_select
from sandbox.pages import page
from sandbox.refusals import RefusalError, failure
from sandbox.state import Row, Tenant
from sandbox.variations import variation

CREATE = "OrganizationsAttributesOptionsController_createOrganizationAttributeOption"
LIST = "OrganizationsAttributesOptionsController_getOrganizationAttributeOptions"
ASSIGNED = "OrganizationsAttributesOptionsController_getOrganizationAttributeAssignedOptions"
BY_SLUG = "OrganizationsAttributesOptionsController_getOrganizationAttributeAssignedOptionsBySlug"
UPDATE = "OrganizationsAttributesOptionsController_updateOrganizationAttributeOption"

CONFLICT_500 = fault(
    "conflict-500",
    family="exchange",
    scope=("OrganizationsAttributesOptionsController_createOrganizationAttributeOption",),
    text="An option whose slug is taken is answered 500 with the text of a database error.",
)
PATCH_CREATES = fault(
    "patch-changes-id",
    family="state",
    scope=(UPDATE,),
    text="Updating an option gives it a new id.",
)

SLUG_OF_ANYONE = fault(
    "slug-finds-other-tenants",
    family="pagination",
    scope=(BY_SLUG,),
    text="The assigned options of an attribute known by its slug include those of other organizations.",
)
SLUG_ANYWHERE = fault(
    "slug-found-in-any-organization",
    family="credentials",
    scope=(BY_SLUG,),
    text="A slug that the organization does not have is looked for in the others.",
    needs="depth",
)
ASSIGNED_FILTER_IGNORED = fault(
    "nested-filter-ignored",
    family="pagination",
    scope=(ASSIGNED, BY_SLUG),
    text="The assignedOptionIds filter has no effect.",
)

MOVED_BY_BODY = fault(
    "parent-changed-by-body",
    family="state",
    scope=(UPDATE,),
    text="An update may move an option to another attribute, even to one that is not there.",
)
CONCURRENT_500 = fault(
    "concurrent-creations-500",
    family="state",
    scope=(CREATE,),
    text="Of creations with one slug at the same moment all but the first are answered 500.",
)
DELETED_STAYS_ASSIGNED = fault(
    "deleted-option-stays-assigned",
    family="state",
    scope=("OrganizationsAttributesOptionsController_deleteOrganizationAttributeOption",),
    text="Deleting an option leaves it with the users who have it.",
)


PARENT_IGNORED = fault(
    "option-of-any-attribute",
    family="state",
    scope=(UPDATE,),
    text="An option is changed at the address of any attribute of the organization.",
)
CONFLICT_UNSEEN = fault(
    "conflicting-update-accepted",
    family="state",
    scope=(UPDATE,),
    text="An option may be given the value and slug of another.",
)
LIST_OF_ALL = fault(
    "options-of-all-attributes",
    family="state",
    scope=(LIST,),
    text="The options of an attribute include those of the organization's other attributes.",
)


VALUE_SHARED = fault(
    "option-with-the-value-of-another",
    family="state",
    scope=(CREATE,),
    text="A new option may have the value of another one, as long as its slug is its own.",
    needs="depth",
)
VANISHING = variation(
    "a-place-vanishes",
    family="state",
    scope=(CREATE,),
    text="The first attribute that gets a new option is deleted by somebody else right afterwards.",
)


@handles(CREATE)
def create_option(call: Call) -> Row | Later:
    """A new option of a select attribute; its value and slug are unique there."""
    attribute = find(call)
    if not is_select(attribute):
        raise RefusalError(400, "Only a select attribute has options.")
    value = call.body.get("value", "")
    slug = call.body.get("slug", value)
    _free(call, attribute["id"], None if VALUE_SHARED in call.faults else value, slug, None)
    if CONCURRENT_500 in call.faults:
        return Later(GAP, partial(_add_if_free, call, attribute["id"], value, slug))
    option = add_option(call, attribute["id"], value, slug)
    if VANISHING in call.variations and call.world.memory.setdefault("vanishing", attribute["id"]) == attribute["id"]:
        call.tenant.drop_attribute(attribute["id"])
    return option


def _add_if_free(call: Call, attribute_id: str, value: str, slug: str) -> Row:
    try:
        _free(call, attribute_id, value, slug, None)
    except RefusalError as problem:
        raise failure() from problem
    return add_option(call, attribute_id, value, slug)


@handles(LIST)
def list_options(call: Call) -> list[Row]:
    """All options of an attribute."""
    if LIST_OF_ALL in call.faults and find(call):
        return list(call.tenant.options.values())
    return list(call.tenant.options_of(find(call)["id"]))


@handles(UPDATE)
def update_option(call: Call) -> Row:
    """Change what was sent."""
    option = _find_option(call)
    changes = {name: call.body[name] for name in ("value", "slug") if name in call.body}
    if CONFLICT_UNSEEN not in call.faults:
        _free(call, option["attributeId"], changes.get("value"), changes.get("slug"), option["id"])
    if MOVED_BY_BODY in call.faults:
        changes |= {name: call.body[name] for name in ("attributeId",) if name in call.body}
    option.update(changes)
    if PATCH_CREATES in call.faults:
        del call.tenant.options[option["id"]]
        return add_option(call, option["attributeId"], option["value"], option["slug"])
    return option


@handles("OrganizationsAttributesOptionsController_deleteOrganizationAttributeOption")
def delete_option(call: Call) -> Row:
    """Forget an option and who has it."""
    option = _find_option(call)
    if DELETED_STAYS_ASSIGNED in call.faults:
        option["attributeId"] = ""
        return option
    call.tenant.drop_option(option["id"])
    return option


@handles(ASSIGNED)
def list_assigned(call: Call) -> Page:
    """The options of an attribute that someone has."""
    return _assigned(call, find(call))


@handles(BY_SLUG)
def list_assigned_by_slug(call: Call) -> Page:
    """The same for an attribute known by its slug."""
    slug = call.path["attributeSlug"]
    attribute = next((row for row in call.tenant.attributes.values() if row["slug"] == slug), None)
    if attribute is None and SLUG_ANYWHERE in call.faults:
        call.tenant = next(iter(call.world.others(call.tenant)))
        attribute = next((row for row in call.tenant.attributes.values() if row["slug"] == slug), None)
    if attribute is None:
        raise RefusalError(404, "There is no such attribute.")
    return _assigned(call, attribute)


def _assigned(call: Call, attribute: Row) -> Page:
    rows = list(_with_users(call.tenant, attribute["id"], None))
    teams = frozenset(call.query.get("teamIds", ()))
    wanted = call.query.get("assignedOptionIds")
    found = list(_with_users(call.tenant, attribute["id"], teams)) if teams else rows
    if SLUG_OF_ANYONE in call.faults and call.operation.operation_id == BY_SLUG:
        found = found + _of_others(call, attribute["slug"])
    if wanted and ASSIGNED_FILTER_IGNORED not in call.faults:
        found = [row for row in found if row["id"] in wanted]
    return page(call, found, len(rows))


def _of_others(call: Call, slug: str) -> list[Row]:
    """What other tenants assigned of the attribute with this slug."""
    return [
        row
        for tenant in call.world.others(call.tenant)
        for attribute in tenant.attributes.values()
        if attribute["slug"] == slug
        for row in _with_users(tenant, attribute["id"], None)
    ]


def _with_users(tenant: Tenant, attribute_id: str, teams: frozenset[int] | None) -> list[Row]:
    """Assigned options with the users who have them, perhaps only users of some teams."""
    users: dict[str, list[int]] = {}
    for each in tenant.assignments.values():
        if teams is None or teams & tenant.teams_of.get(each.user_id, frozenset()):
            users.setdefault(each.option_id, []).append(each.user_id)
    options = (option for option in tenant.options_of(attribute_id) if option["id"] in users)
    return [{**option, "assignedUserIds": users[option["id"]]} for option in options]


def _find_option(call: Call) -> Row:
    option = call.tenant.options.get(call.path["optionId"])
    if option is None or (option["attributeId"] != find(call)["id"] and PARENT_IGNORED not in call.faults):
        raise RefusalError(404, "The attribute has no such option.")
    return option


def _free(call: Call, attribute_id: str, value: str | None, slug: str | None, owner: str | None) -> None:
    for option in call.tenant.options_of(attribute_id):
        if option["id"] != owner and (option["slug"] == slug or option["value"] == value):
            if CONFLICT_500 in call.faults:
                raise RefusalError(500, 'duplicate key value violates unique constraint "AttributeOption_slug_key"')
            raise RefusalError(409, "The attribute has an option with this value or slug already.")
