"""Ways in which pages go wrong, most of them only in a corner: the last page, an odd offset, one tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.calls import Call
from sandbox.faults import fault
from sandbox.refusals import RefusalError

_LISTS = "every list"
_PAGED = "every list with a pagination object"
_USERS = ("OAuthClientUsersController_getManagedUsers",)
_BOOKINGS = ("OrganizationsBookingsController_getAllOrgTeamBookings",)
_CAP = 4  # items
_CEILING = 10_000

LAST_FILLED = fault(
    "last-page-filled-up",
    family="pagination",
    scope=_LISTS,
    text="A last page that would be short begins earlier, so that it is full.",
)
OFFSET_ROUNDED = fault(
    "offset-rounded-to-page",
    family="pagination",
    scope=_LISTS,
    text="An offset that is no multiple of the page size is taken for the one before.",
)
DEEP_REFUSED = fault(
    "deep-offset-refused",
    family="pagination",
    scope=_LISTS,
    text="An offset beyond 10,000 is answered 400.",
)
CAPPED = fault(
    "page-size-capped",
    family="pagination",
    scope=_LISTS,
    text="A page never has more than four items, whatever size is asked for.",
)
PAST_END_LAST = fault(
    "page-past-end-shows-last",
    family="pagination",
    scope=_LISTS,
    text="A page past the end shows the last item again.",
)
ODD_SECOND_TENANT = fault(
    "last-item-lost-for-one-tenant",
    family="pagination",
    scope=_LISTS,
    needs="depth",
    text="For one of the tenants the last item is on no page but the one that holds all.",
)
TOTAL_OF_ONE_TENANT = fault(
    "total-wrong-for-one-tenant",
    family="pagination",
    scope=_PAGED,
    needs="depth",
    text="For one of the tenants totalItems counts one item too many.",
)
TOTAL_SO_FAR = fault(
    "total-counts-so-far",
    family="pagination",
    scope=_PAGED,
    text="totalItems counts the items up to this page, and one more if there are more.",
)
TOTAL_OF_ALL = fault(
    "total-counts-other-tenants",
    family="pagination",
    scope=_USERS,
    text="totalItems counts the users of every client.",
)
NEXT_IF_FULL = fault(
    "has-next-when-page-is-full",
    family="pagination",
    scope=_PAGED,
    text="hasNextPage is true on every full page, the last one included.",
)
PREVIOUS_BY_PAGE = fault(
    "has-previous-by-page-number",
    family="pagination",
    scope=_PAGED,
    text="hasPreviousPage is false on a page that begins within the first page's length.",
)
PAGE_ROUNDED_UP = fault(
    "current-page-rounded-up",
    family="pagination",
    scope=_PAGED,
    text="currentPage of an offset that is no multiple of the page size is one too high.",
)
SIZE_DEFAULT = fault(
    "items-per-page-says-default",
    family="pagination",
    scope=_PAGED,
    text="itemsPerPage is the default, whatever size was asked for.",
)
REMAINING_NEGATIVE = fault(
    "remaining-negative-past-end",
    family="pagination",
    scope=_PAGED,
    text="remainingItems is negative on a page past the end.",
)


def shown(call: Call, rows: Sequence[Any], skip: int, size: int) -> tuple[Sequence[Any], int, int]:
    """The rows, offset and size that a page is cut by, as the faults want them."""
    faults = call.faults
    if DEEP_REFUSED in faults and skip > _CEILING:
        raise RefusalError(400, "The result window is too large.")
    if ODD_SECOND_TENANT in faults and _second(call) and size < len(rows):
        rows = rows[:-1]
    if CAPPED in faults:
        size = min(size, _CAP)
    if OFFSET_ROUNDED in faults:
        skip = skip // size * size
    if LAST_FILLED in faults and skip < len(rows) < skip + size:
        skip = max(0, len(rows) - size)
    if PAST_END_LAST in faults and skip >= len(rows) > 0:
        skip = len(rows) - 1
    return rows, skip, size


def told(call: Call, meanings: dict[str, Any], skip: int, size: int, returned: int) -> dict[str, Any]:
    """What a page tells about itself, as the faults want it."""
    faults, total = call.faults, meanings["total"]
    if TOTAL_OF_ONE_TENANT in faults and _second(call):
        meanings["total"] = total + 1
    if TOTAL_SO_FAR in faults:
        meanings["total"] = min(total, skip + returned + 1)
    if TOTAL_OF_ALL in faults and call.operation.operation_id in _USERS:
        meanings["total"] = total + sum(len(other.managed) for other in call.world.others(call.tenant))
    if NEXT_IF_FULL in faults:
        meanings["next"] = returned == size
    if PREVIOUS_BY_PAGE in faults:
        meanings["previous"] = skip >= size
    if PAGE_ROUNDED_UP in faults and skip % size:
        meanings["page"] += 1
    if SIZE_DEFAULT in faults and call.operation.paging:
        meanings["size"] = call.operation.paging.size.default
    if REMAINING_NEGATIVE in faults:
        meanings["remaining"] = total - skip - returned
    return meanings


def _second(call: Call) -> bool:
    return call.tenant is list(call.world.tenants.values())[1]
