"""Routing forms of an organization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.calls import Call, Page, handles
from sandbox.faults import fault
from sandbox.pages import page
from sandbox.state import Form
from sandbox.times import seconds

LIST = "OrganizationsRoutingFormsController_getOrganizationRoutingForms"

AFTER_IS_BEFORE = fault(
    "after-filter-inverted",
    family="pagination",
    scope=(LIST,),
    text="afterCreatedAt keeps the forms created before that time.",
)
SORT_IGNORED = fault(
    "sort-ignored",
    family="pagination",
    scope=(LIST,),
    text="Sorting has no effect.",
)
UPDATED_IS_CREATED = fault(
    "filter-looks-at-other-member",
    family="pagination",
    scope=(LIST,),
    text="beforeUpdatedAt looks at the time of creation.",
)
SORTED_LOSES = fault(
    "sorted-list-loses-items",
    family="pagination",
    scope=(LIST,),
    text="Sorting by the time of the last update leaves out disabled forms.",
)

_FILTERS: dict[str, Callable[[Form, Any], bool]] = {
    "afterCreatedAt": lambda form, wanted: form.created > wanted,
    "beforeCreatedAt": lambda form, wanted: form.created < wanted,
    "afterUpdatedAt": lambda form, wanted: form.updated > wanted,
    "beforeUpdatedAt": lambda form, wanted: form.updated < wanted,
    "routedToBookingUid": lambda form, wanted: wanted in form.booking_uids,
    "teamIds": lambda form, wanted: form.row["teamId"] in wanted,
}
_SORTS: dict[str, Callable[[Form], float]] = {
    "sortCreatedAt": lambda form: form.created,
    "sortUpdatedAt": lambda form: form.updated,
}


@handles(LIST)
def list_forms(call: Call) -> Page:
    """The forms that pass every filter, in the order asked for; ties by position."""
    forms = call.tenant.forms
    for name, passes in _FILTERS.items():
        if name in call.query and (wanted := _wanted(name, call.query[name])) != []:
            inverted = AFTER_IS_BEFORE in call.faults and name == "afterCreatedAt"
            if UPDATED_IS_CREATED in call.faults and name == "beforeUpdatedAt":
                passes = _FILTERS["beforeCreatedAt"]
            forms = [form for form in forms if passes(form, wanted) is not inverted]
    if SORTED_LOSES in call.faults and "sortUpdatedAt" in call.query:
        forms = [form for form in forms if not form.row["disabled"]]
    if SORT_IGNORED not in call.faults:
        for name, key in reversed(_SORTS.items()):
            if name in call.query:
                forms = sorted(forms, key=key, reverse=call.query[name] == "desc")
    return page(call, [form.row for form in forms], len(call.tenant.forms))


def _wanted(name: str, value: Any) -> Any:
    if name.startswith(("after", "before")):
        return seconds(value, end_of_day=name.startswith("before"))
    return value
