"""Managed users of an OAuth client."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox import rush
from sandbox.calls import GAP, Call, Later, Page, handles
from sandbox.faults import fault
from sandbox.handlers.memberships import new_membership
from sandbox.pages import page
from sandbox.refusals import RefusalError
from sandbox.state import Row, Tenant
from sandbox.variations import variation

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
    family="tokens",
    scope=(DELETE,),
    text="The access token of a deleted user keeps working.",
)
SEVERAL_LOSE_ONE = fault(
    "patch-of-several-loses-one",
    family="state",
    scope=(UPDATE,),
    text="Of an update with more than two members the last is not stored.",
)
STALE_LIST = fault(
    "update-not-in-list",
    family="state",
    scope=(UPDATE, LIST),
    text="An update shows when the user is read; the list keeps the values from before.",
)
CONFLICT_APPLIED = fault(
    "conflicting-update-half-applied",
    family="state",
    scope=(UPDATE,),
    text="An update refused for a taken email has stored its other members all the same.",
)
CREATE_RACE = fault(
    "concurrent-creations-make-two",
    family="state",
    scope=(CREATE,),
    text="Creations with one email at the same moment all succeed: it is looked up a moment before it is stored.",
)
UPDATE_RACE = fault(
    "concurrent-updates-lose-one",
    family="state",
    scope=(UPDATE,),
    text="An update stores the whole user as it was a moment before, which undoes others of that moment.",
)
OPTIONAL_IGNORED = fault(
    "optional-member-ignored",
    family="state",
    scope=(CREATE,),
    text="The avatarUrl of a new user is not stored.",
)
METADATA_LOST = fault(
    "patch-empties-metadata",
    family="state",
    scope=(UPDATE,),
    text="An update that does not send metadata empties it.",
)
MEMBERSHIP_STAYS = fault(
    "deleted-user-stays-member",
    family="state",
    scope=(DELETE,),
    text="Deleting a user leaves the membership, which can be read as before.",
)
EARLIER_UNDONE = fault(
    "patch-undoes-earlier-patch",
    family="state",
    scope=(UPDATE,),
    text="An update starts from the user as it was created: what earlier updates changed is undone.",
)
MEMBER_AT_ONCE = variation(
    "creation-makes-a-member",
    family="state",
    scope=(CREATE,),
    text="A new user is a member of the organization at once.",
)
FILTER_IGNORED = fault(
    "filter-ignored",
    family="pagination",
    scope=(LIST,),
    text="The emails filter has no effect.",
)
FILTER_SUBSTRING = fault(
    "filter-matches-substring",
    family="pagination",
    scope=(LIST,),
    text="The emails filter also keeps users whose email only contains the text.",
)
FILTER_AFTER_PAGING = fault(
    "filter-after-paging",
    family="pagination",
    scope=(LIST,),
    text="The emails filter is applied to the page, not to the list.",
)
FIRST_NAME_ONLY = fault(
    "list-differs-from-item",
    family="pagination",
    scope=(LIST,),
    text="The list shows only the first word of a user's name.",
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
    if STALE_LIST in call.faults:
        users = [call.tenant.former.get(user["id"], user) for user in users]
    if NOT_IN_LIST in call.faults:
        users = [user for user in users if user["id"] not in call.tenant.hidden]
    if FIRST_NAME_ONLY in call.faults:
        users = [{**user, "name": str(user["name"]).split()[0]} for user in users]
    users += [user for user in users if user["id"] in call.tenant.doubled]
    wanted = call.query.get("emails")
    if not wanted or FILTER_IGNORED in call.faults:
        return page(call, users)
    if FILTER_AFTER_PAGING in call.faults:
        whole = page(call, users)
        return Page([user for user in whole.items if user["email"] in wanted], whole.pagination)
    if FILTER_SUBSTRING in call.faults:
        return page(call, [user for user in users if any(text in user["email"] for text in wanted)])
    return page(call, [user for user in users if user["email"] in wanted], len(users))


@handles(CREATE)
def create_user(call: Call) -> dict[str, Any] | Later:
    """A new user with a token pair."""
    if DUPLICATE not in call.faults:
        _free(call.tenant, call.body["email"], None)
    if CREATE_RACE in call.faults:
        return Later(GAP, partial(_store_user, call))
    return _store_user(call)


def _store_user(call: Call) -> dict[str, Any]:
    user = new_user(call)
    if OPTIONAL_IGNORED in call.faults:
        user["avatarUrl"] = None
    if STALE_LIST in call.faults or EARLIER_UNDONE in call.faults:
        call.tenant.former[user["id"]] = dict(user)
    call.tenant.users[user["id"]] = call.tenant.managed[user["id"]] = user
    call.tenant.teams_of[user["id"]] = frozenset()
    if NOT_IN_LIST in call.faults:
        call.tenant.hidden.add(user["id"])
    if call.world.rush.hit(rush.STORED_TWICE, 3):
        call.tenant.doubled.add(user["id"])
    call.tenant.uncounted += call.world.rush.hit(rush.LOST_INCREMENTS, 2)
    if MEMBER_AT_ONCE in call.variations:
        new_membership(call, user["id"], "MEMBER")
    pair = call.world.tokens.issue(call.tenant.client_id, user["id"], call.world.clock())
    return {**pair, "user": user}


@handles("OAuthClientUsersController_getUserById")
def get_user(call: Call) -> Row:
    """One user."""
    return call.world.rush.read(find(call))


@handles(UPDATE)
def update_user(call: Call) -> Row | Later:
    """Change what was sent; metadata gains members and keeps the others."""
    user = find(call)
    call.world.rush.updating(user)
    if CONFLICT_APPLIED in call.faults:
        user.update({name: value for name, value in _profile(call.body).items() if name != "email"})
    if "email" in call.body:
        _free(call.tenant, call.body["email"], user["id"])
    changes = _profile(call.body)
    if SEVERAL_LOSE_ONE in call.faults and len(changes) > 2:
        changes.popitem()
    if METADATA_LOST in call.faults and "metadata" not in changes:
        user["metadata"] = {}
    if EARLIER_UNDONE in call.faults:
        user.update(call.tenant.former.get(user["id"], {}))
    if UPDATE_RACE in call.faults:
        return Later(GAP, partial(_overwrite, user, {**user, **changes}))
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


def _overwrite(user: Row, whole: Row) -> Row:
    user.update(whole)
    return user


@handles(DELETE)
def delete_user(call: Call) -> Row:
    """Forget a user and everything that is only theirs."""
    user = find(call)
    if MEMBERSHIP_STAYS in call.faults:
        del call.tenant.managed[user["id"]]
        return user
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
