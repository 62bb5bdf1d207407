"""Managed users of an OAuth client."""

from __future__ import annotations

from typing import Any

from sandbox.calls import Call, Page, handles
from sandbox.faults import fault
from sandbox.pages import page
from sandbox.refusals import RefusalError
from sandbox.state import Row, Tenant

CREATE = "OAuthClientUsersController_createUser"
LIST = "OAuthClientUsersController_getManagedUsers"
UPDATE = "OAuthClientUsersController_updateUser"
DELETE = "OAuthClientUsersController_deleteUser"

PATCH_RESETS = fault(
    "patch-resets-unsent-members",
    family="state",
    scope=(UPDATE,),
    text="Members that an update does not send go back to their defaults.",
)
SENT_MEMBER_LOST = fault(
    "patch-loses-sent-member",
    family="state",
    scope=(UPDATE,),
    text="An update of the name is answered as done and not stored.",
)
DUPLICATE = fault(
    "duplicate-accepted",
    family="state",
    scope=(CREATE,),
    text="A second user with the same email is created.",
)
NOT_IN_LIST = fault(
    "created-not-in-list",
    family="state",
    scope=(CREATE, LIST),
    text="A user that was created can be read but is not in the list.",
)
TOKEN_SURVIVES = fault(
    "token-survives-deletion",
    family="state",
    scope=(DELETE,),
    text="The access token of a deleted user keeps working.",
)
FILTER_IGNORED = fault(
    "filter-ignored",
    family="pagination",
    scope=(LIST,),
    text="The emails filter has no effect.",
)

_PROFILE = (
    "email",
    "name",
    "timeFormat",
    "weekStart",
    "timeZone",
    "locale",
    "avatarUrl",
    "bio",
    "metadata",
    "defaultScheduleId",
)


def find(call: Call) -> Row:
    """The managed user the path names, or RefusalError 404."""
    user = call.tenant.managed.get(call.path["userId"])
    if user is None:
        raise RefusalError(404, "There is no such user.")
    return user


@handles(LIST)
def list_users(call: Call) -> Page:
    """The client's users, oldest first, perhaps only those with one of some emails."""
    users = list(call.tenant.managed.values())
    if NOT_IN_LIST in call.faults:
        users = [user for user in users if user["id"] not in call.tenant.hidden]
    wanted = call.query.get("emails")
    if not wanted or FILTER_IGNORED in call.faults:
        return page(call, users)
    return page(call, [user for user in users if user["email"] in wanted], len(users))


@handles(CREATE)
def create_user(call: Call) -> dict[str, Any]:
    """A new user with a token pair."""
    if DUPLICATE not in call.faults:
        _free(call.tenant, call.body["email"], None)
    user = new_user(call)
    call.tenant.users[user["id"]] = call.tenant.managed[user["id"]] = user
    call.tenant.teams_of[user["id"]] = frozenset()
    if NOT_IN_LIST in call.faults:
        call.tenant.hidden.add(user["id"])
    pair = call.world.tokens.issue(call.tenant.client_id, user["id"], call.world.clock())
    return {**pair, "user": user}


@handles("OAuthClientUsersController_getUserById")
def get_user(call: Call) -> Row:
    """One user."""
    return find(call)


@handles(UPDATE)
def update_user(call: Call) -> Row:
    """Change what was sent; metadata gains members and keeps the others."""
    user = find(call)
    if "email" in call.body:
        _free(call.tenant, call.body["email"], user["id"])
    changes = _profile(call.body)
    if "metadata" in changes:
        changes["metadata"] = {**user["metadata"], **changes["metadata"]}
    if SENT_MEMBER_LOST in call.faults and "name" in changes:
        name = changes.pop("name")
        user.update(changes)
        return {**user, "name": name}
    if PATCH_RESETS in call.faults:
        user.update(bio=None, avatarUrl=None, locale="en", timeFormat=12, metadata={})
    user.update(changes)
    return user


@handles(DELETE)
def delete_user(call: Call) -> Row:
    """Forget a user and everything that is only theirs."""
    user = find(call)
    call.tenant.drop_user(user["id"])
    if TOKEN_SURVIVES not in call.faults:
        call.world.tokens.forget(user["id"])
    return user


def new_user(call: Call) -> Row:
    """A user as the body wants it. Only with a time zone does a user get a schedule."""
    user: dict[str, Any] = {
        "id": call.world.number(),
        "email": None,
        "username": None,
        "name": None,
        "bio": None,
        "timeZone": "UTC",
        "weekStart": "Sunday",
        "createdDate": call.world.now(),
        "timeFormat": 12,
        "defaultScheduleId": call.world.number() if "timeZone" in call.body else None,
        "locale": "en",
        "avatarUrl": None,
        "metadata": {},
    }
    return user | _profile(call.body)


def _profile(body: Row) -> Row:
    """What a body may set; anything else it carries is left alone."""
    return {name: body[name] for name in _PROFILE if name in body}


def _free(tenant: Tenant, email: str, owner: int | None) -> None:
    taken = (user["id"] for user in tenant.managed.values() if user["email"].lower() == email.lower())
    if any(user_id != owner for user_id in taken):
        raise RefusalError(409, "Another user has this email already.")
