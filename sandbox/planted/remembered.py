"""What one operation shows late, and whose things it takes: caches and look-ups that are wrong by one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from sandbox.calls import Call, Handler, Page
from sandbox.planted import operations as at
from sandbox.planted.changes import rows
from sandbox.planted.planting import Working, working
from sandbox.refusals import RefusalError


def as_before_once(handler: Handler, call: Call) -> Any:
    """What was changed since it was read last is once read as it was."""
    shown, place = handler(call), f"read {sorted(call.path.items())}"
    last = call.world.memory.get(place)
    call.world.memory[place] = copy.deepcopy(shown)
    return shown if last is None else last


def _listed(change: Callable[[list[Any], list[Any]], list[Any]]) -> Working:
    """A list is shown by what it has now and what the same request was shown last."""

    def does(handler: Handler, call: Call) -> Any:
        page, place = handler(call), f"list {sorted(call.path.items())} {sorted(call.query.items())}"
        now = page.items if isinstance(page, Page) else page
        last = call.world.memory.get(place, now)
        call.world.memory[place] = [*now]
        told = change(last, now)
        return Page(told, page.pagination) if isinstance(page, Page) else told

    return does


def _with_the_gone(last: list[Any], now: list[Any]) -> list[Any]:
    there = {each["id"] for each in now}
    return [*now, *(each for each in last if each["id"] not in there)]


def _without_the_new(last: list[Any], now: list[Any]) -> list[Any]:
    known = {each["id"] for each in last}
    return [each for each in now if each["id"] in known]


def of_any_tenant(handler: Handler, call: Call) -> Any:
    """What is not there is looked for among the things of others."""
    try:
        return handler(call)
    except RefusalError as refusal:
        if refusal.status != 404:
            raise
    for tenant in call.world.others(call.tenant):
        call.tenant = tenant
        break
    return handler(call)


def users_of_others_join(handler: Handler, call: Call) -> Any:
    """Somebody of another tenant is taken for one of this."""
    for tenant in call.world.others(call.tenant):
        if (user := tenant.users.get(call.body["userId"])) is not None:
            call.tenant.users.setdefault(user["id"], user)
    return handler(call)


def own_value_taken(name: str) -> Working:
    """An update that says what is there already is refused as a conflict with itself."""

    def does(handler: Handler, call: Call) -> Any:
        mine = rows(call).get(list(call.path.values())[-1], {})
        if name in call.body and mine.get(name) == call.body[name]:
            raise RefusalError(409, "This is taken already.")
        return handler(call)

    return does


def nothing_is_missing(handler: Handler, call: Call) -> Any:
    """A list of nothing is answered 404."""
    found = handler(call)
    if not found:
        raise RefusalError(404, "There is nothing.")
    return found


_PLANTED: tuple[tuple[str, str, str, Working], ...] = (
    (
        "webhook-reads-as-before-once",
        at.WEBHOOK,
        "A webhook that was changed is once read as it was before.",
        as_before_once,
    ),
    (
        "deleted-attribute-listed-once",
        at.ATTRIBUTES,
        "What was deleted is once listed all the same.",
        _listed(_with_the_gone),
    ),
    ("new-option-listed-late", at.OPTIONS, "What is new is once left out.", _listed(_without_the_new)),
    ("membership-of-others-read", at.MEMBERSHIP, "A membership of any organization is read.", of_any_tenant),
    ("webhook-of-any-client-deleted", at.DELETE_WEBHOOK, "A webhook of any client is deleted.", of_any_tenant),
    ("user-of-any-client-forced", at.FORCE, "A user of any client gets new tokens.", of_any_tenant),
    (
        "users-of-others-join",
        at.CREATE_MEMBERSHIP,
        "A user of another organization becomes a member.",
        users_of_others_join,
    ),
    ("nothing-held-404", at.HELD, "A user who has no option is answered 404.", nothing_is_missing),
)

for _name, _at, _text, _does in _PLANTED:
    working(_name, _at, _text, _does)
working(
    "own-slug-is-taken",
    at.UPDATE_ATTRIBUTE,
    "An update to the slug that it has is refused as a conflict.",
    own_value_taken("slug"),
)
