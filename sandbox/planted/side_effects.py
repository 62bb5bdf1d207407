"""What one operation does besides, leaves undone, or takes from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.calls import Call, Handler, Page
from sandbox.planted import operations as at
from sandbox.planted.by_value import lost_inside, one_value
from sandbox.planted.changes import answered_only, drifting, left_out, missing_is_gone, rows, stored
from sandbox.planted.lists import ends_after, place, placed
from sandbox.planted.planting import Working, working
from sandbox.planted.together import sorted_in_pages
from sandbox.state import Assignment, Row


def reading_sets(name: str, value: Any) -> Working:
    """Who reads a thing changes it, which the next reader sees."""

    def does(handler: Handler, call: Call) -> Any:
        shown = dict(handler(call))
        stored(call, shown)[name] = value
        return shown

    return does


def listing_sets(name: str, value: Any) -> Working:
    """Who lists things changes the first of them, which the next reader sees."""

    def does(handler: Handler, call: Call) -> Any:
        page = handler(call)
        shown = [dict(row) for row in page.items]
        for row in page.items[:1]:
            rows(call)[row["id"]][name] = value
        return Page(shown, page.pagination)

    return does


def listing_turns(name: str) -> Working:
    """Who lists things turns a truth of the last of the page over."""

    def does(handler: Handler, call: Call) -> Any:
        page = handler(call)
        shown = [dict(row) for row in page.items]
        for row in page.items[-1:]:
            rows(call)[row["id"]][name] = not row[name]
        return Page(shown, page.pagination)

    return does


def small_pages_with(size: int, name: str, change: Callable[[Any], Any]) -> Working:
    """Small pages show a member otherwise than large ones."""

    def does(handler: Handler, call: Call) -> Any:
        page = handler(call)
        if place(call)[1] > size:
            return page
        return Page([{**row, name: change(row[name])} for row in page.items], page.pagination)

    return does


def member_takes_user(handler: Handler, call: Call) -> Any:
    """Whose membership ends is deleted as a user."""
    shown = handler(call)
    call.tenant.managed.pop(shown["userId"], None)
    return shown


def inactive_stay(handler: Handler, call: Call) -> Any:
    """Of all webhooks those that are not active stay."""
    kept = {key: row for key, row in rows(call).items() if not row["active"]}
    shown = handler(call)
    rows(call).update(kept)
    return shown


def of_another_attribute(handler: Handler, call: Call) -> Any:
    """An option is found whichever attribute is named beside it."""
    option = call.tenant.options.get(call.body.get("attributeOptionId"))
    if option and call.body["attributeId"] in call.tenant.attributes:
        call.body = call.body | {"attributeId": option["attributeId"]}
    return handler(call)


def others_behind_the_first(handler: Handler, call: Call) -> Any:
    """Every page but the first ends with a thing of another tenant."""
    page = handler(call)
    if not place(call)[0]:
        return page
    others = [row for tenant in call.world.others(call.tenant) for row in tenant.webhooks.values()]
    return Page([*page.items, *others[:1]], page.pagination)


def user_of_another_put_in(handler: Handler, call: Call) -> Any:
    """What users have ends with something of somebody of another tenant."""
    found: list[Row] = handler(call)
    for tenant in call.world.others(call.tenant):
        some: list[Assignment] = list(tenant.assignments.values())[:1]
        return [*found, *({**tenant.options[each.option_id], "id": each.id} for each in some)]
    return found


def full_page_has_next(handler: Handler, call: Call) -> Any:
    """Whoever gets a full page is told that there is a next one."""
    page = handler(call)
    name = call.world.document.pages["next"]
    return Page(page.items, {**page.pagination, name: len(page.items) == place(call)[1]})


def remaining_of_the_first(handler: Handler, call: Call) -> Any:
    """What remains is told as of the first page."""
    page = handler(call)
    names = call.world.document.pages
    left = max(0, page.pagination[names["total"]] - place(call)[1])
    return Page(page.items, {**page.pagination, names["remaining"]: left})


def slips_from(size: int) -> Working:
    """Large pages behind the first begin one item late."""

    def does(handler: Handler, call: Call) -> Any:
        skip, take = place(call)
        if skip and take >= size:
            call.query = placed(call, skip + 1, take)
        return handler(call)

    return does


def none_of(name: str) -> Working:
    """A filter whose value nobody has is taken for none."""

    def does(handler: Handler, call: Call) -> Any:
        page = handler(call)
        if page.items or name not in call.query:
            return page
        call.query = {each: value for each, value in call.query.items() if each != name}
        return handler(call)

    return does


def later_of(name: str, change: Callable[[Any], Any]) -> Working:
    """A member is another after the first update."""

    def does(handler: Handler, call: Call) -> Any:
        shown = dict(handler(call))
        count = call.world.memory[str(shown["id"])] = call.world.memory.get(str(shown["id"]), 0) + 1
        if count > 1 and name not in call.body:
            stored(call, shown)[name] = change(shown[name])
        return shown

    return does


_PLANTED: tuple[tuple[str, str, str, Working], ...] = (
    ("reading-turns-the-locale", at.USER, "Who reads a user sets the locale.", reading_sets("locale", "xx")),
    (
        "reading-disables-an-attribute",
        at.ATTRIBUTE,
        "Who reads an attribute disables it.",
        reading_sets("enabled", False),
    ),
    (
        "listing-empties-a-secret",
        at.WEBHOOKS,
        "Who lists webhooks takes the first one's secret.",
        listing_sets("secret", None),
    ),
    (
        "listing-turns-enabled-over",
        at.ATTRIBUTES,
        "Who lists attributes turns enabled of the last over.",
        listing_turns("enabled"),
    ),
    (
        "small-pages-in-capitals",
        at.ATTRIBUTES,
        "Pages of up to five items have names in capitals.",
        small_pages_with(5, "name", str.upper),
    ),
    (
        "membership-takes-its-user",
        at.DELETE_MEMBERSHIP,
        "Whose membership ends is no managed user any more.",
        member_takes_user,
    ),
    ("inactive-webhooks-stay", at.DELETE_WEBHOOKS, "Webhooks that are not active are not deleted.", inactive_stay),
    ("gone-user-deleted-again", at.DELETE_USER, "Deleting a user who is not there succeeds.", missing_is_gone),
    (
        "option-of-another-attribute-assigned",
        at.ASSIGN,
        "An option is assigned whichever attribute is named.",
        of_another_attribute,
    ),
    (
        "foreign-webhook-on-later-pages",
        at.WEBHOOKS,
        "Later pages end with a webhook of another client.",
        others_behind_the_first,
    ),
    (
        "foreign-option-held",
        at.HELD,
        "What a user has ends with an option of another organization.",
        user_of_another_put_in,
    ),
    (
        "template-not-updated",
        at.UPDATE_WEBHOOK,
        "A new template is accepted and has no effect.",
        left_out("payloadTemplate"),
    ),
    (
        "impersonation-shown-only",
        at.CREATE_MEMBERSHIP,
        "disableImpersonation is answered and not kept.",
        answered_only("disableImpersonation", False),
    ),
    ("metadata-lost-on-update", at.UPDATE_USER, "What new metadata holds is lost.", lost_inside("metadata")),
    (
        "number-becomes-text",
        at.UPDATE_ATTRIBUTE,
        "The type NUMBER is kept as TEXT.",
        one_value("type", "NUMBER", "TEXT"),
    ),
    (
        "template-lost-with-a-secret",
        at.UPDATE_WEBHOOK,
        "A new secret takes the template.",
        drifting("payloadTemplate", lambda _: None, when="secret"),
    ),
    (
        "impersonation-reset-with-a-role",
        at.UPDATE_MEMBERSHIP,
        "A new role allows impersonation.",
        drifting("disableImpersonation", lambda value: not value, when="role"),
    ),
    (
        "locale-lost-at-the-second-update",
        at.UPDATE_USER,
        "Every update of a user but the first loses the locale.",
        later_of("locale", lambda _: "en"),
    ),
    ("full-page-has-a-next", at.BOOKINGS, "Whoever gets a full page is told there is a next.", full_page_has_next),
    (
        "remaining-as-of-the-first-page",
        at.ATTRIBUTES,
        "What remains is told as of the first page.",
        remaining_of_the_first,
    ),
    ("large-pages-slip", at.USERS, "Pages of four and more behind the first begin late.", slips_from(4)),
    ("nothing-beyond-six-users", at.USERS, "Nothing comes beyond the sixth user.", ends_after(6)),
    ("nobodys-team-means-all", at.BOOKINGS, "A team that has no booking is no filter.", none_of("teamId")),
    ("nobodys-form-means-all", at.FORMS, "A booking that no form led to is no filter.", none_of("routedToBookingUid")),
    ("ends-sorted-in-pages", at.BOOKINGS, "sortEnd sorts each page, not the list.", sorted_in_pages("sortEnd", "end")),
)
_OF_LISTS = {
    "listing-turns-enabled-over",
    "small-pages-in-capitals",
    "foreign-webhook-on-later-pages",
    "full-page-has-a-next",
    "remaining-as-of-the-first-page",
    "large-pages-slip",
    "nothing-beyond-six-users",
    "nobodys-team-means-all",
    "nobodys-form-means-all",
    "ends-sorted-in-pages",
}
_FAMILIES = dict.fromkeys(_OF_LISTS, "pagination") | {"foreign-option-held": "credentials"}
for _name, _at, _text, _does in _PLANTED:
    working(_name, _at, _text, _does, _FAMILIES.get(_name, "state"))
