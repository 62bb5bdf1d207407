"""Bookings of an organization: one list with every filter and sort the document declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.calls import Call, Page, handles
from sandbox.faults import fault
from sandbox.pages import page
from sandbox.state import Booking
from sandbox.times import seconds

LIST = "OrganizationsBookingsController_getAllOrgTeamBookings"

STATUS_LEAKS = fault(
    "status-filter-leaks",
    family="pagination",
    scope=(LIST,),
    text="A status filter also lets cancelled bookings through.",
)
DESCENDING_WRONG = fault(
    "descending-is-ascending",
    family="pagination",
    scope=(LIST,),
    text="A descending sort by start is ascending.",
)
FOREIGN_ROWS = fault(
    "other-tenants-rows-in-list",
    family="pagination",
    scope=(LIST,),
    text="The list ends with a booking of another organization.",
)
FIRST_VALUE = fault(
    "filter-takes-first-value",
    family="pagination",
    scope=(LIST,),
    text="Of several values with commas between them only the first counts.",
)
LAST_FILTER = fault(
    "only-one-filter-counts",
    family="pagination",
    scope=(LIST,),
    text="Of several filters only the last one counts.",
)
SORT_WITHOUT_FILTER = fault(
    "sort-ignored-with-filter",
    family="pagination",
    scope=(LIST,),
    text="A filtered list is not sorted.",
)
TIES_UNSTABLE = fault(
    "ties-unstable",
    family="pagination",
    scope=(LIST,),
    text="Bookings that tie in a sort change places from request to request.",
)
SORT_OTHER_MEMBER = fault(
    "sort-by-other-member",
    family="pagination",
    scope=(LIST,),
    text="Sorting by the end sorts by the time of creation.",
)
RANGE_OR = fault(
    "impossible-range-shows-all",
    family="pagination",
    scope=(LIST,),
    text="A range of creation times that ends before it begins counts as no filter.",
)

_FILTERS: dict[str, Callable[[Booking, Any], bool]] = {
    "status": lambda booking, wanted: booking.row["status"] in wanted,
    "attendeeEmail": lambda booking, wanted: any(each["email"] == wanted for each in booking.row["attendees"]),
    "attendeeName": lambda booking, wanted: any(wanted in each["name"] for each in booking.row["attendees"]),
    "bookingUid": lambda booking, wanted: booking.row["uid"] == wanted,
    "eventTypeIds": lambda booking, wanted: booking.row["eventTypeId"] in wanted,
    "eventTypeId": lambda booking, wanted: booking.row["eventTypeId"] == wanted,
    "teamsIds": lambda booking, wanted: not booking.teams.isdisjoint(wanted),
    "teamId": lambda booking, wanted: wanted in booking.teams,
    "userIds": lambda booking, wanted: not booking.host_ids().isdisjoint(wanted),
    "afterStart": lambda booking, wanted: booking.start > wanted,
    "beforeEnd": lambda booking, wanted: booking.end < wanted,
    "afterCreatedAt": lambda booking, wanted: booking.created > wanted,
    "beforeCreatedAt": lambda booking, wanted: booking.created < wanted,
    "afterUpdatedAt": lambda booking, wanted: booking.updated > wanted,
    "beforeUpdatedAt": lambda booking, wanted: booking.updated < wanted,
}
_SORTS: dict[str, Callable[[Booking], float]] = {
    "sortStart": lambda booking: booking.start,
    "sortEnd": lambda booking: booking.end,
    "sortCreated": lambda booking: booking.created,
    "sortUpdatedAt": lambda booking: booking.updated,
}


@handles(LIST)
def list_bookings(call: Call) -> Page:
    """The bookings that pass every filter, in the order asked for; ties by id."""
    found = call.tenant.bookings
    for name, passes in _counting(call):
        if name in call.query and (wanted := _wanted(name, call.query[name])) != []:
            wanted = wanted[:1] if FIRST_VALUE in call.faults and isinstance(wanted, list) else wanted
            leak = STATUS_LEAKS in call.faults and name == "status"
            found = [each for each in found if passes(each, wanted) or (leak and each.row["status"] == "cancelled")]
    rows = [booking.row for booking in _sorted(call, found)]
    if FOREIGN_ROWS in call.faults:
        rows += [other.bookings[0].row for other in call.world.others(call.tenant) if other.bookings]
    return page(call, rows, len(call.tenant.bookings))


def _counting(call: Call) -> list[tuple[str, Callable[[Booking, Any], bool]]]:
    """The filters of a query that count."""
    asked = [(name, passes) for name, passes in _FILTERS.items() if name in call.query]
    if RANGE_OR in call.faults and {"afterCreatedAt", "beforeCreatedAt"} <= call.query.keys():
        late, early = (seconds(call.query[name]) for name in ("afterCreatedAt", "beforeCreatedAt"))
        asked = [each for each in asked if late < early or not each[0].endswith("CreatedAt")]
    return asked[-1:] if LAST_FILTER in call.faults else asked


def _wanted(name: str, value: Any) -> Any:
    if name.startswith(("after", "before")):
        return seconds(value, end_of_day=name.startswith("before"))
    return value


def _sorted(call: Call, bookings: list[Booking]) -> list[Booking]:
    """Sorted by the last key first, so that the first one decides; equal bookings keep the order of their ids."""
    if SORT_WITHOUT_FILTER in call.faults and _FILTERS.keys() & call.query.keys():
        return bookings
    if TIES_UNSTABLE in call.faults and _SORTS.keys() & call.query.keys():
        bookings = call.world.random.sample(bookings, len(bookings))
    for name, key in reversed(_SORTS.items()):
        if name in call.query:
            if SORT_OTHER_MEMBER in call.faults and name == "sortEnd":
                key = _SORTS["sortCreated"]
            wrong = DESCENDING_WRONG in call.faults and name == "sortStart"
            bookings = sorted(bookings, key=key, reverse=call.query[name] == "desc" and not wrong)
    return bookings
