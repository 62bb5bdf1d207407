"""Faults of filters and orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.foreign import rules
from tests.foreign.operations import attributes
from tests.foreign.planting import BY_SLUG, CLIENT, ORG, around, entering, sent
from tests.foreign.service import Ask, Does, RefusedError, Service
from tests.foreign.store import Row, stamp
from tests.foreign.wire import Call


@around(f"GET {ORG}/bookings")
async def attendee_name_by_prefix(does: Does, service: Service, ask: Ask) -> Any:
    """attendeeName finds names that begin with the text only."""
    return await _narrowed(
        does,
        service,
        ask,
        "attendeeName",
        lambda row, text: any((each["name"] or "").startswith(text) for each in row["attendees"]),
    )


@around(f"GET {ORG}/bookings")
async def uid_by_prefix(does: Does, service: Service, ask: Ask) -> Any:
    """bookingUid finds all bookings whose uid begins with the text."""
    return await _narrowed(does, service, ask, "bookingUid", lambda row, text: row["uid"].startswith(text))


@around(f"GET {ORG}/bookings")
async def attendee_email_by_domain(does: Does, service: Service, ask: Ask) -> Any:
    """attendeeEmail looks at what stands behind the @ only."""
    return await _narrowed(
        does,
        service,
        ask,
        "attendeeEmail",
        lambda row, text: any(each["email"].partition("@")[2] == text.partition("@")[2] for each in row["attendees"]),
    )


@around(f"GET {ORG}/bookings")
async def last_status_dropped(does: Does, service: Service, ask: Ask) -> Any:
    """Of several statuses the last has no effect."""
    if len(ask.query.get("status", [])) > 1:
        ask.query["status"] = ask.query["status"][:-1]
    return await does(service, ask)


async def _narrowed(does: Does, service: Service, ask: Ask, name: str, keeps: Callable[[Row, Any], bool]) -> Any:
    if name not in ask.query:
        return await does(service, ask)
    wanted, rows = ask.query.pop(name), ask.tenant.bookings
    ask.tenant.bookings = {key: row for key, row in rows.items() if keeps(row, wanted)}
    data = await does(service, ask)
    ask.tenant.bookings = rows
    return data


@around(f"GET {ORG}/bookings")
async def bare_date_is_its_start(does: Does, service: Service, ask: Ask) -> Any:
    """beforeCreatedAt with a bare date means the start of that day."""
    sent = dict(ask.call.query).get("beforeCreatedAt", "")
    if len(sent) == 10:
        ask.query["beforeCreatedAt"] = f"{sent}T00:00:00.000Z"
    return await does(service, ask)


@around(f"GET {ORG}/routing-forms")
async def zone_of_a_filter_ignored(does: Does, service: Service, ask: Ask) -> Any:
    """The offset of a time in afterUpdatedAt is left out of account."""
    sent = dict(ask.call.query).get("afterUpdatedAt", "")
    if len(sent) > 10:
        ask.query["afterUpdatedAt"] = f"{sent[:19]}.000Z"
    return await does(service, ask)


@around(f"GET {ORG}/bookings")
async def after_start_means_the_end(does: Does, service: Service, ask: Ask) -> Any:
    """afterStart looks at the end of a booking."""
    if "afterStart" in ask.query:
        limit = ask.query.pop("afterStart")
        rows = ask.tenant.bookings
        ask.tenant.bookings = {key: row for key, row in rows.items() if row["end"] >= limit}
        data = await does(service, ask)
        ask.tenant.bookings = rows
        return data
    return await does(service, ask)


@around(f"GET {ORG}/routing-forms")
async def sorted_by_time_of_day(does: Does, service: Service, ask: Ask) -> Any:
    """sortUpdatedAt looks at the time of day alone."""
    if "sortUpdatedAt" not in ask.query:
        return await does(service, ask)
    way, rows = ask.query.pop("sortUpdatedAt"), ask.tenant.forms
    ordered = sorted(rows.items(), key=lambda item: item[1]["updatedAt"][11:], reverse=way == "desc")
    ask.tenant.forms = dict(ordered)
    data = await does(service, ask)
    ask.tenant.forms = rows
    return data


@around(f"GET {ORG}/bookings")
async def sorted_within_the_page(does: Does, service: Service, ask: Ask) -> Any:
    """sortEnd orders the items of each page, not the list."""
    way = ask.query.pop("sortEnd", None)
    data = await does(service, ask)
    return sorted(data, key=lambda row: row["end"], reverse=way == "desc") if way else data


@around(f"GET {ORG}/attributes/{{attributeId}}/options/assigned")
async def unassigned_stay_listed(does: Does, service: Service, ask: Ask) -> Any:
    """The list of assigned options has those that nobody has as well."""
    data = await does(service, ask)
    there = {row["id"] for row in data}
    rows = attributes.options_of(ask.tenant, ask.path["attributeId"])
    more = [
        row | {"assignedUserIds": []} for row in rows if row["id"] not in there and "assignedOptionIds" not in ask.query
    ]
    info = ask.answered["pagination"]
    info["totalItems"] += len(more)
    return data + more


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
