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
    family="credentials",
    scope=(LIST,),
    text="The list ends with a booking of another organization.",
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
    for name, passes in _FILTERS.items():
        if name in call.query and (wanted := _wanted(name, call.query[name])) != []:
            leak = STATUS_LEAKS in call.faults and name == "status"
            found = [each for each in found if passes(each, wanted) or (leak and each.row["status"] == "cancelled")]
    rows = [booking.row for booking in _sorted(call, found)]
    if FOREIGN_ROWS in call.faults:
        rows += [other.bookings[0].row for other in call.world.others(call.tenant) if other.bookings]
    return page(call, rows, len(call.tenant.bookings))


def _wanted(name: str, value: Any) -> Any:
    if name.startswith(("after", "before")):
        return seconds(value, end_of_day=name.startswith("before"))
    return value


def _sorted(call: Call, bookings: list[Booking]) -> list[Booking]:
    """Sorted by the last key first, so that the first one decides; equal bookings keep the order of their ids."""
    for name, key in reversed(_SORTS.items()):
        if name in call.query:
            wrong = DESCENDING_WRONG in call.faults and name == "sortStart"
            bookings = sorted(bookings, key=key, reverse=call.query[name] == "desc" and not wrong)
    return bookings
