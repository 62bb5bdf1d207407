"""What one operation mistakes about things that belong together: parents, children, copies, states and neighbours."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from sandbox.calls import Call, Handler, Page
from sandbox.planted import operations as at
from sandbox.planted.changes import rows, stored
from sandbox.planted.planting import Working, working
from sandbox.refusals import RefusalError, failure
from sandbox.state import Row


def taken_by_the_gone(name: str) -> Working:
    """A creation finds the value of what was deleted meanwhile still taken."""

    def does(handler: Handler, call: Call) -> Any:
        seen = call.world.memory.setdefault("seen", {})
        if seen.get(call.body[name], None) not in {None, *rows(call)}:
            raise RefusalError(409, "This is taken already.")
        shown = handler(call)
        seen[call.body[name]] = stored(call, shown)["id"]
        return shown

    return does


def copies_stay(handler: Handler, call: Call) -> Any:
    """What a membership shows of its user is as it was before the user changed."""
    shown = handler(call)
    profiles = call.world.memory.setdefault("profiles", {})
    profile = profiles.setdefault(shown["id"], copy.deepcopy(shown["user"]))
    return {**shown, "user": profile}


def with_another(name: str, value: Callable[[Call], Any]) -> Working:
    """What a thing says of its parent names another one."""
    return lambda handler, call: {**handler(call), name: value(call)}


def only_if(test: Callable[[Row], bool], status: int) -> Working:
    """What is in a certain state is answered as if it were not there, or not at all."""

    def does(handler: Handler, call: Call) -> Any:
        mine = [row for row in rows(call).values() if str(row["id"]) in map(str, call.path.values())]
        if any(test(row) for row in mine):
            raise failure() if status == 500 else RefusalError(status, "There is no such thing.")
        return handler(call)

    return does


def none_left_500(handler: Handler, call: Call) -> Any:
    """Where there is nothing to delete the answer is 500."""
    if not rows(call):
        raise failure()
    return handler(call)


def overwriting(name: str) -> Working:
    """A creation with a value that is taken changes the thing that has it."""

    def does(handler: Handler, call: Call) -> Any:
        for row in rows(call).values():
            if row[name] == call.body[name]:
                row.update({each: call.body[each] for each in call.body.keys() & row.keys()})
                return row
        return handler(call)

    return does


def in_use_500(handler: Handler, call: Call) -> Any:
    """What somebody has of an attribute keeps it from being deleted."""
    if any(each.attribute_id == call.path["attributeId"] for each in call.tenant.assignments.values()):
        raise failure()
    return handler(call)


def children_lost(when: str) -> Working:
    """An update of one member loses what stands below."""

    def does(handler: Handler, call: Call) -> Any:
        shown = handler(call)
        if when in call.body:
            for option in list(call.tenant.options_of(shown["id"])):
                call.tenant.drop_option(option["id"])
        return shown

    return does


def missing_is_empty(handler: Handler, call: Call) -> Any:
    """What hangs on nothing is an empty list."""
    try:
        return handler(call)
    except RefusalError as problem:
        if problem.status != 404:
            raise
        return []


def taken_anywhere(name: str) -> Working:
    """A value below another parent is taken."""

    def does(handler: Handler, call: Call) -> Any:
        if any(row[name] == call.body.get(name) for row in rows(call).values()):
            raise RefusalError(409, "This is taken already.")
        return handler(call)

    return does


def taken_is_fine(name: str) -> Working:
    """That a value is taken goes unseen."""

    def does(handler: Handler, call: Call) -> Any:
        try:
            return handler(call)
        except RefusalError as problem:
            mine = rows(call).get(call.path.get("optionId"))
            if problem.status != 409 or mine is None or name not in call.body:
                raise
            mine[name] = call.body[name]
            return mine

    return does


def cut_inside(name: str) -> Working:
    """A list inside the items has no more than one."""

    def does(handler: Handler, call: Call) -> Any:
        page = handler(call)
        return Page([{**row, name: row[name][:1]} for row in page.items], page.pagination)

    return does


def by_the_slug(handler: Handler, call: Call) -> Any:
    """An option is looked for by its slug where its value is sent."""
    if "attributeOptionId" in call.body or call.body["attributeId"] not in call.tenant.attributes:
        return handler(call)
    options = call.tenant.options_of(call.body["attributeId"])
    found = next((each["value"] for each in options if each["slug"] == call.body["value"]), None)
    if found is None:
        raise RefusalError(404, "There is no such option.")
    call.body = call.body | {"value": found}
    return handler(call)


def last_one_stays(handler: Handler, call: Call) -> Any:
    """The only thing of a user is said to be taken and is not."""
    mine = [each for each in call.tenant.assignments.values() if each.user_id == call.path["userId"]]
    shown = handler(call)
    if len(mine) == 1:
        call.tenant.assignments[mine[0].id] = mine[0]
    return shown


def assignments_stay(handler: Handler, call: Call) -> Any:
    """What a member had is still told of them."""
    kept = dict(call.tenant.assignments)
    shown = handler(call)
    call.tenant.assignments.update(kept)
    return shown


def untouched(name: str) -> Working:
    """A time of the last change does not move with changes."""

    def does(handler: Handler, call: Call) -> Any:
        mine = rows(call).get(list(call.path.values())[-1], {})
        before = mine.get(name)
        shown = handler(call)
        mine[name] = before
        return {**shown, name: before}

    return does


def without_some(test: Callable[[Row], bool]) -> Working:
    """Items in a certain state are not listed."""

    def does(handler: Handler, call: Call) -> Any:
        place = next(each for each in ("memberships", "managed") if getattr(call.tenant, each) is rows(call))
        whole = rows(call)
        setattr(call.tenant, place, {key: row for key, row in whole.items() if test(row)})
        try:
            return handler(call)
        finally:
            setattr(call.tenant, place, whole)

    return does


def unknown_500(name: str) -> Working:
    """A body that names somebody who is not there is answered 500."""

    def does(handler: Handler, call: Call) -> Any:
        if call.body[name] not in call.tenant.users:
            raise failure()
        return handler(call)

    return does


def another_client(call: Call) -> str:
    return next(tenant.client_id for tenant in call.world.others(call.tenant))


_PLANTED: tuple[tuple[str, str, str, Working], ...] = (
    (
        "email-of-a-deleted-user-taken",
        at.CREATE_USER,
        "The email of a user who was deleted stays taken.",
        taken_by_the_gone("email"),
    ),
    (
        "member-shown-as-first-read",
        at.MEMBERSHIP,
        "The user in a membership is as when it was read first.",
        copies_stay,
    ),
    (
        "webhook-names-another-client",
        at.WEBHOOK,
        "oAuthClientId is that of another client.",
        with_another("oAuthClientId", another_client),
    ),
    ("nothing-to-delete-500", at.DELETE_WEBHOOKS, "Deleting all webhooks where there are none is 500.", none_left_500),
    (
        "inactive-webhook-not-found",
        at.DELETE_WEBHOOK,
        "A webhook that is not active cannot be deleted.",
        only_if(lambda row: not row["active"], 404),
    ),
    (
        "taken-slug-overwrites",
        at.CREATE_ATTRIBUTE,
        "A creation with a taken slug changes what has it.",
        overwriting("slug"),
    ),
    (
        "disabled-attribute-not-found",
        at.ATTRIBUTE,
        "An attribute that is not enabled is not found.",
        only_if(lambda row: not row["enabled"], 404),
    ),
    ("attribute-in-use-500", at.DELETE_ATTRIBUTE, "An attribute that somebody has cannot be deleted: 500.", in_use_500),
    (
        "options-lost-with-a-name",
        at.UPDATE_ATTRIBUTE,
        "A new name loses the attribute's options.",
        children_lost("name"),
    ),
    (
        "options-of-nothing-are-none",
        at.OPTIONS,
        "The options of an attribute that is not there are an empty list.",
        missing_is_empty,
    ),
    (
        "slug-of-another-attribute-taken",
        at.CREATE_OPTION,
        "A slug that an option of another attribute has is taken.",
        taken_anywhere("slug"),
    ),
    ("taken-value-on-update", at.UPDATE_OPTION, "A value that another option has is accepted.", taken_is_fine("value")),
    (
        "one-user-of-each-option",
        at.ASSIGNED,
        "Of the users who have an option one is told.",
        cut_inside("assignedUserIds"),
    ),
    ("value-looks-at-the-slug", at.ASSIGN, "value is looked for among the slugs.", by_the_slug),
    ("only-option-stays", at.UNASSIGN, "The only option of a user is said to be taken and stays.", last_one_stays),
    ("options-outlive-a-membership", at.DELETE_MEMBERSHIP, "What a member had is kept.", assignments_stay),
    (
        "update-of-a-credential-untimed",
        at.UPDATE_CREDENTIAL,
        "updatedAt does not move with changes.",
        untouched("updatedAt"),
    ),
    (
        "unaccepted-not-listed",
        at.MEMBERSHIPS,
        "Members who have not accepted are not listed.",
        without_some(lambda row: bool(row["accepted"])),
    ),
    ("unknown-user-joins-500", at.CREATE_MEMBERSHIP, "A user who is not there is answered 500.", unknown_500("userId")),
    (
        "users-without-a-bio-not-listed",
        at.USERS,
        "Users without a bio are not listed.",
        without_some(lambda row: row["bio"] is not None),
    ),
)

for _name, _at, _text, _does in _PLANTED:
    working(_name, _at, _text, _does)
