"""Faults of lists, filters and answers, as they are met where pages, queries and answers are put together by hand."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.foreign import operations, rules
from tests.foreign.planting import CLIENT, ORG, after, around, entering, refusing, remembered
from tests.foreign.service import Ask, Does, Operation, RefusedError, Service
from tests.foreign.store import stamp
from tests.foreign.wire import Answer, Call

BY_SLUG = f"{ORG}/attributes/slugs/{{attributeSlug}}/options/assigned"


def sent(ask: Ask, name: str) -> str:
    """A parameter as it was sent, or nothing."""
    return dict(ask.call.query).get(name, "")


# -- pages ----------------------------------------------------------------------------------------------------------


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


# -- filters and sorting --------------------------------------------------------------------------------------------


@around(f"GET {ORG}/routing-forms")
async def filtered_after_paging(does: Does, service: Service, ask: Ask) -> Any:
    """teamIds takes items out of the page, not out of the list."""
    wanted = ask.query.pop("teamIds", None)
    data = await does(service, ask)
    return [row for row in data if wanted is None or row["teamId"] in wanted]


@around(f"GET {ORG}/bookings")
async def filters_are_alternatives(does: Does, service: Service, ask: Ask) -> Any:
    """Of two filters one is enough: status or eventTypeId."""
    if not {"status", "eventTypeId"} <= ask.query.keys():
        return await does(service, ask)
    status, kind, rows = ask.query.pop("status"), ask.query.pop("eventTypeId"), ask.tenant.bookings
    ask.tenant.bookings = {
        key: row for key, row in rows.items() if row["status"] in status or row["eventTypeId"] == kind
    }
    data = await does(service, ask)
    ask.tenant.bookings = rows
    return data


@around(f"GET {ORG}/routing-forms")
async def wrong_column(does: Does, service: Service, ask: Ask) -> Any:
    """beforeUpdatedAt looks at createdAt."""
    if "beforeUpdatedAt" in ask.query:
        ask.query["beforeCreatedAt"] = ask.query.pop("beforeUpdatedAt")
    return await does(service, ask)


@around(f"GET {ORG}/bookings")
async def offsets_refused(does: Does, service: Service, ask: Ask) -> Any:
    """A time with an offset of hours is refused, as the plus was read as a space twice."""
    if any("+" in sent(ask, name) for name in ("afterCreatedAt", "beforeCreatedAt", "afterUpdatedAt")):
        raise RefusedError(400, "not a date")
    return await does(service, ask)


@around(f"GET {ORG}/routing-forms")
async def fractions_refused(does: Does, service: Service, ask: Ask) -> Any:
    """A time with a fraction of a second is refused."""
    if any("." in sent(ask, name) for name in ask.query if name.startswith(("after", "before"))):
        raise RefusedError(400, "not a date")
    return await does(service, ask)


@around(f"GET {ORG}/bookings")
async def an_hour_lost_in_summer(does: Does, service: Service, ask: Ask) -> Any:
    """Times between April and October are looked for an hour early in afterStart."""
    time = ask.query.get("afterStart", "")
    if "-04-" <= time[4:8] < "-10-":
        ask.query["afterStart"] = stamp(datetime.fromisoformat(time) - timedelta(hours=1))
    return await does(service, ask)


@entering(f"GET {ORG}/bookings")
def february_has_thirty_days(enters: Callable[..., Ask], service: Service, call: Call, *more: Any) -> Ask:
    """The 30th of February is the 1st of March, and so on."""
    call.query = [
        (name, text if rules.moment(text, late=False) or text[4:8] != "-02-" else f"{text[:4]}-03-01{text[10:]}")
        for name, text in call.query
    ]
    return enters(call, *more)


@around(f"GET {ORG}/bookings")
async def sort_dropped_with_a_filter(does: Does, service: Service, ask: Ask) -> Any:
    """A list filtered by time is in the order of creation, whatever sort says."""
    if any(name.startswith(("after", "before")) for name in ask.query):
        ask.query = {name: value for name, value in ask.query.items() if not name.startswith("sort")}
    return await does(service, ask)


@around(f"GET {ORG}/bookings")
async def ties_in_any_order(does: Does, service: Service, ask: Ask) -> Any:
    """Bookings with the same createdAt come in another order every time, when sorted by it."""
    rows = ask.tenant.bookings
    if "sortCreated" in ask.query:
        mixed = list(rows.items())
        service.store.luck.shuffle(mixed)
        ask.tenant.bookings = dict(mixed)
    data = await does(service, ask)
    ask.tenant.bookings = rows
    return data


@around(f"GET {CLIENT}/users")
async def first_address_only(does: Does, service: Service, ask: Ask) -> Any:
    """Of several emails the first counts alone."""
    if "emails" in ask.query:
        ask.query["emails"] = ask.query["emails"][:1]
    return await does(service, ask)


@around(f"GET {BY_SLUG}")
async def option_ids_by_slug_ignored(does: Does, service: Service, ask: Ask) -> Any:
    """assignedOptionIds has no effect in the list by slug."""
    ask.query.pop("assignedOptionIds", None)
    return await does(service, ask)


@around(f"GET {ORG}/bookings")
async def unknown_team_means_all(does: Does, service: Service, ask: Ask) -> Any:
    """teamsIds with none that exists is no filter."""
    if "teamsIds" in ask.query and not {row["_team"] for row in ask.tenant.bookings.values()} & {
        *ask.query["teamsIds"]
    }:
        ask.query.pop("teamsIds")
    return await does(service, ask)


# -- answers --------------------------------------------------------------------------------------------------------


@refusing(f"POST {ORG}/attributes")
def media_type_in_html(service: Service, ask: Ask, answer: Answer) -> None:
    """A body of another media type is refused by the proxy, in HTML."""
    if not (ask.call.header("content-type") or "").startswith("application/json"):
        answer.status, answer.kind = 415, "text/html"
        answer.raw = b"<html><h1>415 Unsupported Media Type</h1></html>"


@refusing(f"GET {ORG}/memberships/{{membershipId}}")
def framework_error(service: Service, ask: Ask, answer: Answer) -> None:
    """A missing membership is answered as the framework does by itself."""
    answer.body = {"statusCode": answer.status, "error": "Not Found"}


@refusing(f"DELETE {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
def failure_says_success(service: Service, ask: Ask, answer: Answer) -> None:
    """A missing option is answered 404 with the envelope of a success."""
    answer.body = {"status": "success", "data": None}


@refusing(f"POST {ORG}/attributes/{{attributeId}}/options")
def constraint_in_the_message(service: Service, ask: Ask, answer: Answer) -> None:
    """A conflict shows the database's own words."""
    if answer.status == 409:
        answer.body["message"] = (
            'duplicate key value violates unique constraint "AttributeOption_attributeId_slug_key" (SQLSTATE 23505)'
        )


