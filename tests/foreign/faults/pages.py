"""Faults of pages and of what they tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.foreign.planting import BY_SLUG, CLIENT, ORG, after, around, elsewhere, entering, remembered
from tests.foreign.service import Ask, Does, Service
from tests.foreign.store import Row
from tests.foreign.wire import Answer, Call


def _info(answer: Answer) -> Row:
    info: Row = answer.body.get("pagination", {})
    return info


@after(f"GET {CLIENT}/users")
def no_next_page_for_one_item(service: Service, ask: Ask, answer: Answer) -> None:
    """hasNextPage is false where just one item is left."""
    if _info(answer)["remainingItems"] == 1:
        _info(answer)["hasNextPage"] = False


@after(f"GET {ORG}/bookings")
def one_page_more_on_multiples(service: Service, ask: Ask, answer: Answer) -> None:
    """totalPages is one too many where the page size divides the number of items."""
    _info(answer)["totalPages"] = _info(answer)["totalItems"] // _info(answer)["itemsPerPage"] + 1


@after(f"GET {ORG}/attributes")
def remaining_ignores_the_offset(service: Service, ask: Ask, answer: Answer) -> None:
    """remainingItems is everything but this page."""
    _info(answer)["remainingItems"] = _info(answer)["totalItems"] - len(answer.body["data"])


@around(f"GET {CLIENT}/users")
async def total_counted_once_in_a_while(does: Does, service: Service, ask: Ask) -> Any:
    """totalItems is counted every four seconds only."""
    data = await does(service, ask)
    info, now, memory = ask.answered["pagination"], service.store.now().timestamp(), remembered(service)
    place = ("total", ask.tenant.name, str(ask.query.get("emails")))
    if place not in memory or now > memory[place][0] + 4:
        memory[place] = (now, info["totalItems"])
    info["totalItems"] = memory[place][1]
    return data


@around(f"GET {ORG}/bookings")
async def deep_pages_slip_by_one(does: Does, service: Service, ask: Ask) -> Any:
    """From the tenth item on, pages begin one item late."""
    if ask.query.get("skip", 0) >= 10:
        ask.query["skip"] += 1
    return await does(service, ask)


@around(f"GET {CLIENT}/webhooks")
async def other_order_on_long_pages(does: Does, service: Service, ask: Ask) -> Any:
    """Pages of more than ten items are ordered by id, shorter ones by age."""
    rows = ask.tenant.webhooks
    if ask.query.get("take", 100) > 10:
        ask.tenant.webhooks = dict(sorted(rows.items(), key=lambda item: str(item[0])))
    data = await does(service, ask)
    ask.tenant.webhooks = rows
    return data


@around(f"GET {CLIENT}/users")
async def offset_forgotten_with_a_filter(does: Does, service: Service, ask: Ask) -> Any:
    """A filtered list always begins with its first item."""
    if "emails" in ask.query:
        ask.query.pop("offset", None)
    return await does(service, ask)


@after(f"GET {ORG}/bookings")
def large_ids_as_text(service: Service, ask: Ask, answer: Answer) -> None:
    """Ids above 2^29 are texts."""
    for row in answer.body["data"]:
        row["id"] = str(row["id"]) if row["id"] > 2**29 else row["id"]


@after(f"GET {ORG}/attributes")
def null_on_the_second_page(service: Service, ask: Ask, answer: Answer) -> None:
    """Beyond the first page the slug is null."""
    if ask.query.get("skip"):
        for row in answer.body["data"]:
            row["slug"] = None


@after(f"GET {ORG}/memberships")
def listed_under_the_users_id(service: Service, ask: Ask, answer: Answer) -> None:
    """In the list a membership has the id of its user."""
    for row in answer.body["data"]:
        row["id"] = row["userId"]


@after(f"GET {ORG}/attributes/{{attributeId}}/options")
def another_form_in_the_list(service: Service, ask: Ask, answer: Answer) -> None:
    """The list has an option's slug in upper case."""
    for row in answer.body["data"]:
        row["slug"] = row["slug"].upper()


elsewhere("pagination-missing-when-empty", "every list", "An empty page has no pagination object.")


@around(f"GET {CLIENT}/webhooks")
async def skip_rounded_to_pages(does: Does, service: Service, ask: Ask) -> Any:
    """A skip is rounded down to a multiple of the page size, as pages have numbers inside."""
    size = ask.query.get("take", 100)
    if "skip" in ask.query:
        ask.query["skip"] = ask.query["skip"] // size * size
    return await does(service, ask)


@around(f"GET {ORG}/memberships")
async def last_of_a_full_page_lost(does: Does, service: Service, ask: Ask) -> Any:
    """Where a page ends with the list's last item and is full, that item is missing."""
    data = await does(service, ask)
    ends = ask.query.get("skip", 0) + ask.query.get("take", 100) == len(ask.tenant.memberships)
    return data[:-1] if ends else data


@around(f"GET {CLIENT}/users")
async def deleted_ones_are_counted(does: Does, service: Service, ask: Ask) -> Any:
    """totalItems never falls: who was deleted is still counted."""
    data = await does(service, ask)
    if "emails" not in ask.query:
        place, info = ("most users", ask.tenant.name), ask.answered["pagination"]
        info["totalItems"] = remembered(service)[place] = max(remembered(service).get(place, 0), info["totalItems"])
    return data


@around(f"GET {ORG}/attributes")
async def disabled_leave_holes(does: Does, service: Service, ask: Ask) -> Any:
    """Disabled attributes are taken out of a page after it was cut, and still counted."""
    data = await does(service, ask)
    return [row for row in data if row["enabled"]] if ask.query.get("skip") else data


@around(f"GET {BY_SLUG}")
async def skip_forgotten_by_slug(does: Does, service: Service, ask: Ask) -> Any:
    """The list by the attribute's slug always begins with its first item."""
    ask.query.pop("skip", None)
    return await does(service, ask)


@around(f"GET {ORG}/attributes/{{attributeId}}/options/assigned")
async def one_page_is_enough(does: Does, service: Service, ask: Ask) -> Any:
    """hasPreviousPage is true only from the second full page on."""
    data = await does(service, ask)
    info = ask.answered["pagination"]
    info["hasPreviousPage"] = info["currentPage"] > 1
    return data


@around(f"GET {ORG}/bookings")
async def counted_before_filtering(does: Does, service: Service, ask: Ask) -> Any:
    """totalItems of a list filtered by status is that of all bookings."""
    data = await does(service, ask)
    if "status" in ask.query:
        ask.answered["pagination"]["totalItems"] = len(ask.tenant.bookings)
    return data


@entering(f"GET {ORG}/memberships")
def negative_take_reads_backwards(enters: Callable[..., Ask], service: Service, call: Call, *more: Any) -> Ask:
    """A negative take is let through, to read from the end."""
    call.query = [(name, text.lstrip("-") if name == "take" else text) for name, text in call.query]
    return enters(call, *more)


@entering(f"GET {ORG}/routing-forms")
def number_in_front_is_enough(enters: Callable[..., Ask], service: Service, call: Call, *more: Any) -> Ask:
    """A take like 5abc is read as 5."""
    call.query = [(name, _digits(text) if name in ("take", "skip") else text) for name, text in call.query]
    return enters(call, *more)


def _digits(text: str) -> str:
    head = text[: next((place for place, letter in enumerate(text) if not letter.isdigit()), len(text))]
    return head or text
