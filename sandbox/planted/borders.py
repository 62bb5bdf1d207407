"""What one operation mistakes at the edges of what may be sent, and what it tells of itself there."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from attrs import evolve

from sandbox.answers import Answer
from sandbox.calls import Call, Handler, Page
from sandbox.document import Operation
from sandbox.planted import operations as at
from sandbox.planted.answering import error, member
from sandbox.planted.changes import kept_as
from sandbox.planted.doors import SECRET, members_write
from sandbox.planted.inputs import id_failing, parameter_failing, query, refusing
from sandbox.planted.lists import filtered_by, place
from sandbox.planted.planting import (
    Arriving,
    Change,
    Working,
    beside,
    door,
    inside,
    leaving,
    named,
    working,
)
from sandbox.planted.remembered import of_any_tenant
from sandbox.refusals import RefusalError
from sandbox.router import Match
from sandbox.spoiling import Asked, Spoiler, content, put
from sandbox.state import Booking

# -- lists ------------------------------------------------------------------------------------------------------------


def page_rounded_up(handler: Handler, call: Call) -> Any:
    """The page that a position lies in is rounded up."""
    page, (skip, take) = handler(call), place(call)
    name = call.world.document.pages["page"]
    return Page(page.items, {**page.pagination, name: -(-skip // take) + 1})


def _of_teams_or_none(handler: Handler, call: Call) -> Any:
    """Forms without a team come with every team."""
    wanted = call.query.get("teamIds")
    if wanted:
        forms = [each for each in call.tenant.forms if each.row["teamId"] in (None, *wanted)]
        call.tenant = evolve(call.tenant, forms=forms)
        call.query = {name: value for name, value in call.query.items() if name != "teamIds"}
    return handler(call)


def lost_beside(name: str, other: str) -> Working:
    """One end of a range does not count where the other is sent."""

    def does(handler: Handler, call: Call) -> Any:
        if other in call.query:
            call.query = {each: value for each, value in call.query.items() if each != name}
        return handler(call)

    return does


def default_of(name: str, value: int) -> Change:
    """A page that is not sized has another size than the document says."""

    def change(request: Arriving) -> None:
        if name not in dict(parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True)):
            request.query_string = b"&".join(filter(None, (request.query_string, f"{name}={value}".encode())))

    return change


def _all_of_them(booking: Booking, wanted: Any) -> bool:
    return {*wanted} <= booking.host_ids()


def _first_attendee(booking: Booking, wanted: Any) -> bool:
    return bool(booking.row["attendees"][0]["email"] == wanted)


# -- bodies, ids and tokens -------------------------------------------------------------------------------------------


def half_kept(name: str) -> Change:
    """Of an update that is refused for another member this one is kept."""

    def change(request: Arriving) -> None:
        try:
            sent = json.loads(request.body or b"")
        except (ValueError, RecursionError):
            return
        tenant = request.world.by_client.get(request.raw["clientId"])
        row = (
            tenant.webhooks.get(int(request.raw["webhookId"]))
            if tenant and request.raw["webhookId"].isdecimal()
            else None
        )
        if row is not None and isinstance(sent, dict) and isinstance(sent.get(name), str):
            row[name] = sent[name]

    return change


def spent_at_the_door(request: Arriving) -> None:
    """A refresh token is spent by a request that is refused for its secret."""
    book = request.world.tokens
    if request.headers.get(SECRET) in request.world.by_secret:
        return
    try:
        sent = json.loads(request.body or b"")[book.rules.present]
    except (ValueError, RecursionError, KeyError, TypeError):
        return
    token = book.presented(sent) if isinstance(sent, str) else None
    if token is not None:
        token.spent = True


def zero_is_the_first(request: Arriving) -> None:
    """The number 0 is taken for the first user."""
    tenant = request.world.by_client.get(request.raw["clientId"])
    if tenant and request.raw["userId"].strip("0") == "":
        request.raw["userId"] = str(next(iter(tenant.managed)))


def no_offset(_: Arriving, text: str) -> str:
    """A time without its offset."""
    return f"{text[:19]}Z" if len(text) > 20 and text[-6] in "+-" else text


def no_charset(request: Arriving) -> None:
    """JSON that says its charset is not taken for JSON."""
    if ";" in request.headers.get("content-type", ""):
        raise RefusalError(400, "The body has to be JSON.")


def keys_in_small_letters(value: Any) -> Any:
    return {key.lower(): each for key, each in value.items()} if isinstance(value, dict) else value


def expires_in_milliseconds(handler: Handler, call: Call) -> Any:
    """The claim of its expiry is in milliseconds."""
    pair, book = handler(call), call.world.tokens
    book.amend(pair, {book.rules.claims["expires"]: pair[book.rules.access.expires] * 1000})
    return pair


# -- answers ----------------------------------------------------------------------------------------------------------


def later_pages_kept(answer: Answer, _: Asked) -> None:
    """Every page but the first may be kept."""
    if answer.status == 200 and content(answer)["pagination"]["hasPreviousPage"]:
        put(answer, "cache-control", "max-age=300")


def not_allowed(_: Match) -> Operation:
    """A 405 does not say what is allowed."""
    raise RefusalError(405, "This method is not allowed here.")


_LISTS: tuple[tuple[str, str, str, Working], ...] = (
    ("page-rounded-up", at.USERS, "currentPage is rounded up.", page_rounded_up),
    ("teamless-forms-with-every-team", at.FORMS, "Forms without a team pass every teamIds.", _of_teams_or_none),
    (
        "end-of-a-range-ignored",
        at.FORMS,
        "beforeCreatedAt does not count beside afterCreatedAt.",
        lost_beside("beforeCreatedAt", "afterCreatedAt"),
    ),
    (
        "first-attendee-alone",
        at.BOOKINGS,
        "attendeeEmail looks at the first attendee alone.",
        filtered_by("attendeeEmail", _first_attendee),
    ),
    (
        "all-hosts-needed",
        at.BOOKINGS,
        "Of several userIds all have to be hosts.",
        filtered_by("userIds", _all_of_them),
    ),
)
_STATES: tuple[tuple[str, str, str, Working], ...] = (
    ("user-of-others-deleted", at.DELETE_USER, "A user of any client is deleted.", of_any_tenant),
    ("what-others-have-shown", at.HELD, "What users of other organizations have is shown.", of_any_tenant),
    (
        "metadata-in-small-letters",
        at.UPDATE_USER,
        "The names in metadata are kept in small letters.",
        kept_as("metadata", keys_in_small_letters),
    ),
    (
        "forced-claim-in-milliseconds",
        at.FORCE,
        "A forced token's claim of its expiry is in milliseconds.",
        expires_in_milliseconds,
    ),
)
_INSIDE: tuple[tuple[str, str, str, Change], ...] = (
    ("default-page-of-four", at.WEBHOOKS, "A page that is not sized has four.", default_of("take", 4)),
    (
        "empty-take-500",
        at.BY_SLUG,
        "A take without a value is answered 500.",
        parameter_failing("take", lambda text: not text),
    ),
    (
        "port-in-an-address-refused",
        at.CREATE_WEBHOOK,
        "An address with a port is refused.",
        refusing(lambda sent: ":" in str(sent.get("subscriberUrl")).partition("://")[2].partition("/")[0]),
    ),
    (
        "half-of-an-invalid-update",
        at.UPDATE_WEBHOOK,
        "The template is kept though the update is refused.",
        half_kept("payloadTemplate"),
    ),
    ("charset-refused", at.CREATE_OPTION, "JSON that says its charset is refused.", no_charset),
)
_ANSWERS: tuple[tuple[str, str, str, Spoiler], ...] = (
    ("messages-in-a-list", at.CREATE_USER, "The message of a 400 is a list.", error(400, message=["It is not valid."])),
    ("later-pages-may-be-kept", at.ATTRIBUTES, "Every page but the first may be kept.", later_pages_kept),
    ("durations-in-seconds", at.BOOKINGS, "duration is in seconds.", member("duration", lambda value: value * 60)),
    (
        "another-event-type-inside",
        at.BOOKINGS,
        "eventType is another than eventTypeId says.",
        member("eventType", lambda value: {**value, "id": value["id"] + 1}),
    ),
    (
        "organization-of-a-credential",
        at.CREATE_CREDENTIAL,
        "organizationId is another organization's.",
        member("organizationId", lambda value: value + 1),
    ),
)

for _name, _at, _text, _does in _LISTS:
    working(_name, _at, _text, _does, "pagination")
for _name, _at, _text, _does in _STATES:
    working(_name, _at, _text, _does)
for _name, _at, _text, _change in _INSIDE:
    inside(_name, _at, _text, _change)
for _name, _at, _text, _spoils in _ANSWERS:
    leaving(_name, _at, _text, _spoils)
door("member-makes-itself-admin", at.UPDATE_MEMBERSHIP, "A member's key may change memberships.", members_write)
door(
    "spent-by-a-refused-request",
    at.REFRESH,
    "A refresh token is spent by a request with a wrong secret.",
    spent_at_the_door,
    "tokens",
)
named("user-zero-is-the-first", at.USER, "User 0 is the first.", zero_is_the_first)
named(
    "negative-membership-500",
    at.MEMBERSHIP,
    "A negative membership id is answered 500.",
    id_failing("membershipId", lambda text: text.startswith("-")),
)
beside("405-without-allow", at.ATTRIBUTE, "PUT", "A 405 does not say what is allowed.", not_allowed)
inside(
    "offset-of-a-bound-dropped",
    at.FORMS,
    "The offset of a time in afterUpdatedAt is not reckoned with.",
    query("afterUpdatedAt", no_offset),
    "pagination",
)