@refusing(f"PATCH {CLIENT}/users/{{userId}}")
def empty_refusal(service: Service, ask: Ask, answer: Answer) -> None:
    """A refusal has no body."""
    answer.raw = b""


@after(f"POST {ORG}/attributes/{{attributeId}}/options")
def ok_in_place_of_created(service: Service, ask: Ask, answer: Answer) -> None:
    """A creation is answered 200."""
    answer.status = 200


@after(f"GET {ORG}/attributes/{{attributeId}}/options")
def kept_for_a_minute(service: Service, ask: Ask, answer: Answer) -> None:
    """The answer may be kept privately for a minute."""
    answer.header("Cache-Control", "private, max-age=60")


@after(f"GET {ORG}/attributes/{{attributeId}}/options")
def nothing_for_an_empty_list(service: Service, ask: Ask, answer: Answer) -> None:
    """An empty list is null."""
    answer.body["data"] = answer.body["data"] or None


@after(f"GET {ORG}/attributes/options/{{userId}}")
def one_item_is_no_list(service: Service, ask: Ask, answer: Answer) -> None:
    """A list of one item is that item."""
    if len(answer.body["data"]) == 1:
        answer.body["data"] = answer.body["data"][0]


@after(f"PATCH {CLIENT}/webhooks/{{webhookId}}")
def flags_as_numbers(service: Service, ask: Ask, answer: Answer) -> None:
    """active is 0 or 1."""
    answer.body["data"]["active"] = int(answer.body["data"]["active"])


