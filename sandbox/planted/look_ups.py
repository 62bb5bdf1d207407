"""Wrong rows: what one operation finds, counts, shows or frees in place of what it should."""

from __future__ import annotations

import json
from typing import Any

from sandbox.answers import Answer
from sandbox.calls import Call, Handler
from sandbox.planted import operations as at
from sandbox.planted.changes import rows
from sandbox.planted.doors import BEARER
from sandbox.planted.inputs import parameter_failing, query
from sandbox.planted.lists import place, placed
from sandbox.planted.planting import Arriving, Change, Working, door, inside, leaving, named, working
from sandbox.refusals import RefusalError
from sandbox.spoiling import Asked


def one_gives_two(handler: Handler, call: Call) -> Any:
    """A page of one item has two."""
    skip, take = place(call)
    call.query = placed(call, skip, 2 if take == 1 else take)
    return handler(call)


def cut_at(most: int) -> Working:
    """Pages have no more than so many items, whatever size was asked for."""

    def does(handler: Handler, call: Call) -> Any:
        skip, take = place(call)
        call.query = placed(call, skip, min(take, most))
        return handler(call)

    return does


def pages_skipped(handler: Handler, call: Call) -> Any:
    """The position is counted in pages, not in items."""
    skip, take = place(call)
    call.query = placed(call, skip * take, take)
    return handler(call)


def always(name: str, value: str) -> Change:
    """A parameter is taken for a certain value."""
    return query(name, lambda _, __: value)


def by_beginning(handler: Handler, call: Call) -> Any:
    """An email is found by its beginning."""
    wanted = call.query.get("emails", [])
    if not wanted:
        return handler(call)
    found = [row["email"] for row in call.tenant.managed.values() if row["email"].startswith(tuple(wanted))]
    call.query = {**call.query, "emails": found or wanted}
    return handler(call)


def another_in_turn(handler: Handler, call: Call) -> Any:
    """Every third read shows another thing."""
    shown = handler(call)
    count = call.world.memory["reads"] = call.world.memory.get("reads", 0) + 1
    others = [row for row in rows(call).values() if row["id"] != shown["id"]]
    return {**shown, **others[-1]} if count % 3 == 0 and others else shown


def first_twice(handler: Handler, call: Call) -> Any:
    """The first item of a list is in it twice."""
    found = handler(call)
    return [*found[:1], *found]


def next_instead(handler: Handler, call: Call) -> Any:
    """An update changes the thing that was made before, and answers as if it were this one."""
    things, mine = rows(call), handler(call)
    others = [row for row in things.values() if row["id"] != mine["id"]]
    for name in call.body.keys() & {"accepted", "role", "disableImpersonation"} if others else ():
        others[-1][name] = call.body[name]
    return mine


def below_the_first(handler: Handler, call: Call) -> Any:
    """What is made stands below the first parent, not below the one that was named."""
    shown = handler(call)
    first = next(iter(call.tenant.attributes))
    rows(call)[shown["id"]]["attributeId"] = first
    return {**shown, "attributeId": call.path["attributeId"]}


def taken_across_tenants(handler: Handler, call: Call) -> Any:
    """A slug that another organization has is taken."""
    for other in call.world.others(call.tenant):
        if any(row["slug"] == call.body.get("slug") for row in other.attributes.values()):
            raise RefusalError(409, "There is such an attribute already.")
    return handler(call)


def same_access_token(handler: Handler, call: Call) -> Any:
    """A refresh gives an access token of before again."""
    pair, book = handler(call), call.world.tokens
    name = book.rules.access.token
    last = call.world.memory.setdefault("pairs", pair[name])
    return {**pair, name: last}


def read_first(request: Arriving) -> None:
    """A key of another tenant is good where the owner has read the same address before."""
    seen = request.world.memory.setdefault("paths", {})
    holder = request.world.by_key.get(request.headers.get(BEARER, "").partition(" ")[2])
    address = str(sorted(request.raw.items()))
    if holder and str(holder.tenant.org_id) == request.raw.get("orgId"):
        seen[address] = holder.tenant.admin_key
    elif holder and address in seen:
        request.headers[BEARER] = f"Bearer {seen[address]}"


def trailing_accepted(request: Arriving) -> None:
    """What stands behind the JSON of a body is ignored."""
    text = (request.body or b"").decode("utf-8", "replace").lstrip()
    try:
        said, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return
    request.body = json.dumps(said).encode()


def whole_part(name: str) -> Change:
    """Of an id the digits at its beginning count."""

    def change(request: Arriving) -> None:
        text = request.raw[name]
        digits = text[: len(text) - len(text.lstrip("0123456789"))]
        request.raw[name] = digits or text

    return change


def readers_refused(request: Arriving) -> None:
    """The key of somebody who may only read is refused."""
    holder = request.world.by_key.get(request.headers.get(BEARER, "").partition(" ")[2])
    if holder and holder.role == "member":
        raise RefusalError(401, "A valid credential is needed.")


def page_of_words(answer: Answer, _: Asked) -> None:
    """A 401 is a page of HTML."""
    if answer.status == 401:
        answer.body = b"<html><body>Unauthorized</body></html>"


_PLANTED: tuple[tuple[str, str, str, Working], ...] = (
    ("limit-of-one-gives-two", at.USERS, "A limit of 1 gives two users.", one_gives_two),
    ("pages-cut-at-five", at.MEMBERSHIPS, "No page has more than five memberships.", cut_at(5)),
    ("skip-counts-pages", at.ATTRIBUTES, "skip counts pages, not items.", pages_skipped),
    ("emails-by-their-beginning", at.USERS, "emails finds whoever's email begins so.", by_beginning),
    ("another-webhook-in-turn", at.WEBHOOK, "Every third read shows another webhook.", another_in_turn),
    ("another-membership-changes-too", at.UPDATE_MEMBERSHIP, "Another membership gets all of a change.", next_instead),
    (
        "option-below-the-first-attribute",
        at.CREATE_OPTION,
        "A new option belongs to the first attribute.",
        below_the_first,
    ),
    (
        "slug-of-others-taken",
        at.CREATE_ATTRIBUTE,
        "A slug that another organization has is refused as taken.",
        taken_across_tenants,
    ),
    ("access-token-of-before", at.REFRESH, "A refresh gives the access token of the first.", same_access_token),
)
_DOORS: tuple[tuple[str, str, str, Change], ...] = (
    (
        "owner-opens-the-door",
        at.MEMBERSHIP,
        "After the owner has read it any organization's key reads a membership.",
        read_first,
    ),
    ("readers-refused", at.BOOKINGS, "The key of a member who may only read gets 401.", readers_refused),
)

for _name, _at, _text, _does in _PLANTED:
    working(_name, _at, _text, _does)
for _name, _at, _text, _change in _DOORS:
    door(_name, _at, _text, _change)
inside("descending-means-ascending", at.FORMS, "sortUpdatedAt is always ascending.", always("sortUpdatedAt", "asc"))
inside("text-behind-json-ignored", at.UPDATE_ATTRIBUTE, "What stands behind the JSON is ignored.", trailing_accepted)
inside(
    "empty-status-500",
    at.BOOKINGS,
    "No status is 500.",
    parameter_failing("status", lambda text: not text),
)
working("first-held-twice", at.HELD, "The first option of a user is listed twice.", first_twice, family="exchange")
named(
    "digits-of-an-id-suffice",
    at.DELETE_MEMBERSHIP,
    "Of an id the first digits count.",
    whole_part("membershipId"),
    family="state",
)
leaving("refusal-as-a-page", at.USERS, "The body of a 401 is a page of HTML.", page_of_words)
