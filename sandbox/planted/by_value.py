"""What goes wrong for one value only, in one place of a list, or when two things come together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.calls import Call, Handler, Page
from sandbox.planted import operations as at
from sandbox.planted.changes import kept_as, rows, stored
from sandbox.planted.inputs import refusing
from sandbox.planted.lists import place, placed
from sandbox.planted.planting import Working, inside, working
from sandbox.refusals import RefusalError, failure


def one_value(name: str, value: Any, other: Any) -> Working:
    """One value of a member is kept as another."""
    return kept_as(name, lambda sent: other if sent == value else sent)


def first_of_list(name: str) -> Working:
    """Of a list in a body the first item counts."""
    return kept_as(name, lambda sent: sent[:1] if isinstance(sent, list) else sent)


def lost_inside(name: str) -> Working:
    """What an object in a body holds is lost; the object stays."""
    return kept_as(name, lambda sent: {} if isinstance(sent, dict) else sent)


def none_for(name: str, value: Any) -> Working:
    """One value of a filter finds nothing."""

    def does(handler: Handler, call: Call) -> Any:
        page = handler(call)
        wanted = call.query.get(name, [])
        nothing = wanted == value or wanted == [value]
        return Page([], page.pagination) if nothing else page

    return does


def all_where_none(handler: Handler, call: Call) -> Any:
    """A filter that finds nothing is taken for none."""
    page = handler(call)
    if page.items or place(call)[0]:
        return page
    paging = call.operation.paging
    assert paging is not None
    call.query = {paging.size.name: place(call)[1], paging.position.name: 0}
    return handler(call)


def told_on_the_last(meaning: str, change: Callable[[Any], Any]) -> Working:
    """What is told of the pages is wrong on the last one."""

    def does(handler: Handler, call: Call) -> Any:
        page, names = handler(call), call.world.document.pages
        if not page.pagination or page.pagination[names["next"]] or not place(call)[0]:
            return page
        name = names[meaning]
        return Page(page.items, {**page.pagination, name: change(page.pagination[name])})

    return does


def backwards_behind_the_first(handler: Handler, call: Call) -> Any:
    """Every page but the first is backwards."""
    page = handler(call)
    return Page(page.items[::-1], page.pagination) if place(call)[0] else page


def failing_with(*names: str) -> Working:
    """Parameters that come together are answered 500."""

    def does(handler: Handler, call: Call) -> Any:
        if {*names} <= call.query.keys():
            raise failure()
        return handler(call)

    return does


def failing_past_the_end(handler: Handler, call: Call) -> Any:
    """A page past the end is answered 500."""
    page = handler(call)
    if place(call)[0] and not page.items:
        raise failure()
    return page


def another_answered(handler: Handler, call: Call) -> Any:
    """It is done, and another thing is answered."""
    others = [row for row in rows(call).values() if row["id"] not in call.path.values()]
    shown = handler(call)
    return others[0] if others else shown


def reset_by(name: str, other: str, value: Any) -> Working:
    """An update of one member sets another, answered as it was."""

    def does(handler: Handler, call: Call) -> Any:
        shown = dict(handler(call))
        if name in call.body and other not in call.body:
            stored(call, shown)[other] = value
        return shown

    return does


def memberships_stay(handler: Handler, call: Call) -> Any:
    """What hangs on a deleted thing stays."""
    kept = dict(call.tenant.memberships)
    users = dict(call.tenant.users)
    shown = handler(call)
    call.tenant.memberships.update(kept)
    call.tenant.users.update(users)
    call.tenant.managed.pop(shown["id"], None)
    return shown


def last_stays(handler: Handler, call: Call) -> Any:
    """Of all things the last is not deleted."""
    last = list(rows(call).items())[-1:]
    shown = handler(call)
    rows(call).update(last)
    return shown


def every_page_of(size: int) -> Working:
    """A page of one size lacks its last item."""

    def does(handler: Handler, call: Call) -> Any:
        page, (_, take) = handler(call), place(call)
        return Page(page.items[:-1], page.pagination) if take == size and len(page.items) == size else page

    return does


def first_eight_alone(handler: Handler, call: Call) -> Any:
    """The position counts only up to eight."""
    skip, take = place(call)
    call.query = placed(call, min(skip, 8), take)
    return handler(call)


def conflicts_with(name: str) -> Working:
    """A value is taken if another begins with the same three letters."""

    def does(handler: Handler, call: Call) -> Any:
        parent = call.path.get("attributeId")
        taken = {str(row[name])[:3] for row in rows(call).values() if row.get("attributeId") == parent}
        if str(call.body.get(name))[:3] in taken:
            raise RefusalError(409, "This is taken already.")
        return handler(call)

    return does


_PLANTED: tuple[tuple[str, str, str, Working], ...] = (
    ("owner-made-an-admin", at.CREATE_MEMBERSHIP, "OWNER is kept as ADMIN.", one_value("role", "OWNER", "ADMIN")),
    ("twelve-hours-for-all", at.UPDATE_USER, "A time format of 24 is kept as 12.", one_value("timeFormat", 24, 12)),
    (
        "first-option-of-an-attribute",
        at.CREATE_ATTRIBUTE,
        "Of its options the first is made.",
        first_of_list("options"),
    ),
    ("metadata-emptied", at.CREATE_USER, "What metadata holds is lost.", lost_inside("metadata")),
    ("no-cancelled-bookings", at.BOOKINGS, "status=cancelled finds nothing.", none_for("status", "cancelled")),
    ("all-users-where-none", at.USERS, "emails that nobody has find everybody.", all_where_none),
    ("last-page-has-a-next", at.BY_SLUG, "The last page has a next one.", told_on_the_last("next", lambda _: True)),
    (
        "total-of-the-last-page",
        at.USERS,
        "The last page tells one less in all.",
        told_on_the_last("total", lambda x: x - 1),
    ),
    ("later-pages-backwards", at.WEBHOOKS, "Every page but the first is backwards.", backwards_behind_the_first),
    (
        "status-and-order-500",
        at.BOOKINGS,
        "status and sortUpdatedAt together are 500.",
        failing_with("status", "sortUpdatedAt"),
    ),
    ("past-the-members-500", at.MEMBERSHIPS, "A page past the end is 500.", failing_past_the_end),
    ("another-option-answered", at.DELETE_OPTION, "A deletion answers with another option.", another_answered),
    ("type-reset-by-enabled", at.UPDATE_ATTRIBUTE, "enabled makes the type TEXT.", reset_by("enabled", "type", "TEXT")),
    ("memberships-outlive-users", at.DELETE_USER, "A deleted user stays a member.", memberships_stay),
    ("last-webhook-stays", at.DELETE_WEBHOOKS, "The last webhook is not deleted.", last_stays),
    ("pages-of-seven-short", at.FORMS, "A page of seven has six.", every_page_of(7)),
    ("nothing-behind-eight", at.ASSIGNED, "skip counts up to eight.", first_eight_alone),
    ("options-alike-conflict", at.UPDATE_OPTION, "Values that begin alike conflict.", conflicts_with("value")),
)
for _name, _at, _text, _does in _PLANTED:
    working(_name, _at, _text, _does)
inside(
    "owner-refused-on-update",
    at.UPDATE_MEMBERSHIP,
    "The role OWNER is refused.",
    refusing(lambda sent: sent.get("role") == "OWNER"),
)