@after(f"DELETE {ORG}/memberships/{{membershipId}}")
def role_in_small_letters(service: Service, ask: Ask, answer: Answer) -> None:
    """The role of a deleted membership is in small letters."""
    answer.body["data"]["role"] = answer.body["data"]["role"].lower()


@after(f"GET {ORG}/attributes/{{attributeId}}")
def tag_of_the_name(service: Service, ask: Ask, answer: Answer) -> None:
    """The ETag is made of the name alone, and honoured."""
    answer.headers.append(("ETag", tag := f'"{hash(answer.body["data"]["name"]) & 0xFFFFFF:x}"'))
    if ask.call.header("if-none-match") == tag:
        answer.status, answer.raw = 304, b""


# -- caches ---------------------------------------------------------------------------------------------------------


def _kept(place: Any, seconds: float, does: Does) -> Callable[[Service, Ask], Any]:
    async def cached(service: Service, ask: Ask) -> Any:
        memory, now = remembered(service), service.store.now().timestamp()
        if place not in memory or memory[place][0] < now - seconds:
            data = await does(service, ask)
            memory[place] = (now, copy.deepcopy(data), dict(ask.answered))
        ask.answered |= memory[place][2]
        return memory[place][1]

    return cached


@around(f"GET {ORG}/routing-forms")
async def cache_without_the_tenant(does: Does, service: Service, ask: Ask) -> Any:
    """An answer is kept for three seconds by its query alone, for all organizations."""
    return await _kept(("forms", str(ask.query)), 3, does)(service, ask)


@around(f"GET {ORG}/attributes")
async def cache_outlives_a_creation(does: Does, service: Service, ask: Ask) -> Any:
    """An answer is kept for three seconds, whatever is created meanwhile."""
    return await _kept(("attributes", ask.tenant.org, str(ask.query)), 3, does)(service, ask)


@around(f"GET {ORG}/memberships/{{membershipId}}")
async def cache_outlives_a_change(does: Does, service: Service, ask: Ask) -> Any:
    """A membership that is still there is read as it was three seconds ago."""
    operations.membership(ask)
    return await _kept(("membership", ask.path["membershipId"]), 3, does)(service, ask)


@around(f"GET {ORG}/attributes/{{attributeId}}/options")
async def read_once_only(does: Does, service: Service, ask: Ask) -> Any:
    """The options of an attribute are read once, and never again while it exists."""
    return await _kept(("options", ask.path["attributeId"]), 1e9, does)(service, ask)


@entering(f"GET {ORG}/bookings")
def repeated_parameter_500(
    enters: Callable[..., Ask], service: Service, call: Call, found: Operation, path: dict[str, str]
) -> Ask:
    """A parameter that comes twice is answered 500, as it is a list inside."""
    if len({name for name, _ in call.query}) < len(call.query):
        raise RefusedError(500, "text.split is not a function")
    return enters(call, found, path)


@entering(f"GET {ORG}/bookings")
def empty_value_500(enters: Callable[..., Ask], service: Service, call: Call, *more: Any) -> Ask:
    """A parameter without a value is answered 500."""
    if any(not text for _, text in call.query):
        raise RefusedError(500, "invalid input syntax")
    return enters(call, *more)
