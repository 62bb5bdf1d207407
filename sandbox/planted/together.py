"""What goes wrong where two things come together: filters, sorts and pages; and values that are let through."""

from __future__ import annotations

from typing import Any

from sandbox.calls import Call, Handler, Page
from sandbox.pages import page as paged
from sandbox.planted import operations as at
from sandbox.planted.answering import header
from sandbox.planted.doors import BEARER, answering
from sandbox.planted.inputs import failing, member, parameter_failing
from sandbox.planted.lists import place, placed
from sandbox.planted.planting import Arriving, Change, Working, door, inside, leaving, working

KNOWN = frozenset(
    (
        "BOOKING_CREATED",
        "BOOKING_PAYMENT_INITIATED",
        "BOOKING_PAID",
        "BOOKING_RESCHEDULED",
        "BOOKING_REQUESTED",
        "BOOKING_CANCELLED",
        "BOOKING_REJECTED",
        "BOOKING_NO_SHOW_UPDATED",
        "FORM_SUBMITTED",
        "FORM_SUBMITTED_NO_EVENT",
        "MEETING_ENDED",
        "MEETING_STARTED",
        "RECORDING_READY",
        "INSTANT_MEETING",
        "RECORDING_TRANSCRIPTION_GENERATED",
        "OOO_CREATED",
        "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
        "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
        "DELEGATION_CREDENTIAL_ERROR",
    )
)
"""The triggers of the document."""


def lost_on_later_pages(name: str) -> Working:
    """A filter does not count beyond the first page."""

    def does(handler: Handler, call: Call) -> Any:
        if place(call)[0]:
            call.query = {each: value for each, value in call.query.items() if each != name}
        return handler(call)

    return does


def lost_with(name: str, other: str) -> Working:
    """One parameter does not count where another is sent."""

    def does(handler: Handler, call: Call) -> Any:
        if other in call.query:
            call.query = {each: value for each, value in call.query.items() if each != name}
        return handler(call)

    return does


def either(one: str, other: str) -> Working:
    """Of two filters one is enough."""

    def does(handler: Handler, call: Call) -> Any:
        asked = call.query
        if not {one, other} <= asked.keys():
            return handler(call)
        whole = placed(call, 0, 1000)
        found: dict[Any, Any] = {}
        for name in (one, other):
            call.query = {each: value for each, value in whole.items() if each != name}
            found |= {row["id"]: row for row in handler(call).items}
        call.query = asked
        return paged(call, list(found.values()))

    return does


def sorted_in_pages(sort: str, name: str) -> Working:
    """A page is sorted, not the list."""

    def does(handler: Handler, call: Call) -> Any:
        way = call.query.get(sort)
        call.query = {each: value for each, value in call.query.items() if each != sort}
        page = handler(call)
        if way is None:
            return page
        return Page(sorted(page.items, key=lambda row: str(row[name]), reverse=way == "desc"), page.pagination)

    return does


def foreign_key(request: Arriving) -> bool:
    """A key of another organization than the path's."""
    holder = request.world.by_key.get(request.headers.get(BEARER, "").partition(" ")[2])
    return holder is not None and str(holder.tenant.org_id) != request.raw.get("orgId")


def _beyond_16_bits(sent: Any) -> bool:
    texts = sent.values() if isinstance(sent, dict) else ()
    return any(ord(letter) > 0xFFFF for text in texts if isinstance(text, str) for letter in text)


def _known(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [each for each in value if isinstance(each, str) and each in KNOWN] or ["BOOKING_CREATED"]


_LISTS: tuple[tuple[str, str, str, Working], ...] = (
    (
        "teams-lost-on-later-pages",
        at.ASSIGNED,
        "Beyond the first page teamIds does not count.",
        lost_on_later_pages("teamIds"),
    ),
    (
        "hosts-lost-on-later-pages",
        at.BOOKINGS,
        "Beyond the first page userIds does not count.",
        lost_on_later_pages("userIds"),
    ),
    (
        "status-or-event-type",
        at.BOOKINGS,
        "Of status and eventTypeIds one is enough.",
        either("status", "eventTypeIds"),
    ),
    ("hosts-lose-the-order", at.BOOKINGS, "With userIds sortEnd does not count.", lost_with("sortEnd", "userIds")),
    (
        "forms-sorted-in-pages",
        at.FORMS,
        "sortCreatedAt sorts each page, not the list.",
        sorted_in_pages("sortCreatedAt", "createdAt"),
    ),
)
_INPUTS: tuple[tuple[str, str, str, Change], ...] = (
    ("unknown-trigger-dropped", at.UPDATE_WEBHOOK, "A trigger nobody knows is left out.", member("triggers", _known)),
    (
        "any-email-of-a-user",
        at.UPDATE_USER,
        "An email that is none is accepted.",
        member("email", lambda value: value if "@" in str(value) or not isinstance(value, str) else f"{value}@x.org"),
    ),
    (
        "any-address-of-a-webhook",
        at.CREATE_WEBHOOK,
        "An address that is none is accepted.",
        member(
            "subscriberUrl",
            lambda value: value if not isinstance(value, str) or "://" in value else "https://example.com/none",
        ),
    ),
    (
        "picture-letters-500",
        at.CREATE_ATTRIBUTE,
        "Letters beyond 16 bits are answered 500.",
        failing(_beyond_16_bits),
    ),
    (
        "zero-byte-in-a-name-500",
        at.BOOKINGS,
        "A zero byte in attendeeName is answered 500.",
        parameter_failing("attendeeName", lambda text: "\0" in text),
    ),
    ("empty-update-500", at.UPDATE_OPTION, "An update of nothing is answered 500.", failing(lambda sent: sent == {})),
)

for _name, _at, _text, _does in _LISTS:
    working(_name, _at, _text, _does, "pagination")
for _name, _at, _text, _change in _INPUTS:
    inside(_name, _at, _text, _change)
door("foreign-key-500", at.BY_SLUG, "A key of another organization is answered 500.", answering(foreign_key, 500))
leaving("tag-never-changes", at.USERS, "A success always has the same tag.", header("etag", '"1"'))
