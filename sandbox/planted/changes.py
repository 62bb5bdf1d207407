"""What one operation does to things that it should not do, or does not do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.calls import Call, Handler
from sandbox.planted.planting import Working
from sandbox.refusals import RefusalError, failure
from sandbox.state import Row

_SHELVES = {
    "webhooks": "webhooks",
    "memberships": "memberships",
    "users": "managed",
    "options": "options",
    "attributes": "attributes",
    "delegation-credentials": "credentials",
}
"""By the last segment of a path that names what an operation is about: where the tenant has it."""


def rows(call: Call) -> dict[Any, Row]:
    """The tenant's things of the kind an operation is about, by their ids."""
    kind = next(each for each in reversed(call.operation.segments) if each in _SHELVES)
    found: dict[Any, Row] = getattr(call.tenant, _SHELVES[kind])
    return found


def stored(call: Call, shown: Row) -> Row:
    """What is kept of a thing that was just answered."""
    return rows(call)[shown["user"]["id"] if "accessToken" in shown else shown["id"]]


# -- what is sent, and what is kept of it -----------------------------------------------------------------------------


def answered_only(name: str, kept: Any) -> Working:
    """A member is answered as it was sent, and something else is kept."""

    def does(handler: Handler, call: Call) -> Any:
        shown = handler(call)
        if name in call.body:
            row = stored(call, shown)
            shown = {**shown}
            row[name] = kept
        return shown

    return does


def left_out(name: str) -> Working:
    """A member is accepted and has no effect."""

    def does(handler: Handler, call: Call) -> Any:
        call.body = {each: value for each, value in call.body.items() if each != name}
        return handler(call)

    return does


def kept_as(name: str, rewrite: Callable[[Any], Any]) -> Working:
    """A member is kept as something else than was sent."""

    def does(handler: Handler, call: Call) -> Any:
        if name in call.body:
            call.body = call.body | {name: rewrite(call.body[name])}
        return handler(call)

    return does


def drifting(name: str, rewrite: Callable[[Any], Any], *, when: str = "") -> Working:
    """A member that was not sent is changed all the same, with any update or with one of a certain member."""

    def does(handler: Handler, call: Call) -> Any:
        shown = handler(call)
        if name not in call.body and (when in call.body or not when):
            row = stored(call, shown)
            row[name] = rewrite(row[name])
            shown = {**shown, name: row[name]}
        return shown

    return does


def told_as_before(handler: Handler, call: Call) -> Any:
    """An update is carried out and answered with what was before."""
    before = {key: dict(row) for key, row in rows(call).items()}
    shown = handler(call)
    return {**shown, **before[shown["id"]]}


def neighbours_too(name: str) -> Working:
    """An update of a member changes it in the next thing as well."""

    def does(handler: Handler, call: Call) -> Any:
        shown = handler(call)
        if name in call.body:
            parent = shown.get("attributeId")
            others = [row for key, row in rows(call).items() if key != shown["id"] and row.get("attributeId") == parent]
            if others:
                others[-1][name] = call.body[name]
        return shown

    return does


def only_one_member(handler: Handler, call: Call) -> Any:
    """Of an update of several members the last is lost."""
    if len(call.body) > 1:
        call.body = dict(list(call.body.items())[:-1])
    return handler(call)


# -- creations and deletions ------------------------------------------------------------------------------------------


def not_deleted(handler: Handler, call: Call) -> Any:
    """A deletion is answered as done, and is not."""
    kept = dict(rows(call))
    shown = handler(call)
    rows(call).update(kept)
    return shown


def done_and_500(handler: Handler, call: Call) -> Any:
    """It is carried out and answered 500."""
    handler(call)
    raise failure()


def failing_once(handler: Handler, call: Call) -> Any:
    """The second request is answered 500, as of a deadlock, and nothing is done."""
    count = call.world.memory.setdefault("calls", 0) + 1
    call.world.memory["calls"] = count
    if count == 2:
        raise failure()
    return handler(call)


def failing_every(number: int) -> Working:
    """Every so manieth request is answered 500."""

    def does(handler: Handler, call: Call) -> Any:
        count = call.world.memory["calls"] = call.world.memory.get("calls", 0) + 1
        if count % number == 0:
            raise failure()
        return handler(call)

    return does


def missing_is_gone(handler: Handler, call: Call) -> Any:
    """What is not there is deleted with success."""
    try:
        return handler(call)
    except RefusalError:
        some = next(iter(rows(call).values()), None)
        if some is None:
            raise
        return {**some}


def missing_500(handler: Handler, call: Call) -> Any:
    """What is not there is answered 500."""
    try:
        return handler(call)
    except RefusalError as problem:
        if problem.status == 404:
            raise failure() from problem
        raise


def conflict_500(handler: Handler, call: Call) -> Any:
    """What is there already is answered 500."""
    try:
        return handler(call)
    except RefusalError as problem:
        if problem.status == 409:
            raise failure() from problem
        raise


def another_goes_too(handler: Handler, call: Call) -> Any:
    """A deletion takes the thing that was made last with it."""
    shown = handler(call)
    things = rows(call)
    if things:
        del things[list(things)[-1]]
    return shown


def made_twice(handler: Handler, call: Call) -> Any:
    """A creation makes a second thing nobody is told of."""
    shown = handler(call)
    number = call.world.number()
    rows(call)[number] = {**stored(call, shown), "id": number}
    return shown


def single_select_adds(handler: Handler, call: Call) -> Any:
    """A second option of a SINGLE_SELECT attribute is added to the first."""
    attribute = call.tenant.attributes.get(call.body["attributeId"], {})
    kind = attribute.get("type")
    if kind == "SINGLE_SELECT":
        attribute["type"] = "MULTI_SELECT"
    try:
        return handler(call)
    finally:
        if kind:
            attribute["type"] = kind


def all_of_a_kind(handler: Handler, call: Call) -> Any:
    """Taking one option from a user takes all of them."""
    shown = handler(call)
    call.tenant.drop_assignments(lambda each: each.member_id == shown["memberId"])
    return shown
