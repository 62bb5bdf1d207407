"""How one list goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve

from sandbox.calls import Call, Handler, Page
from sandbox.planted import operations as at
from sandbox.planted.planting import Working, working
from sandbox.state import Booking, Row


def place(call: Call) -> tuple[int, int]:
    """Position and size of the page that was asked for."""
    paging = call.operation.paging
    assert paging is not None
    return call.query[paging.position.name], call.query[paging.size.name]


def placed(call: Call, skip: int, take: int) -> dict[str, Any]:
    paging = call.operation.paging
    assert paging is not None
    return {**call.query, paging.position.name: skip, paging.size.name: take}


def ends_after(most: int) -> Working:
    """Nothing comes beyond so many items, though they are counted."""

    def does(handler: Handler, call: Call) -> Any:
        page, (skip, _) = handler(call), place(call)
        return Page(page.items[: max(0, most - skip)], page.pagination)

    return does


def backwards_up_to(size: int) -> Working:
    """Small pages come in another order than large ones."""

    def does(handler: Handler, call: Call) -> Any:
        page, (skip, take) = handler(call), place(call)
        if take > size:
            return page
        call.query = placed(call, 0, 1000)
        whole = handler(call).items[::-1]
        return Page(whole[skip : skip + take], page.pagination)

    return does


def ties_turn(member: str, sort: str) -> Working:
    """With every second request what ties in a sort changes places."""

    def does(handler: Handler, call: Call) -> Any:
        page, (skip, take) = handler(call), place(call)
        count = call.world.memory["lists"] = call.world.memory.get("lists", 0) + 1
        if sort not in call.query or count % 2:
            return page
        call.query = placed(call, 0, 1000)
        whole = handler(call).items
        for index in range(0, len(whole) - 1, 2):
            if whole[index][member] == whole[index + 1][member]:
                whole[index : index + 2] = [whole[index + 1], whole[index]]
        return Page(whole[skip : skip + take], page.pagination)

    return does


def shown_with(name: str, rewrite: Callable[[Any], Any]) -> Working:
    """A member of the items is another than by their own address."""

    def does(handler: Handler, call: Call) -> Any:
        page = handler(call)
        items = page.items if isinstance(page, Page) else page
        told = [{**row, name: rewrite(row[name])} for row in items]
        return Page(told, page.pagination) if isinstance(page, Page) else told

    return does


def one_short(handler: Handler, call: Call) -> Any:
    """The last item of the whole list is missing."""
    page = handler(call)
    items = page.items if isinstance(page, Page) else page
    skip, take = place(call) if call.operation.paging else (0, 1000)
    whole = take > len(items) and not skip
    kept = items[:-1] if whole and len(items) > 1 else items
    return Page(kept, page.pagination) if isinstance(page, Page) else kept


def last_again_past_the_end(handler: Handler, call: Call) -> Any:
    """A page past the end has the last item again."""
    page = handler(call)
    if page.items:
        return page
    call.query = placed(call, 0, 1000)
    return Page(handler(call).items[-1:], page.pagination)


def odd_positions_slip(handler: Handler, call: Call) -> Any:
    """A page that begins at an odd position begins one item late."""
    skip, take = place(call)
    call.query = placed(call, skip + skip % 2, take)
    return handler(call)


def counts_everybody(handler: Handler, call: Call) -> Any:
    """The total counts what other tenants have, too."""
    page, name = handler(call), call.world.document.pages["total"]
    others = sum(len(each.attributes) for each in call.world.others(call.tenant))
    return Page(page.items, {**page.pagination, name: page.pagination[name] + others})


def wrong_count(meaning: str, rewrite: Callable[[Any], Any]) -> Working:
    """A member of the pagination object is wrong."""

    def does(handler: Handler, call: Call) -> Any:
        page, name = handler(call), call.world.document.pages[meaning]
        return Page(page.items, {**page.pagination, name: rewrite(page.pagination[name])})

    return does


def filtered_by(name: str, passes: Callable[[Booking, str], bool]) -> Working:
    """A filter of bookings looks at something else."""

    def does(handler: Handler, call: Call) -> Any:
        if name in call.query:
            wanted = call.query[name]
            call.tenant = evolve(call.tenant, bookings=[each for each in call.tenant.bookings if passes(each, wanted)])
            call.query = {each: value for each, value in call.query.items() if each != name}
        return handler(call)

    return does


def _starts_before(booking: Booking, wanted: str) -> bool:
    return str(booking.row["start"]) < wanted


def _ends_after(booking: Booking, wanted: str) -> bool:
    return str(booking.row["end"]) > wanted


def _host_called(booking: Booking, wanted: str) -> bool:
    return any(wanted in host["name"] for host in booking.row["hosts"])


def _begins(booking: Booking, wanted: str) -> bool:
    return any(each["name"].startswith(wanted) for each in booking.row["attendees"])


def _at_the_same_place(booking: Booking, wanted: str) -> bool:
    domain = wanted.partition("@")[2]
    return any(each["email"].endswith(f"@{domain}") for each in booking.row["attendees"])


def of_everybody(handler: Handler, call: Call) -> Any:
    """What all users have is listed for each."""
    handler(call)
    rows: list[Row] = [
        {**call.tenant.options[each.option_id], "id": each.id} for each in call.tenant.assignments.values()
    ]
    return rows


_PLANTED: tuple[tuple[str, str, str, Working], ...] = (
    ("nothing-beyond-twenty", at.BOOKINGS, "Nothing comes beyond the twentieth item.", ends_after(20)),
    ("nothing-beyond-twenty-forms", at.FORMS, "Nothing comes beyond the twentieth item.", ends_after(20)),
    ("nothing-beyond-ten-members", at.MEMBERSHIPS, "Nothing comes beyond the tenth item.", ends_after(10)),
    ("small-pages-backwards", at.USERS, "Pages of up to three items come in the opposite order.", backwards_up_to(3)),
    (
        "small-pages-of-forms-backwards",
        at.FORMS,
        "Pages of up to ten items come in the opposite order.",
        backwards_up_to(10),
    ),
    (
        "forms-that-tie-turn",
        at.FORMS,
        "Forms with one time of creation change places when sorted by it.",
        ties_turn("createdAt", "sortCreatedAt"),
    ),
    (
        "bookings-that-tie-turn",
        at.BOOKINGS,
        "Bookings with one time of creation change places when sorted by it.",
        ties_turn("createdAt", "sortCreated"),
    ),
    ("name-in-capitals-in-the-list", at.ATTRIBUTES, "The list has names in capitals.", shown_with("name", str.upper)),
    ("active-in-the-list", at.WEBHOOKS, "The list has every webhook active.", shown_with("active", lambda _: True)),
    ("slug-in-capitals-among-options", at.OPTIONS, "The list has slugs in capitals.", shown_with("slug", str.upper)),
    (
        "role-in-the-list",
        at.MEMBERSHIPS,
        "The list has every member as MEMBER.",
        shown_with("role", lambda _: "MEMBER"),
    ),
    ("one-short-by-slug", at.BY_SLUG, "The list by slug lacks the last item of the list by id.", one_short),
    ("one-short-of-a-user", at.HELD, "The list of what a user has lacks the last.", one_short),
    ("one-option-short", at.OPTIONS, "The list lacks the last option.", one_short),
    (
        "last-again-past-the-end",
        at.MEMBERSHIPS,
        "A page past the end has the last item again.",
        last_again_past_the_end,
    ),
    (
        "last-again-past-the-webhooks",
        at.WEBHOOKS,
        "A page past the end has the last item again.",
        last_again_past_the_end,
    ),
    (
        "odd-positions-slip",
        at.ASSIGNED,
        "A page that begins at an odd position begins one item late.",
        odd_positions_slip,
    ),
    (
        "odd-positions-slip-among-attributes",
        at.ATTRIBUTES,
        "A page that begins at an odd position begins one item late.",
        odd_positions_slip,
    ),
    (
        "everybodys-attributes-counted",
        at.ATTRIBUTES,
        "The total counts the attributes of other organizations.",
        counts_everybody,
    ),
    (
        "one-page-too-many",
        at.BY_SLUG,
        "There is one page more than told items fill.",
        wrong_count("pages", lambda value: value + 1),
    ),
    ("previous-never", at.ASSIGNED, "No page has a previous one.", wrong_count("previous", lambda _: False)),
    ("remaining-as-text", at.USERS, "What remains is told as a text.", wrong_count("remaining", str)),
    (
        "before-end-looks-at-the-start",
        at.BOOKINGS,
        "beforeEnd looks at the start.",
        filtered_by("beforeEnd", _starts_before),
    ),
    (
        "after-start-looks-at-the-end",
        at.BOOKINGS,
        "afterStart looks at the end.",
        filtered_by("afterStart", _ends_after),
    ),
    (
        "attendee-looks-at-hosts",
        at.BOOKINGS,
        "attendeeName looks at the hosts.",
        filtered_by("attendeeName", _host_called),
    ),
    (
        "attendee-from-the-beginning",
        at.BOOKINGS,
        "attendeeName finds names that begin so alone.",
        filtered_by("attendeeName", _begins),
    ),
    (
        "attendee-by-domain",
        at.BOOKINGS,
        "attendeeEmail looks at what stands behind the @.",
        filtered_by("attendeeEmail", _at_the_same_place),
    ),
    ("options-of-all-users", at.HELD, "What all users have is listed for each.", of_everybody),
)

for _name, _at_operation, _text, _does in _PLANTED:
    working(_name, _at_operation, _text, _does, "pagination")
