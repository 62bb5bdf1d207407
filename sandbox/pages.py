"""Pages of lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox import page_faults, rush
from sandbox.calls import Call, Page
from sandbox.faults import fault
from sandbox.refusals import RefusalError
from sandbox.switches import Switch
from sandbox.variations import variation

_LISTS = "every list"
_PAGED = "every list with a pagination object"
OVERLAP = fault(
    "pages-overlap",
    family="pagination",
    scope=_LISTS,
    text="Every page but the first begins with the last item of the page before.",
)
LAST_LOST = fault(
    "last-item-lost",
    family="pagination",
    scope=_LISTS,
    text="The last item is on no page when the page size does not divide the number of items.",
)
TOTAL_UNFILTERED = fault(
    "total-ignores-filter",
    family="pagination",
    scope=(
        "OAuthClientUsersController_getManagedUsers",
        "OrganizationsBookingsController_getAllOrgTeamBookings",
        "OrganizationsAttributesOptionsController_getOrganizationAttributeAssignedOptions",
        "OrganizationsAttributesOptionsController_getOrganizationAttributeAssignedOptionsBySlug",
    ),
    text="A filtered list counts the unfiltered items.",
)
UNSTABLE = fault(
    "order-unstable",
    family="pagination",
    scope=_LISTS,
    text="The order changes from request to request.",
)
NEXT_ON_LAST = fault(
    "has-next-on-last-page",
    family="pagination",
    scope=_PAGED,
    text="The last page says there is a next one.",
)
PAST_END_404 = fault(
    "page-past-end-404",
    family="pagination",
    scope=_LISTS,
    text="A page past the end is answered 404.",
)
REMAINING_WRONG = fault(
    "remaining-items-wrong",
    family="pagination",
    scope=_PAGED,
    text="remainingItems counts the items of the page itself as remaining.",
)
TOTAL_PAGES_WRONG = fault(
    "total-pages-rounded-down",
    family="pagination",
    scope=_PAGED,
    text="totalPages does not count a last page that is not full.",
)
CURRENT_PAGE_WRONG = fault(
    "current-page-from-zero",
    family="pagination",
    scope=_PAGED,
    text="currentPage is counted from zero.",
)
SHORT_SIZE = variation(
    "short-page-items-per-page",
    family="pagination",
    scope=_PAGED,
    text="itemsPerPage of a short page is the number of its items.",
)
EMPTY_ZERO = variation(
    "current-page-zero-when-empty",
    family="pagination",
    scope=_PAGED,
    text="currentPage of an empty list is 0.",
)
ALWAYS = variation(
    "pagination-where-optional",
    family="pagination",
    scope=_LISTS,
    text="Lists that may leave out the pagination object carry it.",
)


def page(call: Call, rows: Sequence[Any], unfiltered: int | None = None) -> Page:
    """The page the query asks for; `unfiltered` is how many items there are without the filters."""
    paging = call.operation.paging
    if paging is None:
        return Page(list(rows), None)
    size, skip = call.query[paging.size.name], call.query[paging.position.name]
    if PAST_END_404 in call.faults and skip >= len(rows) and skip:
        raise RefusalError(404, "There is no such page.")
    items = _slice(call, rows, skip, size)
    if not paging.object_required and ALWAYS not in call.variations:
        return Page(items, None)
    total = unfiltered if TOTAL_UNFILTERED in call.faults and unfiltered is not None else len(rows)
    if call.operation.operation_id in rush.LIST_USERS:
        total = max(0, total - call.tenant.uncounted)
    return Page(items, _pagination(call, total, skip, size, len(items)))


def _slice(call: Call, rows: Sequence[Any], skip: int, size: int) -> list[Any]:
    if call.faults:
        rows, skip, size = page_faults.shown(call, rows, skip, size)
    ordered = list(rows)
    if UNSTABLE in call.faults:
        call.world.random.shuffle(ordered)
    if LAST_LOST in call.faults and len(ordered) % size and size < len(ordered):
        ordered.pop()
    start = skip - 1 if OVERLAP in call.faults and skip else skip
    return ordered[start : start + size]


def _pagination(call: Call, total: int, skip: int, size: int, returned: int) -> dict[str, Any]:
    remaining = max(0, total - skip - returned)
    faults, variations = call.faults, call.variations
    meanings: dict[str, Any] = {
        "total": total,
        "remaining": remaining + returned if REMAINING_WRONG in faults else remaining,
        "size": returned if SHORT_SIZE in variations and returned < size else size,
        "page": _current(total, skip, size, faults, variations),
        "pages": total // size if TOTAL_PAGES_WRONG in faults else -(-total // size),
        "next": remaining > 0 or (NEXT_ON_LAST in faults and returned > 0),
        "previous": skip > 0,
    }
    if faults:
        meanings = page_faults.told(call, meanings, skip, size, returned)
    return {name: meanings[meaning] for meaning, name in call.world.document.pages.items()}


def _current(total: int, skip: int, size: int, faults: frozenset[Switch], variations: frozenset[Switch]) -> int:
    if total == 0:
        return 0 if EMPTY_ZERO in variations else 1
    return skip // size + (0 if CURRENT_PAGE_WRONG in faults else 1)
